/** A batch of pictures as one picture. */
import { InputError, shown } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { checkOptions } from "../../engine/options.ts";
import { showShape } from "../../engine/shape.ts";
import { expectFloats } from "../../engine/tensor.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import { asBytes, imagesOf, inRows } from "./draw.ts";

export interface GridOptions {
  /** Pictures in a row: by default about as many as there are rows. */
  readonly columns?: number;
  /** Numbers that stand for black and white: 0 and 1. */
  readonly range?: readonly [black: number, white: number];
}

/**
 * Pictures side by side on white, row by row.
 * @param x [n, h, w, c], c 1 (grey), 3 (RGB) or 4 (with alpha)
 * @throws InputError for another shape, or an option that is out of range
 */
export async function gridOf(x: Tensor, options: GridOptions = {}): Promise<Image> {
  checkOptions("gridOf", options, ["columns", "range"]);
  expectFloats("gridOf", { x });
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  if (x.rank !== 4 || x.size === 0 || ![1, 3, 4].includes(c))
    throw new InputError(
      `gridOf: x should be pictures [n, h, w, c] of 1, 3 or 4 channels, got ${showShape(x.shape)}`,
    );
  const { columns = Math.ceil(Math.sqrt(n)), range = [0, 1] } = options;
  if (!Number.isInteger(columns) || columns < 1)
    throw new InputError(`gridOf: columns should be a whole number from 1 on, got ${shown(columns)}`);
  if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isFinite) || range[0] === range[1])
    throw new InputError(
      `gridOf: range should be the two numbers for black and white, such as [-1, 1], got ${shown(range)}`,
    );
  const images = imagesOf({ count: n, shape: [h, w, c], data: asBytes(await x.data(), range) });
  return pictureSheet(inRows(images, columns));
}
