/** Pooling beyond `maxPool2d`: windows with gaps, over the edge, with the places of their maxima, and to a given size. */
import { ShapeError } from "../errors.ts";
import { reshape } from "../ops/broadcast.ts";
import { gather } from "../ops/indexing.ts";
import { concat, stack, unsqueeze } from "../ops/movement.ts";
import { pad } from "../ops/pad.ts";
import { type Pair, pair } from "../ops/pair.ts";
import { type PoolOptions, POOL_OPTIONS } from "../ops/pool-geometry.ts";
import { argmax, max } from "../ops/reduce.ts";
import { slice } from "../ops/slice.ts";
import { checkOptions } from "../options.ts";
import { expectShape } from "../shape.ts";
import { expectFloats, type Tensor, tensor } from "../tensor.ts";

/** Options of `maxPool2dIndices`. */
export interface MaxPoolOptions extends PoolOptions {
  /** Step between the elements of a window, in pixels: 1. */
  readonly dilation?: Pair;
  /** Also windows that reach over the image's edge, as long as they begin within it or its padding in front. */
  readonly ceilMode?: boolean;
}

/** Where windows begin along an axis, and how far the padded axis has to reach. */
function windowsOf(
  op: string,
  n: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  ceil: boolean,
) {
  const reach = dilation * (kernel - 1) + 1;
  const free = n + 2 * padding - reach;
  if (free < 0 || n < 1)
    throw new ShapeError(`${op}: a window of ${reach} does not fit into ${n} with padding ${padding}`);
  let count = (ceil ? Math.ceil : Math.floor)(free / stride) + 1;
  // PyTorch's rule: none begins in the padding behind.
  if (ceil && (count - 1) * stride >= n + padding) count--;
  return { count, reach, behind: Math.max((count - 1) * stride + reach - padding - n, 0) };
}

/**
 * Maximum over windows, with the place of each in its image (PyTorch's `return_indices`): row · w + column. The first of equals
 * is taken and gets the gradient. For plain windows `maxPool2d` is faster.
 * @param x [n, h, w, c]
 * @returns both [n, oh, ow, c]; the indices i32
 * @throws ShapeError when a window does not fit, or the padding is more than half of it
 */
export function maxPool2dIndices(
  x: Tensor,
  options: MaxPoolOptions,
): { readonly values: Tensor; readonly indices: Tensor } {
  const op = "maxPool2dIndices";
  expectFloats(op, { x });
  checkOptions(op, options, [...POOL_OPTIONS, "dilation", "ceilMode"]);
  const { n, h, w, c } = expectShape(op, "x", x.shape, "n h w c");
  const [kh, kw] = pair(op, "kernel", options.kernel, 1);
  const [sh, sw] = pair(op, "stride", options.stride ?? options.kernel, 1);
  const [ph, pw] = pair(op, "padding", options.padding ?? 0, 0);
  const [dh, dw] = pair(op, "dilation", options.dilation ?? 1, 1);
  if (2 * ph > kh || 2 * pw > kw)
    throw new ShapeError(`${op}: padding ${ph}×${pw} is more than half of the kernel ${kh}×${kw}`);
  const ceil = options.ceilMode ?? false;
  const rows = windowsOf(op, h, kh, sh, ph, dh, ceil);
  const columns = windowsOf(op, w, kw, sw, pw, dw, ceil);
  const [oh, ow] = [rows.count, columns.count];
  const padded = pad(x, [0, ph, pw, 0], [0, rows.behind, columns.behind, 0], { value: -Infinity });
  const taps = Array.from({ length: kh * kw }, (_, k) => {
    const [top, left] = [Math.floor(k / kw) * dh, (k % kw) * dw];
    const end = [n, top + (oh - 1) * sh + 1, left + (ow - 1) * sw + 1, c];
    return slice(padded, [0, top, left, 0], end, [1, sh, sw, 1]); // [n, oh, ow, c]
  });
  const windows = stack(taps, 4); // [n, oh, ow, c, kh kw]
  const tap = argmax(windows, 4); // [n, oh, ow, c]
  const values = reshape(gather(windows, unsqueeze(tap, 4), 4), [n, oh, ow, c]);
  const starts = Array.from(
    { length: oh * ow },
    (_, k) => (Math.floor(k / ow) * sh - ph) * w + (k % ow) * sw - pw,
  );
  const steps = Array.from({ length: kh * kw }, (_, k) => Math.floor(k / kw) * dh * w + (k % kw) * dw);
  const within = gather(tensor(Int32Array.from(steps)), reshape(tap, [tap.size]), 0);
  const indices = reshape(within, tap.shape).add(tensor(Int32Array.from(starts), [1, oh, ow, 1]));
  return { values, indices };
}

/**
 * Maxima over windows that cut an image into size[0] by size[1] parts, which share a row or column where it cannot be cut evenly.
 * @param x [n, h, w, c]
 * @returns [n, size[0], size[1], c]
 */
export function adaptiveMaxPool2d(x: Tensor, size: Pair): Tensor {
  expectFloats("adaptiveMaxPool2d", { x });
  const { h, w } = expectShape("adaptiveMaxPool2d", "x", x.shape, "n h w c");
  const [oh, ow] = pair("adaptiveMaxPool2d", "size", size, 1);
  if (h < 1 || w < 1) throw new ShapeError(`adaptiveMaxPool2d: an image of ${h}×${w} has nothing to compare`);
  const along = (y: Tensor, axis: number, from: number, to: number): Tensor => {
    const parts = Array.from({ length: to }, (_, k) => {
      const begin = y.shape.map((_, a) => (a === axis ? Math.floor((k * from) / to) : 0));
      const end = y.shape.map((n, a) => (a === axis ? Math.ceil(((k + 1) * from) / to) : n));
      return max(slice(y, begin, end), axis, { keepDims: true });
    });
    return concat(parts, axis);
  };
  return along(along(x, 1, h, oh), 2, w, ow);
}
