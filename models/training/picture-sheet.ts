/** Pictures side by side, to see what scores do not say. */
import { type Image, makeImage, toRgb } from "../../engine/io/image.ts";
import { luma } from "../metrics/index.ts";

const GAP = 4;

/** Rows of images on white, left and top aligned. */
export function pictureSheet(rows: readonly (readonly Image[])[]): Image {
  const width = Math.max(...rows.map((row) => row.reduce((sum, image) => sum + image.width + GAP, -GAP)));
  const heights = rows.map((row) => Math.max(...row.map((image) => image.height)));
  const height = heights.reduce((sum, h) => sum + h + GAP, -GAP);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const [k, row] of rows.entries()) {
    let left = 0;
    for (const image of row) {
      const { data: pixels } = toRgb(image);
      for (let y = 0; y < image.height; y++)
        data.set(
          pixels.subarray(y * image.width * 3, (y + 1) * image.width * 3),
          ((top + y) * width + left) * 3,
        );
      left += image.width + GAP;
    }
    top += (heights[k] as number) + GAP;
  }
  return makeImage(data, width, height, 3);
}

/** An image with each of its pixels repeated in a square of `factor` by `factor`. */
export function repeated(image: Image, factor: number): Image {
  const { width, height, channels, data } = image;
  const out = new Uint8Array(width * height * channels * factor * factor);
  let to = 0;
  for (let y = 0; y < height * factor; y++)
    for (let x = 0; x < width * factor; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c] as number;
    }
  return makeImage(out, width * factor, height * factor, channels);
}

/**
 * Where an image has most to show: the square of `side` pixels, on a grid of a quarter of it, in which neighbouring pixels
 * differ most. The image's shorter side limits it.
 */
export function detailWindow(image: Image, side: number): { x: number; y: number; side: number } {
  const size = Math.min(side, image.width, image.height);
  const { width, data } = luma(image, "bt601");
  const step = Math.max(Math.floor(size / 4), 1);
  let best = { x: 0, y: 0, side: size };
  let most = -1;
  for (let y = 0; y + size <= image.height; y += step)
    for (let x = 0; x + size <= image.width; x += step) {
      let detail = 0;
      for (let row = y; row < y + size - 1; row += 2)
        for (let column = x; column < x + size - 1; column += 2) {
          const at = row * width + column;
          const here = data[at] as number;
          detail += Math.abs((data[at + 1] as number) - here) + Math.abs((data[at + width] as number) - here);
        }
      if (detail > most) {
        most = detail;
        best = { x, y, side: size };
      }
    }
  return best;
}
