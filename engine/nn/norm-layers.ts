/** Normalisations without running statistics: the same in training and in evaluation, whatever the batch. */
import { ShapeError } from "../errors.ts";
import { groupNorm, instanceNorm, layerNorm, type NormOptions } from "../ops/norm.ts";
import { checkOptions } from "../options.ts";
import { constant } from "../ops/broadcast.ts";
import { whole } from "../ops/pair.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module, Weight } from "./module.ts";

const NORM_OPTIONS = ["eps"];

const scale = (shape: Shape): Weight => new Weight("norm scale", shape, filled(shape, 1));
const shift = (shape: Shape): Weight => new Weight("norm shift", shape, filled(shape, 0));
const filled = (shape: Shape, value: number): (() => Float32Array) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return () => new Float32Array(size).fill(value);
};

/** Layer normalisation over the last axes, which have this shape: [..., shape] -> the same (Ba et al. 2016). */
export class LayerNorm extends Module {
  readonly weight: Weight;
  readonly bias: Weight;
  private readonly options: NormOptions;

  constructor(shape: number | Shape, options: NormOptions = {}) {
    super();
    checkOptions("LayerNorm", options, NORM_OPTIONS);
    const axes = typeof shape === "number" ? [shape] : shape;
    checkShape("LayerNorm", axes);
    this.options = options;
    this.weight = scale(axes);
    this.bias = shift(axes);
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, this.options);
  }
}

/**
 * Instance normalisation, [n, ..., c] -> the same (Ulyanov et al. 2016): every image and channel by itself. As in
 * PyTorch there is no scale and shift unless asked for.
 */
export class InstanceNorm extends Module {
  readonly weight: Weight | undefined;
  readonly bias: Weight | undefined;
  private readonly channels: number;
  private readonly options: NormOptions;

  constructor(channels: number, options: NormOptions & { readonly affine?: boolean } = {}) {
    super();
    whole("InstanceNorm", "channels", channels, 1);
    checkOptions("InstanceNorm", options, [...NORM_OPTIONS, "affine"]);
    const { affine = false, ...norm } = options;
    this.channels = channels;
    this.options = norm;
    this.weight = affine ? scale([channels]) : undefined;
    this.bias = affine ? shift([channels]) : undefined;
  }

  forward(x: Tensor): Tensor {
    const gamma = this.weight ?? constant(1, [this.channels]);
    return instanceNorm(x, gamma, this.bias ?? constant(0, [this.channels]), this.options);
  }
}

/** Group normalisation, [n, ..., c] -> the same (Wu and He 2018): every image over each group of neighbouring channels. */
export class GroupNorm extends Module {
  readonly weight: Weight;
  readonly bias: Weight;
  private readonly groups: number;
  private readonly options: NormOptions;

  /** @throws ShapeError when the channels cannot be cut into the groups */
  constructor(groups: number, channels: number, options: NormOptions = {}) {
    super();
    checkOptions("GroupNorm", options, NORM_OPTIONS);
    whole("GroupNorm", "groups", groups, 1);
    if (whole("GroupNorm", "channels", channels, 1) % groups !== 0)
      throw new ShapeError(`GroupNorm: ${channels} channels cannot be cut into ${groups} groups`);
    this.groups = groups;
    this.options = options;
    this.weight = scale([channels]);
    this.bias = shift([channels]);
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.groups, this.weight, this.bias, this.options);
  }
}
