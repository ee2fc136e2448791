/**
 * What is left of a picture after it has been saved as JPEG (ISO/IEC 10918-1) and opened again: the same bytes as by libjpeg,
 * which most pictures have gone through. Entropy coding loses nothing and is left out. Integers only, so the result is the same in
 * every host, and no encoder is needed whose version changes it.
 */
import { InputError } from "../../../engine/errors.ts";
import { type Image, makeImage, toRgb } from "../../../engine/io/image.ts";
import { BLOCK, forwardDct, inverseDct } from "./dct.ts";

/** "4:2:0" halves both sides of the chroma planes, as cameras and most programs do; "4:4:4" keeps them. */
export type ChromaSampling = "4:2:0" | "4:4:4";

export interface JpegOptions {
  /** 1 to 100, on the scale of libjpeg and all that follow it. */
  readonly quality: number;
  /** Default "4:2:0". */
  readonly chroma?: ChromaSampling;
}

/** Tables K.1 and K.2 of the standard, for quality 50, row by row. */
// biome-ignore format: as printed in the standard
export const LUMA_STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
] as const;
// biome-ignore format: as printed in the standard
const CHROMA_STEPS = [
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
] as const;

/** Quantisation steps of a quality, as libjpeg scales the standard's tables. */
export function quantisationSteps(table: readonly number[], quality: number): Int32Array {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return Int32Array.from(table, (step) =>
    Math.min(Math.max(Math.floor((step * percent + 50) / 100), 1), 255),
  );
}

/** One channel in bytes. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Saves and opens a picture.
 * @param image grey, with alpha or without; comes back as RGB
 * @throws InputError for a quality that is no integer from 1 to 100
 */
export function jpegRoundTrip(image: Image, { quality, chroma = "4:2:0" }: JpegOptions): Image {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100)
    throw new InputError(`a JPEG's quality is an integer from 1 to 100, got ${quality}`);
  const { width, height, data } = toRgb(image);
  const planes = toYcc(data, width, height);
  const steps = [LUMA_STEPS, CHROMA_STEPS].map((table) => quantisationSteps(table, quality));
  const [luma, ...colours] = planes.map((plane, c) => {
    const table = steps[Math.min(c, 1)] as Int32Array;
    if (c === 0 || chroma === "4:4:4") return quantised(plane, table);
    return doubled(quantised(halved(plane), table), width, height);
  });
  return makeImage(toRgbBytes([luma, ...colours] as Samples[]), width, height, 3);
}

/** RGB to luma and two chroma planes (JFIF), with libjpeg's 16 bits after the point. */
function toYcc(rgb: Uint8Array, width: number, height: number): Samples[] {
  const count = width * height;
  const [y, cb, cr] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const half = (128 << 16) + 0x7fff;
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const r = rgb[at] as number;
    const g = rgb[at + 1] as number;
    const b = rgb[at + 2] as number;
    y[i] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
    cb[i] = (32768 * b - 11059 * r - 21709 * g + half) >> 16;
    cr[i] = (32768 * r - 27439 * g - 5329 * b + half) >> 16;
  }
  return [y, cb, cr].map((data) => ({ width, height, data }));
}

function toRgbBytes(planes: readonly Samples[]): Uint8Array {
  const [y, cb, cr] = planes.map(({ data }) => data) as [Uint8Array, Uint8Array, Uint8Array];
  const out = new Uint8ClampedArray(3 * y.length);
  for (let i = 0, at = 0; i < y.length; i++, at += 3) {
    const luma = y[i] as number;
    const blue = (cb[i] as number) - 128;
    const red = (cr[i] as number) - 128;
    out[at] = luma + ((91881 * red + 0x8000) >> 16);
    out[at + 1] = luma + ((-22554 * blue - 46802 * red + 0x8000) >> 16);
    out[at + 2] = luma + ((116130 * blue + 0x8000) >> 16);
  }
  return new Uint8Array(out.buffer);
}

/** Each block transformed, divided, rounded and back. Blocks beyond the edge repeat the last row and column. */
function quantised({ width, height, data }: Samples, steps: Int32Array): Samples {
  const out = new Uint8ClampedArray(data.length);
  const block = new Int32Array(BLOCK * BLOCK);
  for (let top = 0; top < height; top += BLOCK)
    for (let left = 0; left < width; left += BLOCK) {
      for (let k = 0; k < block.length; k++) {
        const y = Math.min(top + (k >> 3), height - 1);
        const x = Math.min(left + (k & 7), width - 1);
        block[k] = (data[y * width + x] as number) - 128;
      }
      forwardDct(block);
      for (let k = 0; k < block.length; k++) {
        const step = steps[k] as number;
        const scaled = block[k] as number; // eight times the coefficient
        // Halves away from zero.
        const level = Math.floor((Math.abs(scaled) + 4 * step) / (8 * step));
        block[k] = Math.sign(scaled) * level * step;
      }
      inverseDct(block);
      const rows = Math.min(BLOCK, height - top);
      const columns = Math.min(BLOCK, width - left);
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++)
          out[(top + y) * width + left + x] = (block[y * BLOCK + x] as number) + 128;
    }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/**
 * Means of 2×2 pixels, in whole blocks along a row. Halves are rounded down and up in turn, so that no chroma grows on the whole:
 * beyond the edge, too, where the last pixel is repeated.
 */
function halved({ width, height, data }: Samples): Samples {
  const columns = BLOCK * Math.ceil(width / (2 * BLOCK));
  const rows = Math.ceil(height / 2);
  const out = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < columns; x++) {
      const left = Math.min(2 * x, width - 1);
      const right = Math.min(left + 1, width - 1);
      const sum =
        (data[upper + left] as number) +
        (data[upper + right] as number) +
        (data[lower + left] as number) +
        (data[lower + right] as number);
      out[y * columns + x] = (sum + 1 + (x & 1)) >> 2;
    }
  }
  return { width: columns, height: rows, data: out };
}

/** Linear interpolation between the middles of the pixels: three quarters of the nearer, a quarter of the farther. */
function doubled(plane: Samples, width: number, height: number): Samples {
  const { width: stride, height: rows, data } = plane;
  const columns = Math.ceil(width / 2);
  const out = new Uint8Array(width * height);
  const blended = new Int32Array(columns);
  for (let y = 0; y < height; y++) {
    const near = y >> 1;
    const far = Math.min(Math.max(near + (y & 1 ? 1 : -1), 0), rows - 1);
    for (let x = 0; x < columns; x++)
      blended[x] = 3 * (data[near * stride + x] as number) + (data[far * stride + x] as number);
    for (let x = 0; x < width; x++) {
      const middle = x >> 1;
      const beside = Math.min(Math.max(middle + (x & 1 ? 1 : -1), 0), columns - 1);
      const sum = 3 * (blended[middle] as number) + (blended[beside] as number);
      out[y * width + x] = (sum + (x & 1 ? 7 : 8)) >> 4;
    }
  }
  return { width, height, data: out };
}
