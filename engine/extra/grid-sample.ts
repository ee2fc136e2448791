/** Pictures read at any places (Jaderberg et al. 2015), with PyTorch's conventions. */
import { ShapeError } from "../errors.ts";
import { reshape } from "../ops/broadcast.ts";
import { cast } from "../ops/cast.ts";
import { embedding } from "../ops/indexing.ts";
import { matmul } from "../ops/matmul.ts";
import { transpose } from "../ops/movement.ts";
import { abs, add, clamp, div, eq, floor, ge, le, mul, round, sub, where } from "../ops/pointwise.ts";
import { slice } from "../ops/slice.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { checkShape, expectShape, showShape } from "../shape.ts";
import { expectFloats, type Tensor, tensor } from "../tensor.ts";

/** Options of `gridSample`. */
export interface GridSampleOptions {
  /** `"bilinear"` by default. */
  readonly method?: "bilinear" | "nearest";
  /** What lies outside of the picture: zeros (default), the border's pixels, or the picture mirrored at its border. */
  readonly padding?: "zeros" | "border" | "reflection";
  /** -1 and 1 are the centres of the corner pixels; by default their outer edges. */
  readonly alignCorners?: boolean;
}

/** A coordinate from -1 to 1 as one in pixels, whole at their centres. */
const inPixels = (at: Tensor, n: number, alignCorners: boolean): Tensor =>
  alignCorners ? mul(add(at, 1), (n - 1) / 2) : sub(mul(add(at, 1), n / 2), 0.5);

/** Mirrored at the border until it lies within. */
function mirrored(at: Tensor, n: number, alignCorners: boolean): Tensor {
  const [low, span] = alignCorners ? [0, n - 1] : [-0.5, n];
  if (span === 0) return mul(at, 0);
  const from = abs(sub(at, low));
  const turns = floor(div(from, span));
  const rest = sub(from, mul(turns, span));
  const isEven = eq(sub(turns, mul(floor(div(turns, 2)), 2)), 0);
  return add(where(isEven, rest, sub(span, rest)), low);
}

/** A pixel's number along an axis, and whether there is one. */
interface Pixel {
  readonly at: Tensor;
  readonly inside: Tensor;
}

function pixel(place: Tensor, n: number): Pixel {
  return { at: cast(clamp(place, 0, n - 1), "i32"), inside: mul(ge(place, 0), le(place, n - 1)) };
}

/**
 * The pixels of x at the places of a grid.
 * @param x [n, h, w, c]
 * @param grid [n, oh, ow, 2], x before y, each from -1 (left, top) to 1 (right, bottom)
 * @returns [n, oh, ow, c]
 * @throws ShapeError when the shapes do not fit
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  expectFloats("gridSample", { x, grid });
  checkOptions("gridSample", options, ["method", "padding", "alignCorners"]);
  const { method = "bilinear", padding = "zeros", alignCorners = false } = options;
  expectOneOf("gridSample", "method", method, ["bilinear", "nearest"]);
  expectOneOf("gridSample", "padding", padding, ["zeros", "border", "reflection"]);
  const { n, h, w, c } = expectShape("gridSample", "x", x.shape, "n h w c");
  const [count, oh = 0, ow = 0, two] = grid.shape;
  if (grid.rank !== 4 || count !== n || two !== 2 || h === 0 || w === 0)
    throw new ShapeError(
      `gridSample: grid should be [${n}, oh, ow, 2] for x ${showShape(x.shape)}, got ${showShape(grid.shape)}`,
    );
  const along = (k: number, size: number): Tensor => {
    const places = reshape(slice(grid, [0, 0, 0, k], [n, oh, ow, k + 1]), [n, oh * ow]);
    const at = inPixels(places, size, alignCorners);
    if (padding === "zeros") return at;
    return clamp(padding === "border" ? at : mirrored(at, size, alignCorners), 0, size - 1);
  };
  const [px, py] = [along(0, w), along(1, h)];
  const rows = reshape(x, [n * h * w, c]);
  const first = tensor(
    Int32Array.from({ length: n }, (_, k) => k * h * w),
    [n, 1],
  );
  /** The pixels in these columns and rows, zeros where there is none, times their weights. */
  const take = (column: Pixel, row: Pixel, weight?: Tensor): Tensor => {
    const index = add(add(mul(row.at, w), column.at), first); // [n, oh ow]
    const inside = mul(column.inside, row.inside);
    const factor = weight ? mul(weight, inside) : inside;
    return mul(embedding(rows, index), reshape(factor, [n, oh * ow, 1])); // [n, oh ow, c]
  };
  if (method === "nearest") return reshape(take(pixel(round(px), w), pixel(round(py), h)), [n, oh, ow, c]);
  const [left, top] = [floor(px), floor(py)];
  const [fx, fy] = [sub(px, left), sub(py, top)];
  const columns = [pixel(left, w), pixel(add(left, 1), w)] as const;
  const lines = [pixel(top, h), pixel(add(top, 1), h)] as const;
  const [gx, gy] = [sub(1, fx), sub(1, fy)];
  const sampled = [
    take(columns[0], lines[0], mul(gx, gy)),
    take(columns[1], lines[0], mul(fx, gy)),
    take(columns[0], lines[1], mul(gx, fy)),
    take(columns[1], lines[1], mul(fx, fy)),
  ].reduce((a, b) => add(a, b));
  return reshape(sampled, [n, oh, ow, c]);
}

/**
 * The grid that `gridSample` turns, scales and moves pictures by.
 * @param theta [n, 2, 3]: [x y] of the source are theta · [x y 1] of the result, all from -1 to 1
 * @param size [h, w] of the result
 * @returns [n, h, w, 2]
 */
export function affineGrid(
  theta: Tensor,
  size: readonly [number, number],
  options: { readonly alignCorners?: boolean } = {},
): Tensor {
  expectFloats("affineGrid", { theta });
  checkOptions("affineGrid", options, ["alignCorners"]);
  checkShape("affineGrid", size);
  const [n = 0, two, three] = theta.shape;
  if (theta.rank !== 3 || two !== 2 || three !== 3 || size.length !== 2)
    throw new ShapeError(
      `affineGrid: theta should be [n, 2, 3] and size [h, w], got ${showShape(theta.shape)} and ${showShape(size)}`,
    );
  const [h, w] = size;
  const place = (k: number, of: number): number => {
    if (!options.alignCorners) return (2 * k + 1) / of - 1;
    return of > 1 ? (2 * k) / (of - 1) - 1 : 0;
  };
  const places = Array.from({ length: h * w }, (_, k) => [place(k % w, w), place(Math.floor(k / w), h), 1]);
  const grid = matmul(tensor(places.flat(), [1, h * w, 3]), transpose(theta)); // [n, h w, 2]
  return reshape(grid, [n, h, w, 2]);
}
