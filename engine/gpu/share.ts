/** What a program's own buffers and canvases take part in: they may be of another device, or not be made for it. */
import { DeviceError } from "../errors.ts";
import type { Gpu } from "./device.ts";

/**
 * Submits what `encode` puts together, at once; whether the device took it is known later.
 * @param what for messages: who asked for it
 * @throws DeviceError with what the device has against it
 */
export async function submitShared(
  gpu: Gpu,
  what: string,
  encode: (encoder: GPUCommandEncoder) => void,
): Promise<void> {
  const { device } = gpu;
  gpu.check();
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  let failure: unknown;
  try {
    const encoder = device.createCommandEncoder();
    encode(encoder);
    device.queue.submit([encoder.finish()]);
  } catch (error) {
    failure = error;
  }
  const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const errors = await gpu.wait(scopes, what);
  const error = (failure ?? errors.find((e) => e !== null)) as Partial<Error> | undefined;
  if (error) throw new DeviceError(`${what}: ${`${error.message ?? error}`.split("\n")[0]}`);
}
