/**
 * Kernel distance of two sets of features (Binkowski et al. 2018, "KID" when the features are Inception's): the unbiased
 * estimate of the squared maximum mean discrepancy under the kernel (x · y / d + 1)³. Unlike the Frechet distance it has
 * no bias for small sets, and may fall below 0.
 */
import { ShapeError } from "../../engine/errors.ts";
import { checkSamples, dot, pick, type Samples } from "./samples.ts";

/** @throws ShapeError with fewer than 2 points in a set */
export function kernelDistance(a: Samples, b: Samples): number {
  checkSamples("kernelDistance", { a, b }, 2);
  let between = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) between += kernel(a, i, b, j);
  return within(a) + within(b) - (2 * between) / (a.count * b.count);
}

/** The cubic kernel of two points. */
function kernel(a: Samples, i: number, b: Samples, j: number): number {
  return (dot(a, i, b, j) / a.dimension + 1) ** 3;
}

/** Mean of the kernel over pairs of different points of a set. */
function within(set: Samples): number {
  let sum = 0;
  for (let i = 0; i < set.count; i++) for (let j = 0; j < i; j++) sum += kernel(set, i, set, j);
  return (2 * sum) / (set.count * (set.count - 1));
}

export interface KernelDistances {
  /** Distance for each pair of subsets. */
  readonly subsets: readonly number[];
  readonly mean: number;
  /** Population deviation over the subsets. */
  readonly deviation: number;
}

/**
 * Distances between subsets, as published values are made (100 subsets of 1000).
 * @param subsetsOfA and `subsetsOfB`: numbers of the points of each subset, one list a subset
 */
export function subsetKernelDistances(
  a: Samples,
  b: Samples,
  subsetsOfA: readonly ArrayLike<number>[],
  subsetsOfB: readonly ArrayLike<number>[],
): KernelDistances {
  if (subsetsOfA.length !== subsetsOfB.length || subsetsOfA.length === 0)
    throw new ShapeError(
      `subsetKernelDistances: needs as many subsets of both sets, at least one, got ${subsetsOfA.length} and ${subsetsOfB.length}`,
    );
  const subsets = subsetsOfA.map((indices, k) =>
    kernelDistance(pick(a, indices), pick(b, subsetsOfB[k] as ArrayLike<number>)),
  );
  const mean = subsets.reduce((sum, value) => sum + value, 0) / subsets.length;
  const variance = subsets.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets.length;
  return { subsets, mean, deviation: Math.sqrt(variance) };
}
