/** Reductions that few networks need. */
import { type ReduceOptions, reshape } from "../ops/broadcast.ts";
import { ones, permute } from "../ops/movement.ts";
import { eq, mul, sqrt, where } from "../ops/pointwise.ts";
import { gather } from "../ops/indexing.ts";
import { argmax, argmin, variance } from "../ops/reduce.ts";
import { slice } from "../ops/slice.ts";
import { checkOptions } from "../options.ts";
import { normalizeAxes, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";

/**
 * Standard deviation over `axes` (all by default), the root of `variance`; where it is 0 its derivative is 0 (PyTorch's choice).
 * @param options.correction subtracted from the count in the denominator: 1 by default, as PyTorch's; 0 biased
 */
export function std(
  x: Tensor,
  axes?: number | Shape,
  options: ReduceOptions & { readonly correction?: number } = {},
): Tensor {
  checkOptions("std", options, ["keepDims", "correction"]);
  const spread = variance(x, axes, { correction: 1, ...options });
  // The slope of √ at 0 is infinite, and would meet a 0 behind it: no root is taken there.
  const isZero = eq(spread, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, spread)));
}

/**
 * Product over `axes` (all by default); 1 of no elements. Multiplied in pairs, so that zeros need no rule of their own in the
 * derivative.
 */
export function prod(x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor {
  expectTensors("prod", { x });
  checkOptions("prod", options, ["keepDims"]);
  const list = normalizeAxes("prod", axes, x.rank);
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !list.includes(axis));
  const kept = rest.map((axis) => x.shape[axis] as number);
  const shape = options.keepDims ? x.shape.map((n, axis) => (list.includes(axis) ? 1 : n)) : kept;
  let n = sizeOf(list.map((axis) => x.shape[axis] as number));
  if (n === 0) return ones(shape);
  const rows = sizeOf(kept);
  let left = reshape(permute(x, [...rest, ...list]), [rows, n]); // [rows, n]
  let odd: Tensor | undefined;
  for (; n > 1; n >>= 1) {
    const half = n >> 1;
    if (n % 2 === 1) {
      const last = slice(left, [0, n - 1], [rows, n]); // [rows, 1]
      odd = odd ? mul(odd, last) : last;
    }
    left = mul(slice(left, [0, 0], [rows, half]), slice(left, [0, half], [rows, 2 * half])); // [rows, half]
  }
  return reshape(odd ? mul(left, odd) : left, shape);
}

/** Numbers and where they were found. */
export interface Found {
  /** Of x's type. */
  readonly values: Tensor;
  /** i32: places along the axis, the first of equal ones. */
  readonly indices: Tensor;
}

const found =
  (op: string, arg: typeof argmax) =>
  (x: Tensor, axis: number, options: ReduceOptions = {}): Found => {
    expectTensors(op, { x });
    checkOptions(op, options, ["keepDims"]);
    const at = normalizeAxis(op, axis, x.rank);
    const places = arg(x, at, { keepDims: true });
    const values = gather(x, places, at);
    if (options.keepDims) return { values, indices: places };
    const shape = x.shape.toSpliced(at, 1);
    return { values: reshape(values, shape), indices: reshape(places, shape) };
  };

/**
 * The largest number along an axis and its place; only that number has a derivative, as PyTorch's `x.max(dim)` has it.
 * @throws ShapeError for an axis that is not there, or is empty
 */
export const maxWithIndices = found("maxWithIndices", argmax);

/** As `maxWithIndices`, with the smallest number. */
export const minWithIndices = found("minWithIndices", argmin);
