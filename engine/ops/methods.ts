/** Ops as methods of tensors, so that formulas read from left to right: `x.sub(mean).square().sum()`. */
import { Tensor } from "../tensor.ts";
import * as broadcast from "./broadcast.ts";
import * as conv from "./conv.ts";
import { matmul } from "./matmul.ts";
import * as movement from "./movement.ts";
import * as pointwise from "./pointwise.ts";
import * as reductions from "./reduce.ts";
import * as resample from "./resample.ts";

const METHODS = {
  add: pointwise.add,
  sub: pointwise.sub,
  mul: pointwise.mul,
  div: pointwise.div,
  pow: pointwise.pow,
  maximum: pointwise.maximum,
  minimum: pointwise.minimum,
  neg: pointwise.neg,
  exp: pointwise.exp,
  log: pointwise.log,
  sqrt: pointwise.sqrt,
  rsqrt: pointwise.rsqrt,
  abs: pointwise.abs,
  sign: pointwise.sign,
  tanh: pointwise.tanh,
  sigmoid: pointwise.sigmoid,
  softplus: pointwise.softplus,
  relu: pointwise.relu,
  square: pointwise.square,
  sin: pointwise.sin,
  cos: pointwise.cos,
  erf: pointwise.erf,
  reciprocal: pointwise.reciprocal,
  floor: pointwise.floor,
  leakyRelu: pointwise.leakyRelu,
  elu: pointwise.elu,
  clamp: pointwise.clamp,
  prelu: pointwise.prelu,
  gelu: pointwise.gelu,
  eq: pointwise.eq,
  ne: pointwise.ne,
  lt: pointwise.lt,
  le: pointwise.le,
  gt: pointwise.gt,
  ge: pointwise.ge,
  sum: broadcast.sum,
  reshape: broadcast.reshape,
  expand: broadcast.expand,
  detach: broadcast.detach,
  mean: reductions.mean,
  max: reductions.max,
  min: reductions.min,
  variance: reductions.variance,
  norm: reductions.norm,
  logsumexp: reductions.logsumexp,
  softmax: reductions.softmax,
  logSoftmax: reductions.logSoftmax,
  permute: movement.permute,
  transpose: movement.transpose,
  slice: movement.slice,
  pad: movement.pad,
  flip: movement.flip,
  roll: movement.roll,
  squeeze: movement.squeeze,
  unsqueeze: movement.unsqueeze,
  split: movement.split,
  matmul,
  conv2d: conv.conv2d,
  convTranspose2d: conv.convTranspose2d,
  pixelShuffle: resample.pixelShuffle,
  pixelUnshuffle: resample.pixelUnshuffle,
  resize: resample.resize,
} as const;

type Methods = {
  [Name in keyof typeof METHODS]: (typeof METHODS)[Name] extends (
    x: never,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

declare module "../tensor.ts" {
  interface Tensor extends Methods {}
}

for (const [name, op] of Object.entries(METHODS)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return (op as (...all: unknown[]) => unknown)(this, ...rest);
    },
  });
}
