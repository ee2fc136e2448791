/**
 * The same measuring for every library: a WebGPU whose calls are counted, inputs, and a clock. Imported before the
 * library, so that the library finds the counted WebGPU; in Node that is the package `webgpu` (Dawn).
 */
import { driverClock } from "../driver-time.ts";
import type { PeerResult } from "./result.ts";

/** Calls so far. */
export const counts = { dispatches: 0, submits: 0, buffers: 0, pipelines: 0 };

/** The device that the library has opened. */
export const opened: { device?: GPUDevice } = {};

const started = performance.now();
const inNode = typeof window === "undefined";
let driverTime: (() => number | Promise<number>) | undefined = globalThis.readDriverTime;

if (inNode) {
  driverTime = driverClock(process.getBuiltinModule("node:fs"));
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  define(globalThis, "navigator", globalThis.navigator ?? {});
  define(navigator, "gpu", create([]));
  // jax-js asks for the browser's name when it is loaded, tfjs for `self`.
  if (!navigator.userAgent) define(navigator, "userAgent", "Node");
  define(globalThis, "self", globalThis);
}

count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
count(GPUQueue.prototype, "submit", "submits");
count(GPUDevice.prototype, "createBuffer", "buffers");
count(GPUDevice.prototype, "createComputePipeline", "pipelines");
count(GPUDevice.prototype, "createComputePipelineAsync", "pipelines");
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
  opened.device = await requestDevice.call(this, descriptor);
  return opened.device;
};
// Older libraries ask for the adapter's name by a call that WebGPU has dropped.
if (!("requestAdapterInfo" in GPUAdapter.prototype))
  define(GPUAdapter.prototype, "requestAdapterInfo", async function (this: GPUAdapter) {
    return this.info;
  });
if (inNode) {
  // Dawn's binding for Node refuses views of shared memory, which is what WebAssembly with threads hands over.
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (this: GPUQueue, buffer, offset, data, ...rest) {
    const shared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    const copy = shared
      ? new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      : (data as BufferSource);
    return writeBuffer.call(this, buffer, offset, copy as BufferSource, ...rest);
  } as GPUQueue["writeBuffer"];
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function count<T extends object>(prototype: T, method: keyof T & string, counter: keyof typeof counts): void {
  const original = prototype[method] as (...args: unknown[]) => unknown;
  define(prototype, method, function (this: T, ...args: unknown[]) {
    counts[counter]++;
    return original.apply(this, args);
  });
}

/** Numbers in (-scale / 2, scale / 2), the same for every library. */
export function numbers(size: number, scale = 1): Float32Array<ArrayBuffer> {
  const data = new Float32Array(size);
  let x = 12345;
  for (let k = 0; k < size; k++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    data[k] = (x / 2 ** 32 - 0.5) * scale;
  }
  return data;
}

/** Numbers for a tensor of this shape. */
export const filling = (shape: readonly number[], scale?: number): Float32Array<ArrayBuffer> =>
  numbers(
    shape.reduce((a, b) => a * b, 1),
    scale,
  );

/** Prepares a piece of work; the result does it once and waits until it is done. */
export type Items = Readonly<Record<string, () => Promise<() => Promise<unknown>>>>;

/** What is asked of one process or page. */
export interface Wanted {
  readonly item: string;
  readonly repeats: number;
  /** No run is begun after so many ms. */
  readonly limit: number;
}

declare global {
  var peerWanted: Wanted | undefined;
  var peerResult: PeerResult | undefined;
}

/** Times the wanted item; the result goes to stdout or, in a page, into `peerResult`. */
export async function serve(items: Items): Promise<void> {
  const wanted: Wanted = globalThis.peerWanted ?? JSON.parse(process.argv[2] ?? "");
  const result = await time(items, wanted).catch(
    (error): PeerResult => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  if (!inNode) globalThis.peerResult = result;
  else process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

async function time(items: Items, { item, repeats, limit }: Wanted): Promise<PeerResult> {
  // The other libraries give every add a dispatch as it is.
  const prepare = items[item] ?? items[item.replace(/-unfused$/, "")];
  if (!prepare) return { error: "not supported" };
  const run = await prepare();
  let at = performance.now();
  const check = await run();
  const first = performance.now() - at;
  const cold = performance.now() - started;
  // The second run may still allocate or compile.
  if (first < limit) await run();
  const before = { ...counts };
  const cpu = await driverTime?.();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < repeats && (times.length === 0 || performance.now() - begin < limit)) {
    at = performance.now();
    await run();
    times.push(performance.now() - at);
  }
  const each = (counter: keyof typeof counts) => (counts[counter] - before[counter]) / times.length;
  return {
    first,
    cold,
    times,
    ...(driverTime && { driver: ((await driverTime()) - (cpu as number)) / times.length }),
    dispatches: each("dispatches"),
    submits: each("submits"),
    buffers: each("buffers"),
    pipelines: counts.pipelines,
    ...(typeof check === "number" && { check }),
  };
}
