/**
 * Normalisation, composed of means, centred squares and pointwise ops: the graph compiler turns it into reductions that
 * read x and one pass that normalises, together with whatever follows (activation, residual). Gradients of any order
 * come with the parts.
 */
import { ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { inF32, wide } from "../precision.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { expectFloats, expectTensors, type Tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { whole } from "./pair.ts";
import { add, mul, rsqrt, sub } from "./pointwise.ts";
import { mean, variance } from "./reduce.ts";

/** Options of `batchNorm`. */
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
 * @throws ShapeError when scale or shift do not fit, or there is nothing to take statistics of
 */
export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): Tensor {
  expectFloats("batchNorm", { x, gamma, beta });
  checkOptions("batchNorm", options, ["eps", "mean", "variance"]);
  const c = x.shape.at(-1) ?? 0;
  for (const [name, t] of Object.entries({ gamma, beta }))
    if (t.size !== c)
      throw new ShapeError(
        `batchNorm: ${name} should be [${c}] for x ${showShape(x.shape)}, got ${showShape(t.shape)}`,
      );
  const { mean: given, variance: own } = options;
  expectTensors("batchNorm", { ...(given && { mean: given }), ...(own && { variance: own }) });
  if (!options.mean || !options.variance) expectValues("batchNorm", x, allButLast(x));
  return inF32(x, (v) => {
    const centre = options.mean ?? batchMean(v);
    const spread = options.variance ?? batchVariance(v, centre);
    const scale = mul(rsqrt(add(spread, options.eps ?? 1e-5)), gamma); // [c]
    return add(mul(sub(v, centre), scale), beta);
  });
}

const allButLast = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

/** Mean of every channel, [c], in f32. */
export function batchMean(x: Tensor): Tensor {
  expectFloats("batchMean", { x });
  return mean(wide(x), allButLast(x));
}

/** Biased variance of every channel, [c], around `centre`, in f32. */
export function batchVariance(x: Tensor, centre: Tensor): Tensor {
  expectFloats("batchVariance", { x, centre });
  return variance(wide(x), allButLast(x), { mean: centre });
}

/** Options of layer, instance and group normalisation. */
export interface NormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

function checkNorm(op: string, tensors: Readonly<Record<string, Tensor>>, options: NormOptions): void {
  expectFloats(op, tensors);
  checkOptions(op, options, ["eps"]);
}

/** Checks that statistics over these axes are statistics of something. */
function expectValues(op: string, x: Tensor, axes: readonly number[]): void {
  if (axes.some((axis) => x.shape[axis] === 0))
    throw new ShapeError(`${op}: x ${showShape(x.shape)} has no values to take statistics of`);
}

/** Mean 0 and variance 1 over `axes`. */
function standardise(op: string, x: Tensor, axes: readonly number[], { eps = 1e-5 }: NormOptions): Tensor {
  expectValues(op, x, axes);
  const centre = mean(x, axes, { keepDims: true });
  const spread = variance(x, axes, { keepDims: true, mean: centre });
  return mul(sub(x, centre), rsqrt(add(spread, eps)));
}

/** Checks that scale and shift have this shape. */
function checkAffine(op: string, x: Tensor, shape: Shape, affine: Readonly<Record<string, Tensor>>): void {
  for (const [name, t] of Object.entries(affine))
    if (!sameShape(t.shape, shape))
      throw new ShapeError(
        `${op}: ${name} should be ${showShape(shape)} for x ${showShape(x.shape)}, got ${showShape(t.shape)}`,
      );
}

/**
 * Instance normalisation (Ulyanov et al. 2016): every image and channel by itself, γ (x - mean) / √(variance + eps) + β.
 * @param x [n, ..., c]
 * @param gamma [c]
 * @param beta [c]
 * @throws ShapeError when there is no axis between the first and the last, or scale or shift do not fit
 */
export function instanceNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: NormOptions = {}): Tensor {
  checkNorm("instanceNorm", { x, gamma, beta }, options);
  if (x.rank < 3) throw new ShapeError(`instanceNorm: x should be [n, ..., c], got ${showShape(x.shape)}`);
  checkAffine("instanceNorm", x, x.shape.slice(-1), { gamma, beta });
  const axes = x.shape.slice(1, -1).map((_, axis) => axis + 1);
  return inF32(x, (v) => add(mul(standardise("instanceNorm", v, axes, options), gamma), beta));
}

/**
 * Layer normalisation (Ba et al. 2016) over as many trailing axes as `gamma` has.
 * @param x [..., a, b, c] for gamma and beta [a, b, c]
 * @throws ShapeError when scale or shift are not of the shape of x's last axes
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: NormOptions = {}): Tensor {
  checkNorm("layerNorm", { x, gamma, beta }, options);
  if (gamma.rank < 1) throw new ShapeError("layerNorm: gamma should have the axes to normalise over, got []");
  checkAffine("layerNorm", x, x.shape.slice(-gamma.rank), { gamma, beta });
  const axes = gamma.shape.map((_, axis) => x.rank - gamma.rank + axis);
  return inF32(x, (v) => add(mul(standardise("layerNorm", v, axes, options), gamma), beta));
}

/**
 * Group normalisation (Wu and He 2018): every image over each of `groups` groups of neighbouring channels.
 * @param x [n, ..., c]
 * @param gamma [c]
 * @param beta [c]
 * @throws ShapeError when the channels cannot be cut into the groups, or scale or shift do not fit
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  gamma: Tensor,
  beta: Tensor,
  options: NormOptions = {},
): Tensor {
  checkNorm("groupNorm", { x, gamma, beta }, options);
  if (x.rank < 2) throw new ShapeError(`groupNorm: x should be [n, ..., c], got ${showShape(x.shape)}`);
  const c = x.shape.at(-1) as number;
  whole("groupNorm", "groups", groups, 1);
  if (c % groups !== 0)
    throw new ShapeError(
      `groupNorm: the ${c} channels of x ${showShape(x.shape)} cannot be cut into ${groups} groups`,
    );
  checkAffine("groupNorm", x, [c], { gamma, beta });
  return inF32(x, (v) => {
    const split = reshape(v, [...x.shape.slice(0, -1), groups, c / groups]);
    const axes = [...split.shape.slice(1, -2).map((_, axis) => axis + 1), split.rank - 1];
    return add(mul(reshape(standardise("groupNorm", split, axes, options), x.shape), gamma), beta);
  });
}
