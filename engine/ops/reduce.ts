/** Reductions beyond the plain sum, and what is made of them. */
import type { ReduceOp } from "../graph/node.ts";
import { normalizeAxes, type Shape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { detach, expand, reduce, sum } from "./broadcast.ts";
import { add, div, eq, exp, log, mul, sqrt, square, sub } from "./pointwise.ts";

export interface ReduceOptions {
  /** Leaves the reduced axes in the shape, with size 1. */
  readonly keepDims?: boolean;
}

/** Equal extremes share the gradient evenly (as PyTorch's amax). */
const extremumGradient: NonNullable<ReduceOp["gradient"]> = (dy, node) => {
  const x = new Tensor(node.inputs[0] as NonNullable<(typeof node.inputs)[0]>);
  const hits = eq(x, expand(new Tensor(node), x.shape));
  const share = div(new Tensor(dy), sum(hits, node.attributes.axes as readonly number[], { keepDims: true }));
  return [mul(hits, expand(share, x.shape)).node];
};

const MAX: ReduceOp = { kind: "reduce", name: "max", combine: "max", gradient: extremumGradient };
const MIN: ReduceOp = { kind: "reduce", name: "min", combine: "min", gradient: extremumGradient };

export const max = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  reduce(MAX, "max", x, axes, options.keepDims ?? false);

export const min = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  reduce(MIN, "min", x, axes, options.keepDims ?? false);

const countOf = (x: Tensor, axes: number | Shape | undefined): number =>
  sizeOf(normalizeAxes("mean", axes, x.rank).map((axis) => x.shape[axis] as number));

export const mean = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  mul(sum(x, axes, options), 1 / countOf(x, axes));

/**
 * Mean squared distance from the mean, computed from centred values (never as E[x²] - E[x]², which cancels).
 * @param options.correction subtracted from the count in the denominator: 0 biased (default), 1 unbiased
 */
export function variance(
  x: Tensor,
  axes?: number | Shape,
  options: ReduceOptions & { readonly correction?: number; readonly mean?: Tensor } = {},
): Tensor {
  const centre = options.mean ?? mean(x, axes, { keepDims: true });
  const total = sum(square(sub(x, centre)), axes, options);
  return mul(total, 1 / Math.max(countOf(x, axes) - (options.correction ?? 0), 0));
}

/** √Σx², the Euclidean norm. */
export const norm = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  sqrt(sum(square(x), axes, options));

/** log Σ e^x, with the maximum taken out so that nothing overflows. */
export function logsumexp(x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor {
  const list = normalizeAxes("logsumexp", axes, x.rank);
  const peak = detach(max(x, list, { keepDims: true }));
  const result = add(log(sum(exp(sub(x, peak)), list, { keepDims: true })), peak);
  return options.keepDims ? result : sum(result, list);
}

/** e^x / Σ e^x along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const shifted = exp(sub(x, detach(max(x, axis, { keepDims: true }))));
  return div(shifted, sum(shifted, axis, { keepDims: true }));
}

/** log softmax, without taking the logarithm of small numbers. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => sub(x, logsumexp(x, axis, { keepDims: true }));
