/** A batch of pictures as a file (Node and Deno). */
import { InputError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/index.ts";
import { writePng } from "../../engine/io/node.ts";
import { type GridOptions, gridOf } from "./grid.ts";

/**
 * Writes pictures side by side as a PNG: `await saveGrid("samples.png", generator.forward(z), { range: [-1, 1] })`.
 * @param x [n, h, w, c], c 1, 3 or 4
 * @throws InputError for another shape, a name that does not end with .png, or where it cannot be written
 */
export async function saveGrid(path: string, x: Tensor, options: GridOptions = {}): Promise<void> {
  if (!/\.png$/i.test(path))
    throw new InputError(`saveGrid: the result is a PNG: ${path} does not end with .png`);
  await writePng(path, await gridOf(x, options));
}
