/**
 * The ops as one interface over a tensor type T, in the engine's own signatures (NHWC images, [kh, kw, in, out]
 * weights). The float64 reference implements all of it and the engine, at least in part, does too, so that a case or
 * a fixture is written once and runs on both.
 */

import type { Shape } from "./array.ts";

/** A tensor or a number, which broadcasts. */
export type Operand<T> = T | number;

/** Axes to reduce: one, several, or all when absent. */
export type Axes = number | readonly number[];

/** Same in both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

export interface KeepDims {
  readonly keepDims?: boolean;
}

export interface VarianceOptions extends KeepDims {
  /** Divide by n - 1 instead of n; default false. */
  readonly unbiased?: boolean;
}

export interface ConvOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

export interface ConvTransposeOptions extends ConvOptions {
  readonly outputPadding?: Pair;
}

export interface Conv1dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

export interface PoolOptions {
  readonly kernel: Pair;
  /** Default: the kernel. */
  readonly stride?: Pair;
  readonly padding?: Pair;
}

export interface Pool1dOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded zeros count in the divisor; default true. */
  readonly countIncludePad?: boolean;
}

export interface ResizeOptions {
  readonly method: "nearest" | "bilinear" | "bicubic" | "area" | "coverage";
  /** Corner pixels keep their place; default false. */
  readonly alignCorners?: boolean;
}

export interface PadOptions {
  readonly mode?: "constant" | "reflect" | "replicate";
  /** What a constant border holds; default 0. */
  readonly value?: number;
}

export interface BatchNormOptions<T> {
  /** Given statistics (evaluation mode); without them those of the batch, the variance biased. */
  readonly mean?: T;
  readonly variance?: T;
  /** Default 1e-5. */
  readonly eps?: number;
}

/** "mean" (default) or "sum" over all elements. */
export interface LossOptions {
  readonly reduction?: "mean" | "sum";
}

export type GanLossKind =
  | "non-saturating"
  | "saturating"
  | "hinge"
  | "least-squares"
  | "wasserstein"
  | "relativistic-average"
  | "relativistic-pairing";

/** Losses of both players from logits. */
export interface GanLoss<T> {
  discriminator(real: T, fake: T): T;
  generator(fake: T, real?: T): T;
}

type Unary<T> = (x: T) => T;
type Binary<T> = (a: Operand<T>, b: Operand<T>) => T;
type Reduction<T> = (x: T, axes?: Axes, options?: KeepDims) => T;
type Loss<T> = (prediction: T, target: Operand<T>, options?: LossOptions) => T;

export interface Ops<T> {
  // Arithmetic and comparisons (1 where true, else 0), broadcasting.
  add: Binary<T>;
  sub: Binary<T>;
  mul: Binary<T>;
  div: Binary<T>;
  pow: Binary<T>;
  maximum: Binary<T>;
  minimum: Binary<T>;
  eq: Binary<T>;
  ne: Binary<T>;
  lt: Binary<T>;
  le: Binary<T>;
  gt: Binary<T>;
  ge: Binary<T>;
  where(condition: T, a: Operand<T>, b: Operand<T>): T;

  // Pointwise functions and activations.
  neg: Unary<T>;
  exp: Unary<T>;
  log: Unary<T>;
  sqrt: Unary<T>;
  rsqrt: Unary<T>;
  abs: Unary<T>;
  tanh: Unary<T>;
  sigmoid: Unary<T>;
  softplus: Unary<T>;
  relu: Unary<T>;
  square: Unary<T>;
  sin: Unary<T>;
  cos: Unary<T>;
  erf: Unary<T>;
  erfc: Unary<T>;
  reciprocal: Unary<T>;
  leakyRelu(x: T, slope: number): T;
  elu(x: T, alpha?: number): T;
  clamp(x: T, low: number, high: number): T;
  gelu(x: T, options?: { readonly approximate?: "none" | "tanh" }): T;
  /** slope: [c] for the last axis, or [1]. */
  prelu(x: T, slope: T): T;
  /** Largest of each `pieces` consecutive entries of the last axis. */
  maxout(x: T, pieces: number): T;

  /** An op that is not in this list, by its name in the engine (`named.ts` holds its reference). */
  named(name: string, ...args: readonly Operand<T>[]): T;

  // Reductions.
  sum: Reduction<T>;
  mean: Reduction<T>;
  max: Reduction<T>;
  min: Reduction<T>;
  logsumexp: Reduction<T>;
  /** √Σx²; its derivative at 0 is 0. */
  norm: Reduction<T>;
  variance(x: T, axes?: Axes, options?: VarianceOptions): T;
  /** Without an axis: the place among all elements. */
  argmax(x: T, axis?: number, options?: KeepDims): T;
  argmin(x: T, axis?: number, options?: KeepDims): T;
  softmax(x: T, axis?: number): T;
  logSoftmax(x: T, axis?: number): T;

  // Products.
  matmul(a: T, b: T): T;
  conv2d(x: T, weight: T, options?: ConvOptions): T;
  conv1d(x: T, weight: T, options?: Conv1dOptions): T;
  convTranspose2d(x: T, weight: T, options?: ConvTransposeOptions): T;

  // Resampling, NHWC.
  maxPool1d(x: T, options: Pool1dOptions): T;
  maxPool2d(x: T, options: PoolOptions): T;
  avgPool2d(x: T, options: AvgPoolOptions): T;
  adaptiveAvgPool2d(x: T, size: Pair): T;
  pixelShuffle(x: T, scale: number): T;
  pixelUnshuffle(x: T, scale: number): T;
  resize(x: T, size: readonly [number, number], options: ResizeOptions): T;

  // Normalisation; the last axis holds the channels.
  batchNorm(x: T, gamma: T, beta: T, options?: BatchNormOptions<T>): T;
  instanceNorm(x: T, gamma: T, beta: T, options?: { readonly eps?: number }): T;
  groupNorm(x: T, groups: number, gamma: T, beta: T, options?: { readonly eps?: number }): T;
  /** Over as many trailing axes as gamma has. */
  layerNorm(x: T, gamma: T, beta: T, options?: { readonly eps?: number }): T;

  // Creation, and cutting off from differentiation.
  full(shape: Shape, value: number): T;
  detach(x: T): T;

  // Form.
  reshape(x: T, shape: Shape): T;
  permute(x: T, axes: readonly number[]): T;
  transpose(x: T): T;
  /** A size of -1 stays what it is. */
  expand(x: T, shape: Shape): T;
  slice(x: T, begin: readonly number[], end: readonly number[], step?: readonly number[]): T;
  flip(x: T, axes: Axes): T;
  roll(x: T, shift: number, axis: number): T;
  /** Adds before[a] and after[a] elements around each axis a. */
  pad(x: T, before: readonly number[], after: readonly number[], options?: PadOptions): T;
  concat(xs: readonly T[], axis: number): T;
  stack(xs: readonly T[], axis: number): T;
  split(x: T, sizes: readonly number[], axis: number): T[];
  squeeze(x: T, axis?: number): T;
  unsqueeze(x: T, axis: number): T;

  // Indices (i32 tensors) and what they select.
  embedding(table: T, index: T): T;
  gather(x: T, index: T, axis: number): T;
  /** Adds each element to the place of an axis of `size` that the index names. */
  scatterAdd(x: T, index: T, axis: number, size: number): T;
  indexSelect(x: T, index: T, axis: number): T;
  oneHot(index: T, classes: number): T;

  // Losses: scalars.
  mse: Loss<T>;
  l1: Loss<T>;
  smoothL1(prediction: T, target: Operand<T>, options?: LossOptions & { readonly beta?: number }): T;
  bceWithLogits: Loss<T>;
  /** logits [n, classes], target [n] class numbers. */
  crossEntropy(logits: T, target: T, options?: LossOptions): T;
  ganLoss(kind: GanLossKind, options?: { readonly realTarget?: number }): GanLoss<T>;
  totalVariation(x: T, options?: LossOptions): T;
  jointEmbeddingLoss(
    images: T,
    texts: T,
    options?: { readonly margin?: number },
  ): { readonly total: T; readonly image: T; readonly text: T };

  /** Without the axis. */
  cosineSimilarity(a: T, b: T, options?: { readonly axis?: number; readonly eps?: number }): T;
}
