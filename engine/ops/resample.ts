/** Changing the size of images: sub-pixel shuffles and interpolation. */
import { ShapeError, shown } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { expectShape, showShape } from "../shape.ts";
import { expectFloats, expectTensors, type Tensor } from "../tensor.ts";
import { blockMean } from "./avg-pool.ts";
import { expand, reshape } from "./broadcast.ts";
import { permute } from "./movement.ts";
import { type Pair, pair } from "./pair.ts";
import { slice } from "./slice.ts";
import { resample, tapsOf } from "./taps.ts";

/**
 * Sub-pixel convolution's rearrangement (Shi et al. 2016): blocks of r² channels become r × r pixels.
 * @param x [n, h, w, c r²], channel c r² + i r + j goes to row i and column j of the block (PyTorch's order)
 * @returns [n, h r, w r, c]
 */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  expectTensors("pixelShuffle", { x });
  const { n, h, w, c } = expectShape("pixelShuffle", "x", x.shape, "n h w c");
  if (!Number.isInteger(r) || r < 1 || c % (r * r) !== 0)
    throw new ShapeError(
      `pixelShuffle: ${c} channels cannot be spread over blocks of ${shown(r)}×${shown(r)}, in ${showShape(x.shape)}`,
    );
  const depth = c / (r * r);
  const blocks = permute(reshape(x, [n, h, w, depth, r, r]), [0, 1, 4, 2, 5, 3]); // [n, h, i, w, j, c]
  return reshape(blocks, [n, h * r, w * r, depth]);
}

/** The reverse of `pixelShuffle`: [n, h r, w r, c] becomes [n, h, w, c r²]. */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  expectTensors("pixelUnshuffle", { x });
  const { n, h, w, c } = expectShape("pixelUnshuffle", "x", x.shape, "n h w c");
  if (!Number.isInteger(r) || r < 1 || h % r !== 0 || w % r !== 0)
    throw new ShapeError(
      `pixelUnshuffle: ${h}×${w} pixels cannot be cut into blocks of ${shown(r)}×${shown(r)}`,
    );
  const blocks = permute(reshape(x, [n, h / r, r, w / r, r, c]), [0, 1, 3, 5, 2, 4]); // [n, h, w, c, i, j]
  return reshape(blocks, [n, h / r, w / r, c * r * r]);
}

/** How `resize` makes new pixels. */
export type ResizeMethod = "nearest" | "bilinear" | "bicubic" | "area" | "coverage";

/** Options of `resize`. */
export interface ResizeOptions {
  /** `"bilinear"` by default. */
  readonly method?: ResizeMethod;
  /** Corner pixels keep their centres (bilinear and bicubic only). */
  readonly alignCorners?: boolean;
}

/**
 * Interpolation to another size, with PyTorch's conventions (bicubic: Keys' kernel with a = -0.75, border replicated;
 * not antialiased; area: the mean of the pixels that the new one touches) and, as Torch's `image.scale` shrinks, coverage:
 * the mean over the stretch that the new pixel covers, parts of pixels counting in part. For the resampling of the super-resolution
 * benchmarks see `imresize` in `engine/data`. Differentiable to any order.
 *
 * @param x [n, h, w, c]
 * @returns [n, size[0], size[1], c]
 * @throws ShapeError when x has no pixels, or alignCorners is asked of a method that has none
 */
export function resize(x: Tensor, size: readonly [number, number], options: ResizeOptions = {}): Tensor {
  expectFloats("resize", { x });
  checkOptions("resize", options, ["method", "alignCorners"]);
  const { h, w } = expectShape("resize", "x", x.shape, "n h w c");
  const { method = "bilinear", alignCorners = false } = options;
  const rule = RULES[method];
  if (!rule)
    throw new ShapeError(`resize: method must be ${Object.keys(RULES).join(", ")}, got ${shown(method)}`);
  if (alignCorners && !rule.aligns) throw new ShapeError(`resize: ${method} cannot align corners`);
  const [oh, ow] = pair("resize", "size", size, 1);
  if (h < 1 || w < 1)
    throw new ShapeError(`resize: x ${showShape(x.shape)} has no pixels to make ${oh}×${ow} of`);
  if ((method === "area" || method === "coverage") && h % oh === 0 && w % ow === 0)
    return blockMean(x, h / oh, w / ow);
  // The axis that shrinks most comes first: less is left for the second.
  const [first, second] = oh / h <= ow / w ? ([1, 2] as const) : ([2, 1] as const);
  const along = (image: Tensor, axis: 1 | 2) =>
    resizeAxis(image, axis, axis === 1 ? oh : ow, method, alignCorners);
  return along(along(x, first), second);
}

/**
 * Average over a grid of `size` windows that share the image as evenly as whole pixels can; neighbours may overlap by
 * a pixel. The same as `resize` by area.
 *
 * @param x [n, h, w, c]
 * @returns [n, size[0], size[1], c]
 */
export function adaptiveAvgPool2d(x: Tensor, size: Pair): Tensor {
  expectFloats("adaptiveAvgPool2d", { x });
  expectShape("adaptiveAvgPool2d", "x", x.shape, "n h w c");
  return resize(x, pair("adaptiveAvgPool2d", "size", size, 1), { method: "area" });
}

function resizeAxis(x: Tensor, axis: 1 | 2, to: number, method: ResizeMethod, alignCorners: boolean): Tensor {
  const from = x.shape[axis] as number;
  if (to === from) return x;
  const copies = method === "nearest" || method === "area" || from === 1;
  if (copies && to % from === 0) return repeat(x, axis, to / from);
  if (method === "nearest" && from % to === 0)
    return slice(
      x,
      [],
      [],
      x.shape.map((_, k) => (k === axis ? from / to : 1)),
    );
  const { fill } = RULES[method];
  return resample(
    x,
    axis,
    tapsOf(from, to, (o, put) =>
      fill({ o, from, to, alignCorners }, (position, weight) => {
        put(Math.min(Math.max(position, 0), from - 1), weight);
      }),
    ),
  );
}

/** Every position of `axis` several times, side by side. */
function repeat(x: Tensor, axis: number, times: number): Tensor {
  const sizes = [...x.shape];
  const apart = reshape(x, [...sizes.slice(0, axis + 1), 1, ...sizes.slice(axis + 1)]);
  const stretched = expand(
    apart,
    apart.shape.map((n, k) => (k === axis + 1 ? times : n)),
  );
  sizes[axis] = (sizes[axis] as number) * times;
  return reshape(stretched, sizes);
}

/** An output position of an axis and the sizes of both axes. */
interface Place {
  readonly o: number;
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
}

/** How a method makes one new position of old ones; positions beyond an end stand for the end. */
interface Rule {
  /** Corners can be aligned. */
  readonly aligns: boolean;
  readonly fill: (place: Place, put: (position: number, weight: number) => void) => void;
}

/** Where the centre of output position o lies among the old centres. */
function centreOf({ o, from, to, alignCorners }: Place): number {
  if (!alignCorners) return ((o + 0.5) * from) / to - 0.5;
  return to > 1 ? (o * (from - 1)) / (to - 1) : 0;
}

const RULES: Readonly<Record<ResizeMethod, Rule>> = {
  nearest: {
    aligns: false,
    fill: ({ o, from, to }, put) => put(Math.floor((o * from) / to), 1),
  },
  area: {
    aligns: false,
    fill({ o, from, to }, put) {
      const begin = Math.floor((o * from) / to);
      const end = Math.ceil(((o + 1) * from) / to);
      for (let at = begin; at < end; at++) put(at, 1 / (end - begin));
    },
  },
  coverage: {
    aligns: false,
    fill({ o, from, to }, put) {
      const size = from / to;
      for (let at = Math.floor(o * size); at < (o + 1) * size; at++) {
        const covered = Math.min(at + 1, (o + 1) * size) - Math.max(at, o * size);
        put(at, covered / size);
      }
    },
  },
  bilinear: {
    aligns: true,
    fill(place, put) {
      const centre = Math.max(centreOf(place), 0);
      const left = Math.floor(centre);
      put(left, 1 - (centre - left));
      put(left + 1, centre - left);
    },
  },
  bicubic: {
    aligns: true,
    fill(place, put) {
      const centre = centreOf(place);
      const left = Math.floor(centre);
      const t = centre - left;
      [t + 1, t, 1 - t, 2 - t].forEach((distance, k) => {
        put(left - 1 + k, cubic(distance));
      });
    },
  },
};

/** Keys' kernel (1981, eq. 15) with a = -0.75, at a distance from 0 to 2. */
function cubic(x: number): number {
  const a = -0.75;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}
