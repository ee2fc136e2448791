/** Normalisation: by statistics of the batch, the image, the channel, the group or the last axes. */
import { reshape as reshapeTensor, sum } from "../../ops/broadcast.ts";
import {
  abs,
  add,
  div,
  maximum,
  mul,
  pow,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  sub,
} from "../../ops/pointwise.ts";
import { mean, variance } from "../../ops/reduce.ts";
import { resample, tapsOf } from "../../ops/taps.ts";
import { type Shape, showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Family } from "../call.ts";
import { like, storedAxis } from "../movement.ts";
import { Value } from "../value.ts";

const KEEP = { keepDims: true } as const;

/** x as the engine has it with channels last, where it has any. */
const asImage = (x: Value): Value => (x.rank >= 3 ? Value.channelsLast(x.type, x.channelsLast) : x);

const standardised = (x: Tensor, axes: readonly number[], eps: number): Tensor => {
  const centre = mean(x, axes, KEEP);
  const spread = variance(x, axes, { ...KEEP, mean: centre });
  return mul(sub(x, centre), rsqrt(add(spread, eps)));
};

function batchNorm(call: Call): readonly Value[] {
  const x = call.input(0);
  if (call.version < 9 && call.int("spatial", 1) === 0)
    call.refuse("statistics of every pixel (spatial = 0) are not known");
  const image = asImage(x);
  const [gamma, beta, oldMean, oldVariance] = [1, 2, 3, 4].map((k) => call.input(k).tensor) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const isTraining =
    call.version >= 14
      ? call.int("training_mode", 0) === 1
      : call.version >= 7
        ? call.wants(1)
        : call.int("is_test", 0) === 0;
  const axes = image.shape.flatMap((_, axis) => (axis === 1 ? [] : [storedAxis(image, axis)]));
  const v = image.stored;
  const centre = isTraining ? mean(v, axes) : oldMean;
  const spread = isTraining ? variance(v, axes) : oldVariance;
  const scale = mul(rsqrt(add(spread, call.float("epsilon", 1e-5))), gamma);
  const y = like(image, add(mul(sub(v, centre), scale), beta));
  if (!isTraining) return [y];
  const momentum = call.float("momentum", 0.9);
  const running = (old: Tensor, now: Tensor) =>
    Value.computed(x.type, add(mul(old, momentum), mul(now, 1 - momentum)));
  return [
    y,
    running(oldMean, centre),
    running(oldVariance, spread),
    Value.computed(x.type, centre),
    Value.computed(x.type, spread),
  ];
}

function instanceNorm(call: Call): Value {
  const x = call.input(0);
  call.expectRank(x, 3);
  const image = asImage(x);
  const axes = x.shape.slice(2).map((_, k) => storedAxis(image, k + 2));
  const y = standardised(image.stored, axes, call.float("epsilon", 1e-5));
  return like(image, add(mul(y, call.input(1).tensor), call.input(2).tensor));
}

/** Groups of neighbouring channels; before version 21 scale and shift are one a group. */
function groupNorm(call: Call): Value {
  const x = call.input(0);
  const groups = call.int("num_groups", 1);
  const [n, c, ...rest] = x.shape as [number, number, ...number[]];
  if (c % groups !== 0)
    call.refuse(`the ${c} channels of ${showShape(x.shape)} cannot be cut into ${groups} groups`);
  const split = reshapeTensor(x.tensor, [n, groups, c / groups, ...rest]);
  const axes = split.shape.slice(2).map((_, k) => k + 2);
  const y = standardised(split, axes, call.float("epsilon", 1e-5));
  const along = (k: number) => {
    const t = call.input(k).tensor;
    const isPerGroup = t.size === groups && groups !== c;
    return reshapeTensor(t, [groups, isPerGroup ? 1 : c / groups, ...rest.map(() => 1)]);
  };
  return Value.computed(x.type, reshapeTensor(add(mul(y, along(1)), along(2)), x.shape));
}

const trailing = (call: Call, x: Value): number[] => {
  const axis = call.axis(call.int("axis", -1), x.rank);
  return x.shape.slice(axis).map((_, k) => axis + k);
};

function layerNorm(call: Call): readonly Value[] {
  const x = call.input(0);
  const axes = trailing(call, x);
  const centre = mean(x.tensor, axes, KEEP);
  const spread = variance(x.tensor, axes, { ...KEEP, mean: centre });
  const scale = rsqrt(add(spread, call.float("epsilon", 1e-5)));
  const normal = mul(mul(sub(x.tensor, centre), scale), call.input(1).tensor);
  const y = call.inputs[2] ? add(normal, call.input(2).tensor) : normal;
  return [y, centre, scale].map((t) => Value.computed(x.type, t));
}

function rmsNorm(call: Call): Value {
  const x = call.input(0);
  const scale = rsqrt(add(mean(square(x.tensor), trailing(call, x), KEEP), call.float("epsilon", 1e-5)));
  return Value.computed(x.type, mul(mul(x.tensor, scale), call.input(1).tensor));
}

/** Every channel by the squares of those beside it (Krizhevsky et al. 2012). */
function localResponseNorm(call: Call): Value {
  const x = call.input(0);
  const image = asImage(x);
  const size = call.int("size", 1);
  const [alpha, beta, bias] = [call.float("alpha", 1e-4), call.float("beta", 0.75), call.float("bias", 1)];
  const channels = x.shape[1] as number;
  const front = Math.floor((size - 1) / 2);
  const squares = resample(
    square(image.stored),
    storedAxis(image, 1),
    tapsOf(channels, channels, (o, put) => {
      for (let at = o - front; at < o - front + size; at++) if (at >= 0 && at < channels) put(at, 1);
    }),
  );
  return like(image, div(image.stored, pow(add(mul(squares, alpha / size), bias), beta)));
}

function meanVariance(call: Call): Value {
  const x = call.input(0);
  const axes = (call.list("axes") ?? [0, 2, 3]).map((axis) => storedAxis(x, call.axis(axis, x.rank)));
  const v = x.stored;
  const centred = sub(v, mean(v, axes, KEEP));
  return like(x, div(centred, add(sqrt(mean(square(centred), axes, KEEP)), 1e-9)));
}

/** To length 1; what is 0 stays 0. */
function lpNorm(call: Call): Value {
  const x = call.input(0);
  const axis = storedAxis(x, call.axis(call.int("axis", -1), x.rank));
  const v = x.stored;
  const length = call.int("p", 2) === 1 ? sum(abs(v), axis, KEEP) : sqrt(sum(square(v), axis, KEEP));
  return like(x, mul(v, reciprocal(maximum(length, 1e-30))));
}

/** Which axes a softmax goes over: one since version 13, before all from one on. */
export function overAxes(
  call: Call,
  x: Value,
): { readonly flat: Tensor; readonly axis: number; readonly shape: Shape } {
  const isOld = call.version < 13;
  const axis = call.axis(call.int("axis", isOld ? 1 : -1), x.rank);
  if (!isOld) return { flat: x.stored, axis: storedAxis(x, axis), shape: x.stored.shape };
  const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return { flat: reshapeTensor(x.tensor, [rows, x.size / Math.max(rows, 1)]), axis: 1, shape: x.shape };
}

export const NORMALISATION: Family = {
  BatchNormalization: batchNorm,
  InstanceNormalization: instanceNorm,
  GroupNormalization: groupNorm,
  LayerNormalization: layerNorm,
  RMSNormalization: rmsNorm,
  LRN: localResponseNorm,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lpNorm,
};
