/** Faults put into WebGPU from outside: the n-th call of a method fails, once or from then on, or the device is lost under it. */

/** Where in WebGPU's objects a call is, and how it tells that it failed. */
const CALLS = {
  createBuffer: ["GPUDevice", "throws"],
  createBindGroup: ["GPUDevice", "throws"],
  createBindGroupLayout: ["GPUDevice", "throws"],
  createPipelineLayout: ["GPUDevice", "throws"],
  createShaderModule: ["GPUDevice", "throws"],
  createComputePipelineAsync: ["GPUDevice", "rejects"],
  createCommandEncoder: ["GPUDevice", "throws"],
  popErrorScope: ["GPUDevice", "rejects"],
  beginComputePass: ["GPUCommandEncoder", "throws"],
  finish: ["GPUCommandEncoder", "throws"],
  submit: ["GPUQueue", "throws"],
  writeBuffer: ["GPUQueue", "throws"],
  onSubmittedWorkDone: ["GPUQueue", "rejects"],
  mapAsync: ["GPUBuffer", "rejects"],
  getMappedRange: ["GPUBuffer", "throws"],
} as const satisfies Record<string, readonly [string, "throws" | "rejects"]>;

export type Call = keyof typeof CALLS;
export const calls = Object.keys(CALLS) as readonly Call[];

/** What a browser says of a call that its driver refuses; where it says anything at all. */
const refusal = (call: string) => new DOMException(`${call} was made to fail`, "OperationError");

/** The n-th call fails, counted from 0: that one only, or all from there. */
export interface Plan {
  readonly call: Call;
  readonly n: number;
  readonly once: boolean;
  /** Instead of failing, the call loses this device. */
  readonly lose?: GPUDevice;
}

export interface Fault {
  /** Calls that have failed, or losses. */
  readonly failed: number;
  readonly made: number;
  /** Makes all calls work again. */
  undo(): void;
}

type Method = (...args: unknown[]) => unknown;

/** Counts the calls of one method and lets some fail. One fault at a time. */
export function inject({ call, n, once, lose }: Plan): Fault {
  const [owner, how] = CALLS[call];
  const { prototype } = (globalThis as unknown as Record<string, { prototype: Record<string, Method> }>)[
    owner
  ] as { prototype: Record<string, Method> };
  const original = prototype[call] as Method;
  const fault = {
    failed: 0,
    made: 0,
    undo: () => {
      prototype[call] = original;
    },
  };
  prototype[call] = function (this: unknown, ...args: unknown[]) {
    const k = fault.made++;
    if (once ? k !== n : k < n) return original.apply(this, args);
    fault.failed++;
    if (lose) {
      lose.destroy();
      return original.apply(this, args);
    }
    // The scope is taken from its stack all the same, or all others would be one off.
    if (call === "popErrorScope") (original.apply(this, args) as Promise<unknown>).catch(() => {});
    if (how === "rejects") return Promise.reject(refusal(call));
    throw refusal(call);
  };
  return fault;
}
