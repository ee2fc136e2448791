/** WebGPU in Node: Dawn, as the package `webgpu` has it. */

/**
 * The constants that browsers define globally come with it.
 * @param afresh by another instance than before, for a driver that has been named since
 */
export async function openGpu(afresh = false): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  // The name is kept from bundlers: the package is native.
  const name = "webgpu";
  const dawn: { create(options: string[]): GPU; globals: object } = await import(name);
  Object.assign(globalThis, dawn.globals);
  // Held for the life of the process: Dawn fails when this object is collected while a device lives.
  // Timestamps as the driver gives them, not rounded to 0.1 ms against spying as in browsers.
  if (afresh) instance = undefined;
  instance ??= dawn.create(["disable-dawn-features=timestamp_quantization"]);
  return instance;
}

let instance: GPU | undefined;

/** What the package's `#drivers` has: the drivers of this machine that compute, best first. */
interface Drivers {
  probeDrivers(): { gpu?: { env: Readonly<Record<string, string>>; source: string } };
  childEnv(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv;
}

/**
 * Looks for a software driver where the system gives no adapter, and names it to the Vulkan loader: `openGpu(true)` then runs on it.
 * @returns where it comes from; undefined where there is none
 */
export async function findDriver(): Promise<string | undefined> {
  // Resolved by the package's own manifest, and by nothing where the engine runs out of a bundle.
  const name = "#drivers";
  const drivers: Drivers | undefined = await import(name).catch(() => undefined);
  const gpu = drivers?.probeDrivers().gpu;
  if (!drivers || !gpu) return undefined;
  Object.assign(process.env, drivers.childEnv(gpu.env));
  return gpu.source;
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * The promise's result, waited for without taking a core from a driver that runs on the CPU: Dawn polls without a pause while one
 * of its promises is open; this sleeps half a millisecond between polls instead.
 */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let open = true;
  const close = () => {
    open = false;
  };
  promise.then(close, close);
  await Promise.resolve();
  while (open) {
    Atomics.wait(cell, 0, 0, 0.5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
