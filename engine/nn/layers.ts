/** Layers with weights. Images are [n, h, w, c]; files hold PyTorch's names and layouts. */
import { ShapeError } from "../errors.ts";
import { constant, detach, reshape } from "../ops/broadcast.ts";
import { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from "../ops/conv.ts";
import { CONV_OPTIONS, CONV_TRANSPOSE_OPTIONS } from "../ops/conv-geometry.ts";
import { matmul } from "../ops/matmul.ts";
import { type Pair, pair, whole } from "../ops/pair.ts";
import { type PadMode, pad } from "../ops/pad.ts";
import { batchMean, batchNorm, batchVariance } from "../ops/norm.ts";
import { prelu } from "../ops/activations.ts";
import { mul } from "../ops/pointwise.ts";
import { lerp } from "../ops/state.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { showShape } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";
import { Affine, AFFINE_OPTIONS, type AffineOptions, expectWindow, groupsOf } from "./affine.ts";
import { withoutBeyond } from "./image-area.ts";
import { type Draw, drawnBy, type Initializer } from "./init.ts";
import { Module, Weight } from "./module.ts";

/** Options of `Conv2d`: those of `conv2d`, and how the weight begins. */
export interface Conv2dOptions extends ConvOptions, AffineOptions {
  /**
   * What the padding holds: zeros (the default), the image mirrored at its border pixels, those again and again, or the image
   * from its other side.
   */
  readonly paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

/** Convolution, [n, h, w, in] -> [n, h', w', out]. */
export class Conv2d extends Affine {
  private readonly options: ConvOptions;
  /** What is taken from the image itself along each axis on both sides, and how. */
  private readonly border: { readonly sizes: readonly number[]; readonly mode: PadMode } | undefined;

  /**
   * @param kernel height and width of the kernel, in pixels
   * @param drawing what draws the weights, with options behind it, or options alone
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: Pair,
    drawing?: Initializer | Conv2dOptions,
    more?: Conv2dOptions,
  ) {
    const [init, options] = drawnBy("Conv2d", drawing, more);
    checkOptions("Conv2d", options, [...CONV_OPTIONS, ...AFFINE_OPTIONS, "paddingMode"]);
    const { bias: _, weightInit: __, biasInit: ___, paddingMode = "zeros", ...conv } = options;
    expectOneOf("Conv2d", "paddingMode", paddingMode, ["zeros", "reflect", "replicate", "circular"]);
    expectWindow("Conv2d", pair, { ...conv });
    const groups = groupsOf("Conv2d", inChannels, outChannels, conv.groups);
    const [kh, kw] = pair("Conv2d", "kernel", kernel, 1);
    super("convolution", "conv", [kh, kw, inChannels / groups, outChannels], outChannels, init, options);
    if (paddingMode !== "zeros")
      this.border = { sizes: [0, ...paddingOf(conv, [kh, kw]), 0], mode: paddingMode };
    this.options = this.border ? { ...conv, padding: 0 } : conv;
  }

  protected override product(x: Tensor, weight: Tensor): Tensor {
    const { border } = this;
    if (border) {
      const { sizes, mode } = border;
      return conv2d(pad(x, sizes, sizes, { mode }), weight, this.options);
    }
    return conv2d(withoutBeyond(x), weight, this.options);
  }
}

/** Rows and columns of padding on each side. */
function paddingOf(
  { padding = 0, dilation = 1 }: ConvOptions,
  [kh, kw]: readonly [number, number],
): readonly [number, number] {
  if (padding !== "same") return pair("conv2d", "padding", padding, 0);
  const [down, across] = pair("conv2d", "dilation", dilation, 1);
  return [((kh - 1) * down) / 2, ((kw - 1) * across) / 2];
}

/** Options of `ConvTranspose2d`: those of `convTranspose2d`, and how the weight begins. */
export interface ConvTranspose2dOptions extends ConvTransposeOptions, AffineOptions {}

/** Transposed convolution, [n, h, w, in] -> [n, h', w', out]. */
export class ConvTranspose2d extends Affine {
  private readonly options: ConvTransposeOptions;

  /**
   * @param kernel height and width of the kernel, in pixels
   * @param drawing what draws the weights, with options behind it, or options alone
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: Pair,
    drawing?: Initializer | ConvTranspose2dOptions,
    more?: ConvTranspose2dOptions,
  ) {
    const [init, options] = drawnBy("ConvTranspose2d", drawing, more);
    checkOptions("ConvTranspose2d", options, [...CONV_TRANSPOSE_OPTIONS, ...AFFINE_OPTIONS]);
    const { bias: _, weightInit: __, biasInit: ___, ...conv } = options;
    expectWindow("ConvTranspose2d", pair, { ...conv });
    const groups = groupsOf("ConvTranspose2d", inChannels, outChannels, conv.groups);
    const [kh, kw] = pair("ConvTranspose2d", "kernel", kernel, 1);
    const shape = [kh, kw, inChannels, outChannels / groups];
    // Axis 1 of PyTorch's weight are the outputs of a group, which it takes for inputs here too.
    const torchFanIn = (kh * kw * outChannels) / groups;
    super("transposed convolution", "convTranspose", shape, outChannels, init, options, torchFanIn);
    this.options = conv;
  }

  protected override product(x: Tensor, weight: Tensor): Tensor {
    return convTranspose2d(withoutBeyond(x), weight, this.options);
  }
}

/** Options of `Linear`. */
export interface LinearOptions extends AffineOptions {}

/** x w + b, [..., in] -> [..., out]. */
export class Linear extends Affine {
  /** @param drawing what draws the weights, with options behind it, or options alone */
  constructor(
    inFeatures: number,
    outFeatures: number,
    drawing?: Initializer | LinearOptions,
    more?: LinearOptions,
  ) {
    const [init, options] = drawnBy("Linear", drawing, more);
    checkOptions("Linear", options, AFFINE_OPTIONS);
    whole("Linear", "inFeatures", inFeatures, 1);
    whole("Linear", "outFeatures", outFeatures, 1);
    super("linear", "linear", [inFeatures, outFeatures], outFeatures, init, options);
  }

  protected override product(x: Tensor, weight: Tensor): Tensor {
    return matmul(x, weight);
  }
}

/**
 * Batch normalisation with running statistics (Ioffe and Szegedy 2015): in training the batch's own (biased) statistics
 * normalise, and the running ones move towards the batch's mean and unbiased variance; in evaluation they are used.
 */
export class BatchNorm extends Module {
  /** Scale and shift, [channels]; none where they are not learned. */
  readonly weight: Weight | undefined;
  readonly bias: Weight | undefined;
  readonly running_mean: Weight;
  readonly running_var: Weight;
  /** How far the running statistics move towards each batch's. */
  private readonly momentum: number;
  private readonly eps: number;

  /**
   * @param options.scale initial scale, ones by default
   * @param options.affine whether scale and shift are learned; true by default
   */
  constructor(
    channels: number,
    options: {
      readonly eps?: number;
      readonly momentum?: number;
      readonly scale?: Draw;
      readonly affine?: boolean;
    } = {},
  ) {
    super();
    whole("BatchNorm", "channels", channels, 1);
    checkOptions("BatchNorm", options, ["eps", "momentum", "scale", "affine"]);
    const { affine = true } = options;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum ?? 0.1;
    const filled = (value: number) => new Float32Array(channels).fill(value);
    this.weight = affine ? new Weight("batch norm scale", [channels], options.scale ?? filled(1)) : undefined;
    this.bias = affine ? new Weight("batch norm shift", [channels], filled(0)) : undefined;
    this.running_mean = new Weight("running mean", [channels], filled(0), { trained: false });
    this.running_var = new Weight("running variance", [channels], filled(1), { trained: false });
  }

  forward(x: Tensor): Tensor {
    const { eps } = this;
    const { shape, size } = this.running_mean;
    expectTensors("BatchNorm", { x });
    if (x.shape.at(-1) !== size)
      throw new ShapeError(
        `BatchNorm: x ${showShape(x.shape)} has ${x.shape.at(-1) ?? "no"} channels, the layer ${size}`,
      );
    const [scale, shift] = [this.weight ?? constant(1, shape), this.bias ?? constant(0, shape)];
    if (!this.training)
      return batchNorm(x, scale, shift, { eps, mean: this.running_mean, variance: this.running_var });
    const count = x.size / size;
    if (count < 2)
      throw new ShapeError(
        `batch norm: training needs at least 2 values a channel, got x ${showShape(x.shape)}`,
      );
    const mean = batchMean(x);
    const variance = batchVariance(x, mean);
    lerp(this.running_mean, detach(mean), this.momentum);
    lerp(this.running_var, detach(mul(variance, count / (count - 1))), this.momentum);
    return batchNorm(x, scale, shift, { eps, mean, variance });
  }
}

/** Leaky ReLU with learned slopes, one a channel or one in all (He et al. 2015). */
export class PReLU extends Module {
  readonly weight: Weight;

  constructor(slopes = 1, initial = 0.25) {
    super();
    whole("PReLU", "slopes", slopes, 1);
    this.weight = new Weight("PReLU slope", [slopes], new Float32Array(slopes).fill(initial));
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }
}

/** Flattens all axes but the first. */
export function flatten(x: Tensor): Tensor {
  expectTensors("flatten", { x });
  return reshape(x, [x.shape[0] ?? 1, -1]);
}
