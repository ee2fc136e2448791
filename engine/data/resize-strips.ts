/** `imresize` of pictures that come in strips, from top to bottom, so that no whole of either size is held. */
import { combineRows, type Raster, resampleRow, toByte } from "./imresize.ts";
import { resampleTaps } from "./resample-taps.ts";

/** The sizes along both axes, and by how much: output over input resolution. */
export interface StripTarget {
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

/**
 * Bicubic, widened where it shrinks, as `imresize` without rounding in between.
 * @param strips of `sourceWidth` pixels, `sourceHeight` rows in all
 * @returns strips of `width` pixels, `height` rows in all; some may have no rows
 */
export async function* resizeStrips(
  strips: AsyncIterable<Raster<Uint8Array>>,
  { sourceWidth, sourceHeight, width, height, scale }: StripTarget,
): AsyncGenerator<Raster<Uint8Array>> {
  const tapsOf = (inputLength: number, outputLength: number) =>
    resampleTaps({
      inputLength,
      outputLength,
      scale,
      kernel: "bicubic",
      border: "symmetric",
      antialias: true,
    });
  const [across, down] = [tapsOf(sourceWidth, width), tapsOf(sourceHeight, height)];
  const { count, index, weight } = down;
  const rowsOf = (y: number) => index.subarray(y * count, (y + 1) * count);
  let held: Uint8Array = new Uint8Array(0);
  /** Rows of the source: the first that is held, and the first that has not come. */
  let [first, come, y] = [0, 0, 0];
  for await (const strip of strips) {
    const { channels } = strip;
    const stride = sourceWidth * channels;
    held = joined(held, strip.data);
    come += strip.height;
    const blended = new Float64Array(stride);
    const row = new Float64Array(width * channels);
    const made: Uint8Array[] = [];
    while (y < height && Math.max(...rowsOf(y)) < come) {
      const starts = Int32Array.from(rowsOf(y), (at) => (at - first) * stride);
      combineRows(blended, held, starts, weight.subarray(y * count, (y + 1) * count));
      resampleRow(row, blended, across, channels);
      made.push(Uint8Array.from(row, toByte));
      y++;
    }
    const needed = y < height ? Math.min(...rowsOf(y)) : come;
    held = held.slice((Math.min(needed, come) - first) * stride);
    first = Math.min(needed, come);
    const data = new Uint8Array(made.length * width * channels);
    for (const [k, bytes] of made.entries()) data.set(bytes, k * width * channels);
    yield { width, height: made.length, channels, data };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
