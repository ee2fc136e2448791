/** Held for the life of the process: Dawn hangs when its instance is collected while a device of it is in use. */
let dawn: GPU | undefined;

/** The host's GPU object: its own where it has one, else that of the package `webgpu` (Dawn in Node). */
export async function openGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  if (dawn === undefined) {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    dawn = create([]);
  }
  return dawn;
}
