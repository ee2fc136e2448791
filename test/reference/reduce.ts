/** Reductions over axes, softmax and maxout. */

import { forEachIndex, normalAxis, type RefTensor, type Shape, sizeOf, stridesOf } from "./array.ts";
import type { Axes, KeepDims, Ops } from "./ops.ts";
import { map, zip } from "./pointwise.ts";
import * as scalar from "./scalars.ts";
import { constant, div, primal, type Scalar, sub } from "./tape.ts";

/** The axes as non-negative numbers; all of them when `axes` is absent. */
function axesOf(axes: Axes | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  return (typeof axes === "number" ? [axes] : axes).map((axis) => normalAxis(axis, rank));
}

/** Makes one scalar of all elements that differ only along the axes. */
export function reduce(
  x: RefTensor,
  axes: Axes | undefined,
  options: KeepDims | undefined,
  combine: (xs: Scalar[]) => Scalar,
): RefTensor {
  const reduced = axesOf(axes, x.shape.length);
  const kept: Shape = x.shape.map((n, axis) => (reduced.includes(axis) ? 1 : n));
  const strides = stridesOf(kept);
  const groups = Array.from({ length: sizeOf(kept) }, (): Scalar[] => []);
  let position = 0;
  forEachIndex(x.shape, (index) => {
    const group = index.reduce(
      (sum, i, axis) => sum + (kept[axis] === 1 ? 0 : i * (strides[axis] as number)),
      0,
    );
    groups[group]?.push(x.data[position++] as Scalar);
  });
  const shape = options?.keepDims ? kept : x.shape.filter((_, axis) => !reduced.includes(axis));
  return { shape, data: groups.map(combine) };
}

const reduction = (combine: (xs: Scalar[]) => Scalar) => (x: RefTensor, axes?: Axes, options?: KeepDims) =>
  reduce(x, axes, options, combine);

/** Σ(x - mean)² / (n - lost): two passes, as its definition says. */
export function varianceOf(xs: readonly Scalar[], lost: number): Scalar {
  const mean = scalar.average(xs);
  return div(scalar.total(xs.map((x) => scalar.square(sub(x, mean)))), constant(xs.length - lost));
}

/** The place of the first element for which none is better. */
const firstBest = (better: (a: number, b: number) => boolean) => (xs: Scalar[]) => {
  const values = xs.map(primal);
  return constant(values.reduce((best, v, i) => (better(v, values[best] as number) ? i : best), 0));
};

function logSoftmax(x: RefTensor, axis = -1): RefTensor {
  return zip(x, reduce(x, axis, { keepDims: true }, scalar.logSumExp), sub);
}

export const reductions = {
  logSoftmax,
  sum: reduction(scalar.total),
  mean: reduction(scalar.average),
  max: reduction(scalar.largest),
  min: reduction(scalar.smallest),
  norm: reduction(scalar.norm),
  logsumexp: reduction(scalar.logSumExp),
  variance: (x, axes, options) =>
    reduce(x, axes, options, (xs) => varianceOf(xs, options?.unbiased === true ? 1 : 0)),
  argmax: (x, axis, options) =>
    reduce(
      x,
      axis,
      options,
      firstBest((a, b) => a > b),
    ),
  argmin: (x, axis, options) =>
    reduce(
      x,
      axis,
      options,
      firstBest((a, b) => a < b),
    ),
  softmax: (x, axis = -1) => map(logSoftmax(x, axis), scalar.exp),
  maxout(x, pieces) {
    const channels = x.shape.at(-1) as number;
    const grouped: RefTensor = { shape: [...x.shape.slice(0, -1), channels / pieces, pieces], data: x.data };
    return reduce(grouped, -1, undefined, scalar.largest);
  },
} satisfies Partial<Ops<RefTensor>>;
