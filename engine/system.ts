/** The device and the run-time as a user sees them. */
import { expectFunction } from "./errors.ts";
import { DEVICE_OPTIONS, type DeviceInfo, type DeviceOptions, type Gpu } from "./gpu/device.ts";
import { checkOptions, expectOneOf } from "./options.ts";
import type { CompileProgress } from "./gpu/pipelines.ts";
import { runtime } from "./graph/runtime.ts";
import { Tensor } from "./tensor.ts";

/** Counters since the device was opened, and programs in memory. See `stats`. */
export type Stats = Gpu["stats"] & { readonly programs: number };

/**
 * Opens the device (otherwise the first read does) and says what it is.
 * @param options what to compute on, where it is not to be the host's fastest adapter; only before a device is open
 * @throws DeviceError where there is none
 */
export async function init(options: DeviceOptions = {}): Promise<DeviceInfo> {
  checkOptions("init", options, DEVICE_OPTIONS);
  const { powerPreference } = options;
  if (powerPreference !== undefined)
    expectOneOf("init", "powerPreference", powerPreference, ["low-power", "high-performance"]);
  return (await (isChosen(options) ? runtime.gpu(options) : runtime.gpu())).info;
}

const isChosen = (options: object): boolean => Object.keys(options).length > 0;

/** Counters since the device was opened: memory, pipelines, bind groups, submits, dispatches. */
export async function stats(): Promise<Stats> {
  return { ...(await runtime.gpu()).stats, programs: runtime.programCount };
}

/** Resolves when everything recorded as an update has run on the GPU. */
export const idle = (): Promise<void> => runtime.idle();

/** Starts what is recorded (updates, kept tensors) without waiting for it. */
export const flush = (): void => runtime.flush();

/**
 * Does `work` and waits until every kernel that it needs is compiled, all of them side by side, telling how far that is.
 * Around the first step of a loop it says why that takes long; tensors that `work` returns without reading them are
 * not computed, but whatever reading them needs is compiled.
 *
 * @param onProgress kernels compiled, of those asked for so far; those compiled before do not count
 * @example await warmUp(() => net.forward(x), (compiled, asked) => console.log(`compiling ${compiled}/${asked}`));
 */
export async function warmUp<T>(work: () => T, onProgress: CompileProgress): Promise<Awaited<T>> {
  expectFunction("warmUp", "work", work);
  expectFunction("warmUp", "onProgress", onProgress);
  const { pipelines } = await runtime.gpu();
  const stop = pipelines.watch(onProgress);
  try {
    const result = await work();
    const results: readonly unknown[] = Array.isArray(result) ? result : [result];
    await runtime.compiled(results.flatMap((tensor) => (tensor instanceof Tensor ? [tensor.node] : [])));
    return result;
  } finally {
    stop();
  }
}

/** Gives memory that no tensor holds back to the system. */
export async function trim(): Promise<void> {
  await runtime.trim();
}

/** Closes the device; a later read opens a new one. State on it (parameters, kept tensors) is lost. */
export const close = (): Promise<void> => runtime.close();
