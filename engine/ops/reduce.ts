/** Reductions beyond the plain sum, and what is made of them. */
import { isFloat } from "../dtype.ts";
import { ShapeError, shown } from "../errors.ts";
import type { MovementOp, ReduceOp } from "../graph/node.ts";
import { inF32 } from "../precision.ts";
import { normalizeAxes, normalizeAxis, type Shape, showShape, sizeOf } from "../shape.ts";
import { checkOptions } from "../options.ts";
import { expectFloats, expectTensors, record, Tensor, tensor } from "../tensor.ts";
import { detach, expand, type ReduceOptions, reduce, reshape, sum } from "./broadcast.ts";
import { add, div, eq, exp, finite, isnan, log, mul, sqrt, square, sub, where } from "./pointwise.ts";

/** Equal extremes share the gradient evenly (as PyTorch's amax). */
const extremumGradient: NonNullable<ReduceOp["gradient"]> = (dy, node) => {
  const x = new Tensor(node.inputs[0] as NonNullable<(typeof node.inputs)[0]>);
  const hits = eq(x, expand(new Tensor(node), x.shape));
  const share = div(new Tensor(dy), sum(hits, node.attributes.axes as readonly number[], { keepDims: true }));
  return [mul(hits, expand(share, x.shape)).node];
};

const MAX: ReduceOp = { kind: "reduce", name: "max", combine: "max", gradient: extremumGradient };
const MIN: ReduceOp = { kind: "reduce", name: "min", combine: "min", gradient: extremumGradient };

/**
 * Largest element over `axes` (all by default), whose axes are left out of the shape; NaN where one is. Equal extremes share
 * the gradient.
 * @throws ShapeError when an axis does not exist or is named twice
 */
export const max = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  reduce(MAX, "max", x, axes, options);

/** Smallest element over `axes`; as `max`. */
export const min = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  reduce(MIN, "min", x, axes, options);

/**
 * The place of the largest element along `axis`, the first one where several are equal, and of the first NaN where there
 * is one; without an axis, its place among all elements. Not differentiable.
 * @returns i32, without the axis (or with size 1 there)
 * @throws ShapeError where there is nothing to compare
 */
export const argmax = (x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor =>
  placeOf(ARGMAX, x, axis, options, max);

/** The place of the smallest element, in all else like `argmax`. */
export const argmin = (x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor =>
  placeOf(ARGMIN, x, axis, options, min);

/** The last step of each has its name and no derivative, so that differentiation ends with an error that names it. */
const ARGMAX: MovementOp = { kind: "movement", name: "argmax" };
const ARGMIN: MovementOp = { kind: "movement", name: "argmin" };

function placeOf(
  op: MovementOp,
  x: Tensor,
  axis: number | undefined,
  options: ReduceOptions,
  extremum: typeof max,
): Tensor {
  expectTensors(op.name, { x });
  checkOptions(op.name, options, ["keepDims"]);
  const { keepDims = false } = options;
  const flat = axis === undefined ? reshape(x, [x.size]) : x;
  const at = axis === undefined ? 0 : normalizeAxis(op.name, axis, x.rank);
  const n = flat.shape[at] as number;
  if (n === 0)
    throw new ShapeError(`${op.name}: ${showShape(x.shape)} has nothing to compare along axis ${at}`);
  const places = tensor(
    Int32Array.from({ length: n }, (_, k) => k),
    flat.shape.map((_, k) => (k === at ? n : 1)),
  );
  const hits = eq(flat, extremum(flat, at, { keepDims: true }));
  const isHit = isFloat(x.dtype) ? add(hits, isnan(flat)) : hits;
  const first = min(where(isHit, places, n), at, { keepDims });
  const shape = keepDims && axis === undefined ? x.shape.map(() => 1) : first.shape;
  return record(op, [first], shape);
}

/**
 * The largest of each `pieces` neighbours along the last axis; equal ones share the gradient (Goodfellow et al. 2013).
 * @param x [..., units · pieces]
 * @returns [..., units]
 * @throws ShapeError where the last axis cannot be cut into such pieces
 */
export function maxout(x: Tensor, pieces: number): Tensor {
  expectTensors("maxout", { x });
  const channels = x.shape.at(-1) ?? 0;
  if (!Number.isInteger(pieces) || pieces < 1 || x.rank === 0 || channels % pieces !== 0)
    throw new ShapeError(
      `maxout: the last axis of ${showShape(x.shape)} cannot be cut into groups of ${shown(pieces)}`,
    );
  return max(reshape(x, [...x.shape.slice(0, -1), channels / pieces, pieces]), -1);
}

/** What `compute` makes of x in f32, where x holds floats. */
function inFloats(op: string, x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  expectFloats(op, { x });
  return inF32(x, compute);
}

/** Elements that a mean is taken of, less `correction`; at least 0. */
function countOf(op: string, x: Tensor, axes: number | Shape | undefined, correction = 0): number {
  const list = normalizeAxes(op, axes, x.rank);
  return Math.max(sizeOf(list.map((axis) => x.shape[axis] as number)) - correction, 0);
}

/** A share of a sum. What is divided by 0 is no number where it is 0 too, else infinite; compilers would take it for 0. */
const shareOf = (total: Tensor, count: number): Tensor =>
  mul(count > 0 ? total : where(total, total, Number.NaN), 1 / count);

/** Mean over `axes` (all of them by default); NaN of no elements. */
export const mean = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  inFloats("mean", x, (v) => shareOf(sum(v, axes, options), countOf("mean", x, axes)));

/**
 * Mean squared distance from the mean, computed from centred values (never as E[x²] - E[x]², which cancels).
 * @param options.correction subtracted from the count in the denominator: 0 biased (default), 1 unbiased; NaN where that leaves nothing
 */
export function variance(
  x: Tensor,
  axes?: number | Shape,
  options: ReduceOptions & { readonly correction?: number; readonly mean?: Tensor } = {},
): Tensor {
  checkOptions("variance", options, ["keepDims", "correction", "mean"]);
  const { keepDims = false, correction } = options;
  return inFloats("variance", x, (v) => {
    const centre = options.mean ?? mean(v, axes, { keepDims: true });
    const squares = sum(square(sub(v, centre)), axes, { keepDims });
    return shareOf(squares, countOf("variance", x, axes, correction));
  });
}

/** √Σx², the Euclidean norm; where all elements are 0 its derivative is 0 (PyTorch's choice). */
export const norm = (x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor =>
  inFloats("norm", x, (v) => {
    const squares = sum(square(v), axes, options);
    // The slope of √ at 0 is infinite, and would meet a 0 behind it: no root is taken there.
    const isZero = eq(squares, 0);
    return where(isZero, 0, sqrt(where(isZero, 1, squares)));
  });

/** log Σ e^x, with the maximum taken out so that nothing overflows; where that is infinite, so is the result. Of no elements -∞. */
export function logsumexp(x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor {
  checkOptions("logsumexp", options, ["keepDims"]);
  return inFloats("logsumexp", x, (v) => {
    const list = normalizeAxes("logsumexp", axes, v.rank);
    if (list.some((axis) => v.shape[axis] === 0)) return log(sum(v, list, options));
    const most = detach(max(v, list, { keepDims: true }));
    // Infinity less infinity would be no number.
    const peak = where(finite(most), most, 0);
    const result = add(log(sum(exp(sub(v, peak)), list, { keepDims: true })), peak);
    return options.keepDims
      ? result
      : reshape(
          result,
          x.shape.filter((_, axis) => !list.includes(axis)),
        );
  });
}

/** e^x / Σ e^x along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return inFloats("softmax", x, (v) => {
    if (v.shape.at(normalizeAxis("softmax", axis, v.rank)) === 0) return v;
    const shifted = exp(sub(v, detach(max(v, axis, { keepDims: true }))));
    return div(shifted, sum(shifted, axis, { keepDims: true }));
  });
}

/** log softmax, without taking the logarithm of small numbers, or adding to large ones. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  inFloats("logSoftmax", x, (v) => {
    if (v.shape.at(normalizeAxis("logSoftmax", axis, v.rank)) === 0) return v;
    const shifted = sub(v, detach(max(v, axis, { keepDims: true })));
    return sub(shifted, log(sum(exp(shifted), axis, { keepDims: true })));
  });
