/** Where the windows of a pooling op lie; see the two kinds of pooling beside. */
import { ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { expectShape, type Shape } from "../shape.ts";
import { type Pair, pair } from "./pair.ts";

/** Options of pooling, in pixels; one number for both axes, or [vertical, horizontal]. */
export interface PoolOptions {
  /** Height and width of the windows. */
  readonly kernel: Pair;
  /** Step between the windows; the kernel's size by default. */
  readonly stride?: Pair;
  /** Pixels that the first window reaches beyond the image, at most half of the kernel; 0 by default. */
  readonly padding?: Pair;
}

/** Their names. */
export const POOL_OPTIONS = ["kernel", "stride", "padding"];

/** The windows along one axis: number `k` covers positions k stride - padding up to, without, that + kernel. */
export interface Windows {
  /** Positions of the axis. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** How many windows there are. */
  readonly count: number;
}

/**
 * The windows along the rows and columns of an image [n, h, w, c].
 * @throws ShapeError when there are none, or one would lie outside of the image
 */
export function poolGeometry(op: string, shape: Shape, options: PoolOptions): readonly [Windows, Windows] {
  checkOptions(op, options, POOL_OPTIONS);
  const { h, w } = expectShape(op, "x", shape, "n h w c");
  const kernel = pair(op, "kernel", options.kernel, 1);
  const stride = pair(op, "stride", options.stride ?? kernel, 1);
  const padding = pair(op, "padding", options.padding ?? 0, 0);
  // With more than half a window, some windows would cover nothing of the image.
  if (padding.some((p, k) => 2 * p > (kernel[k] as number)))
    throw new ShapeError(
      `${op}: padding ${padding.join("×")} is more than half of the kernel ${kernel.join("×")}`,
    );
  const along = (size: number, k: 0 | 1): Windows => ({
    size,
    kernel: kernel[k],
    stride: stride[k],
    padding: padding[k],
    count: Math.floor((size + 2 * padding[k] - kernel[k]) / stride[k]) + 1,
  });
  const windows = [along(h, 0), along(w, 1)] as const;
  if (windows.some(({ size, count }) => size < 1 || count < 1))
    throw new ShapeError(
      `${op}: a window of ${kernel.join("×")} does not fit into ${h}×${w} with padding ${padding.join("×")}`,
    );
  return windows;
}
