/**
 * MATLAB's `imresize`, value for value (MODELS 8.1): separable, antialiased when it shrinks, the dimension with the
 * smaller scale first (height first on ties). This is what made the low-resolution files of the super-resolution
 * benchmarks; canvas, OpenCV and PIL all resample differently.
 *
 * Works row by row: beside the output it holds one row, or as many as the vertical kernel reaches.
 */
import { ShapeError } from "../errors.ts";
import { type ResampleBorder, type ResampleKernel, resampleTaps, type Taps } from "./resample-taps.ts";

/** Sample types that can be resized: bytes, or floating point in any range. */
export type RasterData = Uint8Array | Float32Array | Float64Array;

/** Pixels in row-major HWC order: data[(y * width + x) * channels + c]. */
export interface Raster<D extends RasterData = RasterData> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: D;
}

/** One factor or one a direction (output length = ceil(length * scale)), or the output size. */
export type ResizeTarget =
  | { readonly scale: number }
  | { readonly scaleWidth: number; readonly scaleHeight: number }
  | { readonly width: number; readonly height: number };

export interface ResizeOptions {
  /** Default "bicubic". */
  readonly kernel?: ResampleKernel;
  /** "symmetric" (default; newer MATLAB and most ports) or "replicate" (older MATLAB, the files of Huang et al.). */
  readonly border?: ResampleBorder;
  /** Bytes only: round half up and clamp after the first pass too, as MATLAB does (default), or only at the end. */
  readonly roundEachPass?: boolean;
  /** Widen the kernel when shrinking. Default: true, but false for nearest, as in MATLAB. */
  readonly antialias?: boolean;
}

/** Half up, clamped to 0 .. 255; not Uint8ClampedArray's rounding, which sends halves to the even side. */
export function toByte(value: number): number {
  if (value <= 0) return 0;
  return value >= 254.5 ? 255 : (value + 0.5) | 0;
}

function roundRow(row: Float64Array): void {
  for (let i = 0; i < row.length; i++) row[i] = toByte(row[i] as number);
}

/** out[i] = sum over t of weight[t] * (row t)[i], where row t of the source begins at starts[t]. */
export function combineRows(
  out: Float64Array,
  data: RasterData,
  starts: Int32Array,
  weights: Float64Array,
): void {
  const length = out.length;
  const count = starts.length;
  out.fill(0);
  // Four rows a sweep; the sum still runs from the first tap to the last.
  let t = 0;
  for (; t + 4 <= count; t += 4) {
    const [a, b, c, d] = starts.subarray(t, t + 4) as unknown as [number, number, number, number];
    const [wa, wb, wc, wd] = weights.subarray(t, t + 4) as unknown as [number, number, number, number];
    for (let i = 0; i < length; i++) {
      out[i] =
        (out[i] as number) +
        wa * (data[a + i] as number) +
        wb * (data[b + i] as number) +
        wc * (data[c + i] as number) +
        wd * (data[d + i] as number);
    }
  }
  for (; t < count; t++) {
    const a = starts[t] as number;
    const w = weights[t] as number;
    for (let i = 0; i < length; i++) out[i] = (out[i] as number) + w * (data[a + i] as number);
  }
}

/** Resamples one row of pixels. */
export function resampleRow(out: Float64Array, row: Float64Array, taps: Taps, channels: number): void {
  const { count, index, weight } = taps;
  const width = out.length / channels;
  for (let x = 0; x < width; x++) {
    const begin = x * count;
    const end = begin + count;
    if (channels === 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let t = begin; t < end; t++) {
        const at = 3 * (index[t] as number);
        const w = weight[t] as number;
        r += w * (row[at] as number);
        g += w * (row[at + 1] as number);
        b += w * (row[at + 2] as number);
      }
      out[3 * x] = r;
      out[3 * x + 1] = g;
      out[3 * x + 2] = b;
    } else {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let t = begin; t < end; t++)
          sum += (weight[t] as number) * (row[channels * (index[t] as number) + c] as number);
        out[channels * x + c] = sum;
      }
    }
  }
}

/** A new array of the type of `like` (for a Node Buffer, which is a Uint8Array too, a plain Uint8Array). */
function newData(like: RasterData, length: number): RasterData {
  if (like instanceof Uint8Array) return new Uint8Array(length);
  return like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

function storeRow(data: RasterData, start: number, row: Float64Array): void {
  if (!(data instanceof Uint8Array)) {
    data.set(row, start);
    return;
  }
  for (let i = 0; i < row.length; i++) data[start + i] = toByte(row[i] as number);
}

/** Height first: one blended row at a time, resampled at once along its width. */
function heightFirst(src: Raster, out: Raster, vertical: Taps, horizontal: Taps, round: boolean): void {
  const stride = src.width * src.channels;
  const blended = new Float64Array(stride);
  const row = new Float64Array(out.width * src.channels);
  const starts = new Int32Array(vertical.count);
  for (let y = 0; y < out.height; y++) {
    const first = y * vertical.count;
    for (let t = 0; t < vertical.count; t++) starts[t] = stride * (vertical.index[first + t] as number);
    combineRows(blended, src.data, starts, vertical.weight.subarray(first, first + vertical.count));
    if (round) roundRow(blended);
    resampleRow(row, blended, horizontal, src.channels);
    storeRow(out.data, y * row.length, row);
  }
}

/** Width first: a ring holds the resampled rows that the vertical kernel still reaches. */
function widthFirst(src: Raster, out: Raster, vertical: Taps, horizontal: Taps, round: boolean): void {
  const stride = src.width * src.channels;
  const length = out.width * src.channels;
  const source = new Float64Array(stride);
  const row = new Float64Array(length);
  const ring = new Float64Array(vertical.count * length);
  const held = new Int32Array(vertical.count).fill(-1);
  const starts = new Int32Array(vertical.count);
  for (let y = 0; y < out.height; y++) {
    const first = y * vertical.count;
    for (let t = 0; t < vertical.count; t++) {
      const from = vertical.index[first + t] as number;
      const slot = from % vertical.count;
      starts[t] = slot * length;
      if (held[slot] === from) continue;
      source.set(src.data.subarray(from * stride, (from + 1) * stride));
      resampleRow(row, source, horizontal, src.channels);
      if (round) roundRow(row);
      ring.set(row, slot * length);
      held[slot] = from;
    }
    combineRows(row, ring, starts, vertical.weight.subarray(first, first + vertical.count));
    storeRow(out.data, y * length, row);
  }
}

/** Output over input resolution along the width and along the height. */
function scalesOf({ width, height }: Raster, target: ResizeTarget): [x: number, y: number] {
  if ("scale" in target) return [target.scale, target.scale];
  if ("scaleWidth" in target) return [target.scaleWidth, target.scaleHeight];
  return [target.width / width, target.height / height];
}

/**
 * Resizes an image as MATLAB's `imresize(I, scale, kernel)` does.
 *
 * Bytes come back as bytes, rounded half up and clamped; floating point comes back in the same type, neither rounded nor
 * clamped. Sums are in float64 throughout.
 *
 * @param src any size from 1x1, any number of channels
 * @throws ShapeError if the data does not fit the size, or the target is not a positive scale or size
 */
export function imresize<D extends RasterData>(
  src: Raster<D>,
  target: ResizeTarget,
  options: ResizeOptions = {},
): Raster<D> {
  const { width, height, channels, data } = src;
  if (data.length !== width * height * channels) {
    throw new ShapeError(
      `imresize: an image of ${width}x${height}x${channels} has ${width * height * channels} values, got ${data.length}`,
    );
  }
  const { kernel = "bicubic", border = "symmetric", antialias = kernel !== "nearest" } = options;
  const [xScale, yScale] = scalesOf(src, target);
  const outWidth = "width" in target ? target.width : Math.ceil(width * xScale);
  const outHeight = "height" in target ? target.height : Math.ceil(height * yScale);
  const tapsOf = (inputLength: number, outputLength: number, scale: number) =>
    resampleTaps({ inputLength, outputLength, scale, kernel, border, antialias });
  const horizontal = tapsOf(width, outWidth, xScale);
  const vertical = tapsOf(height, outHeight, yScale);
  const out = {
    width: outWidth,
    height: outHeight,
    channels,
    data: newData(data, outWidth * outHeight * channels) as D,
  };
  const round = data instanceof Uint8Array && (options.roundEachPass ?? true);
  const pass = yScale <= xScale ? heightFirst : widthFirst;
  pass(src, out, vertical, horizontal, round);
  return out;
}
