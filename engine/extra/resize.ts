/** Ways of changing the size of images beyond those of `resize`. */
import { ShapeError, shown } from "../errors.ts";
import { type Pair, pair } from "../ops/pair.ts";
import { type ResizeOptions, resize } from "../ops/resample.ts";
import { resample, type Taps, tapsOf } from "../ops/taps.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { expectShape, showShape } from "../shape.ts";
import { expectFloats, type Tensor } from "../tensor.ts";

/** x by one rule along both axes. */
function resized(op: string, x: Tensor, size: Pair, rule: (from: number, to: number) => Taps): Tensor {
  expectFloats(op, { x });
  const { h, w } = expectShape(op, "x", x.shape, "n h w c");
  const [oh, ow] = pair(op, "size", size, 1);
  if (h < 1 || w < 1)
    throw new ShapeError(`${op}: x ${showShape(x.shape)} has no pixels to make ${oh}×${ow} of`);
  return resample(resample(x, 1, rule(h, oh)), 2, rule(w, ow));
}

/** The pixel below each new one's centre (PyTorch's `nearest-exact`). x [n, h, w, c], size [h, w]. */
export const resizeNearestExact = (x: Tensor, size: Pair): Tensor =>
  resized("resizeNearestExact", x, size, (from, to) =>
    tapsOf(from, to, (o, put) => put(Math.min(Math.floor(((o + 0.5) * from) / to), from - 1), 1)),
  );

/** Kernels at a distance in pixels of the smaller grid: how far they reach, and their weight. */
const KERNELS = {
  bilinear: { reach: 1, weight: (d: number) => Math.max(1 - d, 0) },
  // Keys 1981 with a = -0.5, as Pillow's.
  bicubic: {
    reach: 2,
    weight: (d: number) =>
      d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0,
  },
} as const;

/**
 * Interpolation whose kernel widens where an image shrinks, so that fine patterns do not alias (PyTorch's `antialias=True`, Pillow's
 * resize).
 * @param x [n, h, w, c]
 * @param options.method "bilinear" by default, or "bicubic"
 * @returns [n, size[0], size[1], c]
 */
export function resizeAntialiased(
  x: Tensor,
  size: Pair,
  options: { readonly method?: "bilinear" | "bicubic" } = {},
): Tensor {
  checkOptions("resizeAntialiased", options, ["method"]);
  const { method = "bilinear" } = options;
  expectOneOf("resizeAntialiased", "method", method, Object.keys(KERNELS));
  const { reach, weight } = KERNELS[method];
  return resized("resizeAntialiased", x, size, (from, to) =>
    tapsOf(from, to, (o, put) => {
      const scale = from / to;
      const wide = Math.max(scale, 1);
      const centre = scale * (o + 0.5);
      const begin = Math.max(Math.trunc(centre - reach * wide + 0.5), 0);
      const end = Math.min(Math.trunc(centre + reach * wide + 0.5), from);
      const weights = Array.from({ length: end - begin }, (_, k) =>
        weight(Math.abs((k + begin - centre + 0.5) / wide)),
      );
      const total = weights.reduce((sum, v) => sum + v, 0);
      weights.forEach((v, k) => {
        put(begin + k, v / total);
      });
    }),
  );
}

/** `resize` by factors: to ⌊h · scale⌋ by ⌊w · scale⌋ pixels (PyTorch's `recompute_scale_factor=True`). */
export function resizeBy(
  x: Tensor,
  scale: number | readonly [number, number],
  options: ResizeOptions = {},
): Tensor {
  expectFloats("resizeBy", { x });
  const { h, w } = expectShape("resizeBy", "x", x.shape, "n h w c");
  const both = typeof scale === "number" ? ([scale, scale] as const) : scale;
  if (!Array.isArray(both) || both.length !== 2 || !both.every((s) => typeof s === "number" && s > 0))
    throw new ShapeError(`resizeBy: scale should be one or two numbers above 0, got ${shown(scale)}`);
  const [down, across] = both as readonly [number, number];
  return resize(x, [Math.floor(h * down), Math.floor(w * across)], options);
}
