/** Ops as methods of tensors, so that formulas read from left to right: `x.sub(mean).square().sum()`. */
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import "./activations.ts";
import { avgPool2d } from "./avg-pool.ts";
import * as broadcast from "./broadcast.ts";
import { cast } from "./cast.ts";
import * as conv from "./conv.ts";
import * as indexing from "./indexing.ts";
import { conv1d } from "./conv1d.ts";
import { matmul } from "./matmul.ts";
import { maxPool1d, maxPool2d } from "./max-pool.ts";
import * as movement from "./movement.ts";
import { pad } from "./pad.ts";
import "./pointwise.ts";
import { methods } from "./pointwise-op.ts";
import * as random from "./random.ts";
import * as reductions from "./reduce.ts";
import * as resample from "./resample.ts";
import { slice } from "./slice.ts";

/** Sizes or axes in an array, or one by one. */
type Listed = [list: readonly number[]] | [first: number, ...others: number[]];

/** `x.reshape([2, -1])` and, as PyTorch has it, `x.reshape(2, -1)`. */
const listed =
  (op: (x: Tensor, list: readonly number[]) => Tensor) =>
  (x: Tensor, ...list: Listed): Tensor =>
    op(x, list.length > 1 || typeof list[0] === "number" ? (list as readonly number[]) : list[0]);

const METHODS = {
  cast,
  /** The same as `size`, as PyTorch asks for it. */
  numel: (x: Tensor): number => x.size,
  sum: broadcast.sum,
  reshape: listed(broadcast.reshape),
  view: listed(broadcast.reshape),
  expand: listed(broadcast.expand),
  detach: broadcast.detach,
  mean: reductions.mean,
  max: reductions.max,
  min: reductions.min,
  variance: reductions.variance,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  maxout: reductions.maxout,
  norm: reductions.norm,
  logsumexp: reductions.logsumexp,
  softmax: reductions.softmax,
  logSoftmax: reductions.logSoftmax,
  permute: listed(movement.permute),
  transpose: movement.transpose,
  slice,
  pad,
  flip: movement.flip,
  roll: movement.roll,
  squeeze: movement.squeeze,
  unsqueeze: movement.unsqueeze,
  split: movement.split,
  embedding: indexing.embedding,
  gather: indexing.gather,
  scatterAdd: indexing.scatterAdd,
  indexSelect: indexing.indexSelect,
  oneHot: indexing.oneHot,
  dropout: random.dropout,
  matmul,
  conv1d,
  conv2d: conv.conv2d,
  convTranspose2d: conv.convTranspose2d,
  pixelShuffle: resample.pixelShuffle,
  pixelUnshuffle: resample.pixelUnshuffle,
  maxPool1d,
  maxPool2d,
  avgPool2d,
  resize: resample.resize,
  adaptiveAvgPool2d: resample.adaptiveAvgPool2d,
} as const;

/** Pointwise ops have made themselves methods. */
type All = typeof METHODS & typeof import("./pointwise.ts") & typeof import("./activations.ts");

type Methods = {
  [Name in keyof All]: All[Name] extends (x: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

declare module "../tensor.ts" {
  interface Tensor extends Methods {
    /** The same as `rank`, under PyTorch's name. */
    readonly ndim: number;
    /** A matrix with its rows as columns. @throws ShapeError for another rank: `transpose` and `permute` say which axes */
    readonly T: Tensor;
  }
}

Object.defineProperties(Tensor.prototype, {
  ndim: {
    get(this: Tensor) {
      return this.rank;
    },
  },
  T: {
    get(this: Tensor) {
      if (this.rank !== 2)
        throw new ShapeError(
          `T: needs a matrix, got shape ${showShape(this.shape)}; else transpose or permute`,
        );
      return movement.transpose(this);
    },
  },
});

for (const [name, op] of Object.entries({ ...methods, ...METHODS })) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return (op as (...all: unknown[]) => unknown)(this, ...rest);
    },
  });
}
