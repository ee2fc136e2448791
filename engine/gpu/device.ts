/** One WebGPU device, the same in a browser, in Node (package `webgpu`, Dawn) and in Deno (wgpu). */
import { DeviceError, DeviceLostError, GanvasError } from "../errors.ts";
import { Memory, type MemoryStats } from "./memory.ts";
import { Pace } from "./pace.ts";
import { Pipelines } from "./pipelines.ts";
import type { Profiler } from "./profile.ts";
import { Readback } from "./readback.ts";

/** What is known about the adapter at work, for people to read. */
export interface DeviceInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for a driver that runs on the CPU (lavapipe, SwiftShader). */
  readonly software: boolean;
  readonly host: "browser" | "node" | "deno";
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Lanes of a subgroup, where subgroups are there and all of one size; else 0. */
  readonly subgroupSize: number;
  /** Half precision is there: tensors of type f16 take two bytes an element, and are stored as f32 otherwise. */
  readonly nativeF16: boolean;
}

/** A pipeline with its buffers, ready to be dispatched. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number, number];
  /** What it costs; see `workOf`. */
  readonly work: number;
  /** What it was made from; for profiles. */
  readonly origin: unknown;
}

/** Limits above the guaranteed minimum that the engine profits from. */
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
] as const;

const WANTED_FEATURES = ["timestamp-query", "shader-f16", "subgroups"] as const;

/** Dispatches of one submit at most: where kernels are short the device begins with the first while the rest are encoded. */
const SUBMIT_DISPATCHES = 128;

const NOT_SUBMITTED = "work could not be given to the device";

/** A copy between buffers. */
export interface Copy {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly bytes: number;
}

export class Gpu {
  readonly info: DeviceInfo;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  /** Stamps every kernel, while somebody watches. */
  private profiler: Profiler | undefined;
  /** For those who share it with a program of their own; all else of the engine goes through what is here. */
  readonly device: GPUDevice;
  private readonly readback: Readback;
  private readonly settled: (<T>(promise: Promise<T>) => Promise<T>) | undefined;
  /** Reported by WebGPU outside of any call; told to the next caller. */
  private failure: Error | undefined;
  private lost: Error | undefined;
  /** Told when the device is lost. */
  private readonly waiting = new Set<(error: Error) => void>();
  private closed = false;
  private readonly pace: Pace;
  private counters = { submits: 0, dispatches: 0, bindGroups: 0 };

  /** @param settled waits for a promise of the device, where it has to be done in a way of its own */
  constructor(device: GPUDevice, info: DeviceInfo, settled?: Gpu["settled"]) {
    this.device = device;
    this.info = info;
    this.settled = settled;
    this.memory = new Memory(device);
    this.pipelines = new Pipelines(device);
    this.readback = new Readback(device, this.memory);
    this.pace = new Pace(info.software);
    device.addEventListener?.("uncapturederror", (event) => {
      this.failure ??= new DeviceError(`WebGPU: ${event.error.message}`);
    });
    void device.lost.then(({ message }) => {
      // What `destroy` ends is told as such.
      if (this.closed) return;
      this.lost = new DeviceLostError(`the GPU device was lost: ${message || "it was destroyed"}`);
      for (const reject of this.waiting) reject(this.lost);
      this.onLost();
    });
  }

  /** Called when the device is lost, by whoever is to open another one. */
  onLost = (): void => {};

  /** Bytes of the largest buffer that a kernel can read or write. */
  get maxBinding(): number {
    return this.device.limits.maxStorageBufferBindingSize;
  }

  /** Storage buffers that a kernel can have. */
  get maxBindings(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** What has been done so far; a steady training loop adds dispatches and submits, nothing else. */
  get stats(): MemoryStats & { pipelines: number; bindGroups: number; submits: number; dispatches: number } {
    return { ...this.memory.stats, ...this.counters, pipelines: this.pipelines.made };
  }

  /** Throws what WebGPU has reported since the last call. */
  check(): void {
    const failure = this.lost ?? this.failure;
    this.failure = undefined;
    if (failure) throw failure;
  }

  bindGroup(
    layout: GPUBindGroupLayout,
    buffers: readonly { buffer: GPUBuffer; offset: number; size: number }[],
  ): GPUBindGroup {
    this.counters.bindGroups++;
    const entries = buffers.map((resource, binding) => ({ binding, resource }));
    return this.call("buffers could not be bound", () => this.device.createBindGroup({ layout, entries }));
  }

  upload(buffer: GPUBuffer, offset: number, data: ArrayBufferView<ArrayBuffer>): void {
    this.call("numbers could not be sent", () => this.device.queue.writeBuffer(buffer, offset, data));
  }

  /** Fills a stretch with zeros, which is spared being sent; `bytes` is a multiple of four. */
  clear(buffer: GPUBuffer, offset: number, bytes: number): void {
    this.call(NOT_SUBMITTED, () => {
      const encoder = this.device.createCommandEncoder();
      encoder.clearBuffer(buffer, offset, bytes);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /**
   * Submits everything, in parts of at most about 50 ms, each as one compute pass (one a kernel while profiling). Waits in
   * between until few enough are under way, so that a loop that never reads cannot pile up work.
   * @param signal ends it between two parts, with its reason; what was submitted by then runs to its end
   */
  async submit(
    dispatches: readonly Dispatch[],
    copies: readonly Copy[],
    signal?: AbortSignal,
  ): Promise<void> {
    let start = 0;
    do {
      for (let full = this.pace.full; full; full = this.pace.full) {
        await this.wait(full, "the work did not end");
        signal?.throwIfAborted();
      }
      this.check();
      start = this.call(NOT_SUBMITTED, () => this.submitPart(dispatches, start, copies));
    } while (start < dispatches.length);
  }

  /** Submits copies alone. */
  copy(copies: readonly Copy[]): void {
    this.check();
    this.call(NOT_SUBMITTED, () => this.submitPart([], 0, copies));
  }

  /** Submits as many dispatches as one submit takes, and behind the last one the copies. @returns where the next part starts */
  private submitPart(dispatches: readonly Dispatch[], start: number, copies: readonly Copy[]): number {
    const { profiler } = this;
    const since = profiler ? performance.now() : 0;
    const encoder = this.device.createCommandEncoder();
    const most = this.pace.perSubmit;
    let work = 0;
    let end = start;
    let pass = profiler || end === dispatches.length ? undefined : encoder.beginComputePass();
    let pipeline: GPUComputePipeline | undefined;
    while (end < dispatches.length && end - start < (profiler?.batchSize ?? SUBMIT_DISPATCHES)) {
      const d = dispatches[end] as Dispatch;
      if (end > start && work + d.work > most) break;
      if (profiler) pass = encoder.beginComputePass(profiler.stamp(d.origin));
      if (profiler || d.pipeline !== pipeline) pass?.setPipeline(d.pipeline);
      pipeline = d.pipeline;
      pass?.setBindGroup(0, d.bindGroup);
      pass?.dispatchWorkgroups(...d.grid);
      if (profiler) pass?.end();
      work += d.work;
      end++;
    }
    if (!profiler) pass?.end();
    if (end === dispatches.length)
      for (const c of copies) encoder.copyBufferToBuffer(c.from, c.fromOffset, c.to, c.toOffset, c.bytes);
    profiler?.resolve(encoder);
    this.device.queue.submit([encoder.finish()]);
    profiler?.collect(since);
    this.counters.submits++;
    this.counters.dispatches += end - start;
    this.pace.begin(work, this.device.queue.onSubmittedWorkDone());
    return end;
  }

  /** Bytes of a buffer, once everything submitted so far is done. */
  async read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    this.check();
    const since = performance.now();
    const data = await this.wait(this.readback.read(buffer, offset, bytes), "a value could not be read");
    this.profiler?.note("readback", since, { bytes });
    this.check();
    return data;
  }

  /** Resolves when everything submitted so far is done. */
  async idle(): Promise<void> {
    await this.wait(this.device.queue.onSubmittedWorkDone(), "the work did not end");
    this.check();
  }

  /** Why something failed: what is known of the device, else the error. */
  private reason(what: string, error: unknown): Error {
    if (this.lost) return this.lost;
    if (this.closed) return new DeviceError(`${what}: close() was called meanwhile`);
    if (error instanceof GanvasError) return error;
    return new DeviceError(`${what}: ${(error instanceof Error && error.message) || error}`);
  }

  /** A call of the device that may throw. @throws DeviceError saying `what` failed, and why */
  private call<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.reason(what, error);
    }
  }

  /**
   * A promise of the device, awaited in the way this host needs. Where the device is lost, it may never be settled.
   * @throws DeviceError saying `what` failed, and why
   */
  async wait<T>(promise: Promise<T>, what = "a call of the device failed"): Promise<T> {
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.add(reject);
        (this.settled?.(promise) ?? promise).then(resolve, reject).finally(() => this.waiting.delete(reject));
        if (this.lost) reject(this.lost);
      });
    } catch (error) {
      // That it is lost the device may say only after its calls have failed.
      await new Promise((resolve) => setTimeout(resolve));
      throw this.reason(what, error);
    }
  }

  /** From now on runs kernels one by one, stamped by the profiler that `make` makes. @returns it */
  watch(make: (device: GPUDevice) => Profiler): Profiler {
    this.profiler = make(this.device);
    return this.profiler;
  }

  unwatch(): void {
    this.profiler = undefined;
  }

  destroy(): void {
    this.closed = true;
    this.device.destroy();
  }
}

/** Where this code runs. */
export function hostName(): DeviceInfo["host"] {
  if ("Deno" in globalThis) return "deno";
  return typeof process !== "undefined" &&
    process.versions?.node !== undefined &&
    typeof window === "undefined"
    ? "node"
    : "browser";
}

/** What is computed on, where it is not to be the host's fastest adapter. */
export interface DeviceOptions {
  /** Which adapter is asked for; "high-performance" by default. */
  readonly powerPreference?: GPUPowerPreference;
  /** An adapter that the program has asked for itself; no device may have been made of it. */
  readonly adapter?: GPUAdapter;
  /** A device that the program shares with the engine, which computes with what limits and features that has. */
  readonly device?: GPUDevice;
}

/** Their names. */
export const DEVICE_OPTIONS = ["powerPreference", "adapter", "device"] as const;

/**
 * Opens the best adapter of this host with all the limits and features it has, or what it is given.
 * @param options.nativeF16 false to do without half precision, as on an adapter that lacks it
 * @throws DeviceError when there is no WebGPU or no adapter, saying what to do.
 */
export async function openDevice(
  options: DeviceOptions & { readonly nativeF16?: boolean } = {},
): Promise<Gpu> {
  const host = hostName();
  const { device: own, adapter: given, powerPreference = "high-performance" } = options;
  const opened =
    own || given
      ? {
          adapter: given ?? null,
          settled: host === "node" ? (await import("./dawn-node.ts")).settled : undefined,
        }
      : await (host === "node" ? adapterInNode(powerPreference) : adapterInPage(powerPreference));
  const { adapter, settled } = opened;
  if (own) return described(own, own.adapterInfo, host, settled);
  if (!adapter) throw new DeviceError(NO_ADAPTER[host]);
  const available = adapter.limits as unknown as Record<string, number>;
  const limits = Object.fromEntries(
    WANTED_LIMITS.flatMap((name) => (available[name] === undefined ? [] : [[name, available[name]]])),
  );
  const features = WANTED_FEATURES.filter(
    (feature) => adapter.features.has(feature) && (feature !== "shader-f16" || options.nativeF16 !== false),
  );
  const device = await adapter
    .requestDevice({ requiredLimits: limits, requiredFeatures: features })
    .catch((error: Error) => {
      throw new DeviceError(`the adapter gives no device: ${error.message}`);
    });
  return described(device, adapter.info, host, settled);
}

/** A device with what is known of it. */
function described(
  device: GPUDevice,
  info: GPUAdapterInfo | undefined,
  host: DeviceInfo["host"],
  settled: ConstructorParameters<typeof Gpu>[2],
): Gpu {
  const { vendor = "", architecture = "", device: model = "", description = "" } = info ?? {};
  const text = `${vendor} ${architecture} ${model} ${description}`;
  const software = Boolean(info?.isFallbackAdapter) || /llvmpipe|lavapipe|swiftshader|software/i.test(text);
  const { subgroupMinSize, subgroupMaxSize } = info ?? {};
  const has = device.limits as unknown as Record<string, number>;
  const limits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, has[name] as number]));
  const subgroupSize =
    device.features.has("subgroups") && subgroupMinSize === subgroupMaxSize ? (subgroupMinSize ?? 0) : 0;
  return new Gpu(
    device,
    {
      vendor,
      architecture,
      device: model,
      description,
      software,
      host,
      features: WANTED_FEATURES.filter((feature) => device.features.has(feature)),
      limits,
      subgroupSize,
      nativeF16: device.features.has("shader-f16"),
    },
    settled,
  );
}

/** What to do where there is none. */
const NO_ADAPTER: Readonly<Record<DeviceInfo["host"], string>> = {
  browser: "no WebGPU adapter was found: this browser has WebGPU, but no driver for it (see chrome://gpu)",
  node: "no WebGPU adapter was found: start the program with `npx ganvas run FILE`, which looks for a software driver and fetches one where it can, or install a Vulkan driver or Chrome; VK_DRIVER_FILES may name a driver",
  deno: "no WebGPU adapter was found: install a Vulkan driver, or start Deno with VK_DRIVER_FILES naming one",
};

async function adapterInPage(
  powerPreference: GPUPowerPreference,
): Promise<{ adapter: GPUAdapter | null; settled?: undefined }> {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu)
    throw new DeviceError(
      "this host has no WebGPU; in a browser use a current Chrome, Edge, Firefox or Safari over https or localhost, in Deno its option --unstable-webgpu",
    );
  return { adapter: await gpu.requestAdapter({ powerPreference }) };
}

/** By Dawn, which pages need not load. */
async function adapterInNode(powerPreference: GPUPowerPreference) {
  const dawn = await import("./dawn-node.ts");
  const open = (afresh?: boolean) =>
    dawn.openGpu(afresh).catch((error: unknown) => {
      throw new DeviceError(
        `Node has WebGPU by the package "webgpu", which cannot be loaded; install it with: npm install webgpu (${error instanceof Error ? error.message.split("\n")[0] : error})`,
      );
    });
  const { settled } = dawn;
  const first = await (await open()).requestAdapter({ powerPreference });
  const driver = first ? undefined : await dawn.findDriver();
  if (driver === undefined) return { adapter: first, settled };
  const adapter = await (await open(true)).requestAdapter({ powerPreference });
  if (adapter) process.stderr.write(`ganvas: there is no GPU; computing on ${driver}\n`);
  return { adapter, settled };
}
