/** WebGPU in Node: Dawn, as the package `webgpu` has it. */

/** The constants that browsers define globally come with it. */
export async function openGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  // The name is kept from bundlers: the package is native.
  const name = "webgpu";
  const dawn: { create(options: string[]): GPU; globals: object } = await import(name);
  Object.assign(globalThis, dawn.globals);
  // Held for the life of the process: Dawn fails when this object is collected while a device lives.
  // Timestamps as the driver gives them, not rounded to 0.1 ms against spying as in browsers.
  instance ??= dawn.create(["disable-dawn-features=timestamp_quantization"]);
  return instance;
}

let instance: GPU | undefined;

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
