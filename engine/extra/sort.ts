/** Order along an axis. Each element is compared with each other, in one kernel and without memory for it: meant for thousands, not millions. */
import { ShapeError, shown } from "../errors.ts";
import { isFloat } from "../dtype.ts";
import { expand, sum } from "../ops/broadcast.ts";
import { cast } from "../ops/cast.ts";
import { gather, scatterAdd } from "../ops/indexing.ts";
import { transpose, unsqueeze } from "../ops/movement.ts";
import { add, eq, gt, isnan, lt, mul, sub } from "../ops/pointwise.ts";
import { slice } from "../ops/slice.ts";
import { checkOptions } from "../options.ts";
import { normalizeAxis, showShape } from "../shape.ts";
import { expectTensors, type Tensor, tensor } from "../tensor.ts";

/** What was ordered, and where each element came from (i32). */
export interface Ordered {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** The last by default. */
  readonly axis?: number;
  /** Largest first. */
  readonly descending?: boolean;
}

/** The place that each element of the last axis has in the order: i32, of x's shape. Equal ones stay in their order, NaN is largest. */
function places(x: Tensor, descending: boolean): Tensor {
  const n = x.shape.at(-1) as number;
  const own = unsqueeze(x, x.rank); // [..., n, 1]
  const other = unsqueeze(x, x.rank - 1); // [..., 1, n]
  const order = tensor(Float32Array.from({ length: n }, (_, k) => k));
  const earlier = lt(unsqueeze(order, 0), unsqueeze(order, 1)); // [n, n]
  const comes = descending ? gt : lt;
  const asFloat = (t: Tensor) => cast(t, "f32");
  let before = add(asFloat(comes(other, own)), mul(asFloat(eq(other, own)), earlier)); // [..., n, n]
  if (isFloat(x.dtype)) {
    const [ownNaN, otherNaN] = [asFloat(isnan(own)), asFloat(isnan(other))];
    const [later, sooner] = descending ? [ownNaN, otherNaN] : [otherNaN, ownNaN];
    before = add(before, add(mul(sooner, sub(1, later)), mul(mul(ownNaN, otherNaN), earlier)));
  }
  return cast(sum(before, -1), "i32");
}

/**
 * The indices that put x in order along an axis; equal elements stay in their order, NaN counts as the largest. Not differentiable.
 * @returns i32, of x's shape
 */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  expectTensors("argsort", { x });
  checkOptions("argsort", options, ["axis", "descending"]);
  const { axis = -1, descending = false } = options;
  const at = normalizeAxis("argsort", axis, x.rank);
  const turned = transpose(x, at, -1);
  const n = turned.shape.at(-1) as number;
  const own = expand(tensor(Int32Array.from({ length: n }, (_, k) => k)), turned.shape);
  return transpose(scatterAdd(own, places(turned, descending), turned.rank - 1, n), at, -1);
}

/** x in order along an axis, smallest first, as `argsort` has it; gradients flow to where the values came from. */
export function sort(x: Tensor, options: SortOptions = {}): Ordered {
  expectTensors("sort", { x });
  checkOptions("sort", options, ["axis", "descending"]);
  const indices = argsort(x, options);
  return { values: gather(x, indices, options.axis ?? -1), indices };
}

/**
 * The k largest elements along an axis, in order.
 * @param options.largest false for the smallest
 * @throws ShapeError when the axis has fewer
 */
export function topk(
  x: Tensor,
  k: number,
  options: { readonly axis?: number; readonly largest?: boolean } = {},
): Ordered {
  expectTensors("topk", { x });
  checkOptions("topk", options, ["axis", "largest"]);
  const at = normalizeAxis("topk", options.axis ?? -1, x.rank);
  if (!Number.isInteger(k) || k < 0 || k > (x.shape[at] as number))
    throw new ShapeError(
      `topk: k should be a whole number from 0 to ${x.shape[at]}, the length of axis ${at} of ${showShape(x.shape)}, got ${shown(k)}`,
    );
  const ends = x.shape.map((n, axis) => (axis === at ? k : n));
  const order = argsort(x, { axis: at, descending: options.largest ?? true });
  const indices = slice(order, [], ends);
  return { values: gather(x, indices, at), indices };
}
