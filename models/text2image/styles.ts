/** Pictures as the noise that they would be drawn from: their style. */
import { tensor } from "../../engine/index.ts";
import type { StyleEncoder } from "./networks.ts";
import { SIDE } from "./recipe.ts";

/** Pictures read together: always as many, so that all share one compiled program. */
const TOGETHER = 32;

/** @param pictures RGB, 64×64, a byte each @param style in evaluation mode @returns [latentDim] each */
export async function readStyles(
  style: StyleEncoder,
  pictures: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const read: Float32Array[] = [];
  const size = SIDE * SIDE * 3;
  for (let first = 0; first < pictures.length; first += TOGETHER) {
    const values = new Float32Array(TOGETHER * size);
    pictures.slice(first, first + TOGETHER).forEach((picture, k) => {
      for (let at = 0; at < size; at++) values[k * size + at] = (picture[at] as number) / 127.5 - 1;
    });
    const rows = (await style.forward(tensor(values, [TOGETHER, SIDE, SIDE, 3])).data()) as Float32Array;
    const d = rows.length / TOGETHER;
    for (let k = 0; k < Math.min(TOGETHER, pictures.length - first); k++)
      read.push(rows.slice(k * d, (k + 1) * d));
  }
  return read;
}
