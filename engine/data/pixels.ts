/** Bytes of images and the number ranges that networks work in. */
import { GanvasError } from "../errors.ts";

/** Bytes to [-1, 1]: v / 127.5 - 1. The range of targets and of networks that end in tanh. */
export function bytesToSigned(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = (bytes[i] as number) / 127.5 - 1;
  return values;
}

/** Bytes to [0, 1]: v / 255. The range of a super-resolution network's input. */
export function bytesToUnit(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = (bytes[i] as number) / 255;
  return values;
}

/**
 * [-1, 1] to bytes: (x + 1) * 127.5, rounded half up and clamped.
 * @throws GanvasError at the first value that is not a number
 */
export function signedToBytes(values: Float32Array): Uint8Array {
  return toBytes(values, 127.5, 127.5);
}

/**
 * [0, 1] to bytes: x * 255, rounded half up and clamped.
 * @throws GanvasError at the first value that is not a number
 */
export function unitToBytes(values: Float32Array): Uint8Array {
  return toBytes(values, 255, 0);
}

function toBytes(values: Float32Array, factor: number, shift: number): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = (values[i] as number) * factor + shift;
    if (Number.isNaN(v))
      throw new GanvasError(`value ${i} of ${values.length} is not a number (NaN), so it has no byte`);
    bytes[i] = Math.min(Math.max(Math.floor(v + 0.5), 0), 255);
  }
  return bytes;
}
