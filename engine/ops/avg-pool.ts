/** Averages over windows of an image. */
import { checkOptions } from "../options.ts";
import { expectFloats, type Tensor } from "../tensor.ts";
import { expectShape } from "../shape.ts";
import { reshape } from "./broadcast.ts";
import { slice } from "./slice.ts";
import { mean } from "./reduce.ts";
import { POOL_OPTIONS, type PoolOptions, poolGeometry, type Windows } from "./pool-geometry.ts";
import { resample, type Taps, tapsOf } from "./taps.ts";

/** Options of average pooling. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros around the image count in the divisor; true by default. */
  readonly countIncludePad?: boolean;
}

/** Means of blocks of kh × kw pixels that fill the image: [n, h, w, c] -> [n, h / kh, w / kw, c]. */
export function blockMean(x: Tensor, kh: number, kw: number): Tensor {
  const { n, h, w, c } = expectShape("blockMean", "x", x.shape, "n h w c");
  return mean(reshape(x, [n, h / kh, kh, w / kw, kw, c]), [2, 4]);
}

/** The averages along one axis. A window's divisor is the product of those of its two axes, padded or not. */
function averages(axis: Windows, countIncludePad: boolean): Taps {
  const { size, kernel, stride, padding } = axis;
  return tapsOf(size, axis.count, (o, put) => {
    const start = o * stride - padding;
    const begin = Math.max(start, 0);
    const end = Math.min(start + kernel, size);
    for (let at = begin; at < end; at++) put(at, 1 / (countIncludePad ? kernel : end - begin));
  });
}

/**
 * Average over windows, with PyTorch's conventions.
 *
 * @param x [n, h, w, c]
 * @returns [n, oh, ow, c] with oh = ⌊(h + 2 padding - kernel) / stride⌋ + 1
 * @throws ShapeError when a window does not fit, or the padding is more than half of it
 */
export function avgPool2d(x: Tensor, options: AvgPoolOptions): Tensor {
  expectFloats("avgPool2d", { x });
  checkOptions("avgPool2d", options, [...POOL_OPTIONS, "countIncludePad"]);
  const { countIncludePad: all = true, ...windows } = options;
  const [rows, columns] = poolGeometry("avgPool2d", x.shape, windows);
  const tiled = [rows, columns].every(({ stride, kernel, padding }) => stride === kernel && padding === 0);
  if (tiled) {
    const [n, , , c] = x.shape as [number, number, number, number];
    const whole = slice(x, [], [n, rows.count * rows.kernel, columns.count * columns.kernel, c]);
    return blockMean(whole, rows.kernel, columns.kernel);
  }
  return resample(resample(x, 1, averages(rows, all)), 2, averages(columns, all));
}
