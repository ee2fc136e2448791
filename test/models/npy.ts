import { readNpy as read, toFloat32 } from "../../engine/io/index.ts";

/** An array of a .npy file that comes with the project's data, its numbers as float32. */
export function readNpy(bytes: Uint8Array): {
  readonly shape: readonly number[];
  readonly data: Float32Array;
} {
  const array = read(bytes, "a .npy file");
  return { shape: array.shape, data: toFloat32(array) };
}
