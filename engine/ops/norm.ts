/**
 * Normalisation, composed of means, centred squares and pointwise ops: the graph compiler turns it into reductions that
 * read x and one pass that normalises, together with whatever follows (activation, residual). Gradients of any order
 * come with the parts.
 */
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { add, mul, rsqrt, sub } from "./pointwise.ts";
import { mean, variance } from "./reduce.ts";

export interface BatchNormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** Statistics to use instead of the batch's own, both [c]. */
  readonly mean?: Tensor | undefined;
  readonly variance?: Tensor | undefined;
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015) over all axes but the last: γ (x - mean) / √(variance + eps) + β.
 * @param x [..., c]
 * @param gamma [c]
 * @param beta [c]
 */
export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): Tensor {
  const c = x.shape.at(-1) ?? 0;
  for (const [name, t] of Object.entries({ gamma, beta }))
    if (t.size !== c)
      throw new ShapeError(
        `batchNorm: ${name} should be [${c}] for x ${showShape(x.shape)}, got ${showShape(t.shape)}`,
      );
  const centre = options.mean ?? batchMean(x);
  const spread = options.variance ?? batchVariance(x, centre);
  const scale = mul(rsqrt(add(spread, options.eps ?? 1e-5)), gamma); // [c]
  return add(mul(sub(x, centre), scale), beta);
}

const allButLast = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

/** Mean of every channel, [c]. */
export const batchMean = (x: Tensor): Tensor => mean(x, allButLast(x));

/** Biased variance of every channel, [c], around `centre`. */
export const batchVariance = (x: Tensor, centre: Tensor): Tensor =>
  variance(x, allButLast(x), { mean: centre });

/** Normalises each image and channel by itself: x [n, h, w, c], gamma and beta [c] (Ulyanov et al. 2016). */
export function instanceNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  options: { readonly eps?: number } = {},
): Tensor {
  const axes = x.shape.slice(1, -1).map((_, axis) => axis + 1);
  const centre = mean(x, axes, { keepDims: true });
  const spread = variance(x, axes, { keepDims: true, mean: centre });
  return add(mul(mul(sub(x, centre), rsqrt(add(spread, options.eps ?? 1e-5))), gamma), beta);
}

/** Normalises over as many trailing axes as `gamma` has (Ba et al. 2016). */
export function layerNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  options: { readonly eps?: number } = {},
): Tensor {
  const axes = gamma.shape.map((_, axis) => x.rank - gamma.rank + axis);
  const centre = mean(x, axes, { keepDims: true });
  const spread = variance(x, axes, { keepDims: true, mean: centre });
  return add(mul(mul(sub(x, centre), rsqrt(add(spread, options.eps ?? 1e-5))), gamma), beta);
}

/** Normalises each image over groups of neighbouring channels: x [n, ..., c], gamma and beta [c] (Wu and He 2018). */
export function groupNorm(
  x: Tensor,
  groups: number,
  gamma: Tensor,
  beta: Tensor,
  options: { readonly eps?: number } = {},
): Tensor {
  const c = x.shape.at(-1) ?? 0;
  if (c % groups !== 0) throw new ShapeError(`groupNorm: ${c} channels cannot be cut into ${groups} groups`);
  const split = reshape(x, [...x.shape.slice(0, -1), groups, c / groups]);
  const axes = [...split.shape.slice(1, -2).map((_, axis) => axis + 1), split.rank - 1];
  const centre = mean(split, axes, { keepDims: true });
  const spread = variance(split, axes, { keepDims: true, mean: centre });
  const normal = mul(sub(split, centre), rsqrt(add(spread, options.eps ?? 1e-5)));
  return add(mul(reshape(normal, x.shape), gamma), beta);
}
