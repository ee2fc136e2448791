/** Normalisations: (x - mean) / √(variance + eps) · γ + β, the variance divided by n. The last axis holds the channels. */

import { type RefTensor, type Shape, sizeOf } from "./array.ts";
import type { Ops } from "./ops.ts";
import { pointwise } from "./pointwise.ts";
import { reductions } from "./reduce.ts";

const { add, sub, mul, rsqrt } = pointwise;
const EPS = 1e-5;

const scaleAndShift = (x: RefTensor, gamma: RefTensor, beta: RefTensor): RefTensor =>
  add(mul(x, gamma), beta);

/** Mean 0 and variance 1 over the axes. */
function standardised(x: RefTensor, axes: readonly number[], eps: number): RefTensor {
  const mean = reductions.mean(x, axes, { keepDims: true });
  const variance = reductions.variance(x, axes, { keepDims: true });
  return mul(sub(x, mean), rsqrt(add(variance, eps)));
}

/** Axes from, …, to - 1. */
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export const norms = {
  batchNorm(x, gamma, beta, { mean, variance, eps = EPS } = {}) {
    const normal =
      mean !== undefined && variance !== undefined
        ? mul(sub(x, mean), rsqrt(add(variance, eps)))
        : standardised(x, range(0, x.shape.length - 1), eps);
    return scaleAndShift(normal, gamma, beta);
  },
  instanceNorm: (x, gamma, beta, { eps = EPS } = {}) =>
    scaleAndShift(standardised(x, range(1, x.shape.length - 1), eps), gamma, beta),
  groupNorm(x, groups, gamma, beta, { eps = EPS } = {}) {
    const [n, ...rest] = x.shape as [number, ...number[]];
    const channels = rest.pop() as number;
    const split: Shape = [n, sizeOf(rest), groups, channels / groups];
    const normal = standardised({ shape: split, data: x.data }, [1, 3], eps);
    return scaleAndShift({ shape: x.shape, data: normal.data }, gamma, beta);
  },
  layerNorm(x, gamma, beta, { eps = EPS } = {}) {
    const rank = x.shape.length;
    return scaleAndShift(standardised(x, range(rank - gamma.shape.length, rank), eps), gamma, beta);
  },
} satisfies Partial<Ops<RefTensor>>;
