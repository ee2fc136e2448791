/**
 * Text to image as it works best on little data and small machines: in the generator sentence and noise scale and shift the
 * features of every block (Tao et al., "DF-GAN", 2022; with batch norm, as de Vries et al. 2017); the discriminator projects what
 * it sees onto the sentence (Miyato and Koyama, "cGANs with Projection Discriminator", 2018), and besides finds the sentence of a
 * picture among others. Pictures are [n, 64, 64, 3] in [-1, 1].
 */
import {
  add,
  avgPool2d,
  concat,
  Conv2d,
  div,
  exp,
  flatten,
  Initializer,
  leakyRelu,
  Linear,
  log,
  matmul,
  mean,
  Module,
  mul,
  pixelShuffle,
  relu,
  reshape,
  resize,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  transpose,
  type Tensor,
} from "../../engine/index.ts";
import { ConditionalBatchNorm } from "../conditional-batch-norm.ts";
import type { Text2ImageOptions } from "./networks.ts";
import type { Text2ImageForm } from "./recipe.ts";

/** What leaky ReLU leaves of negative values. */
const SLOPE = 0.2;

const NORMAL = { weightInit: { std: 0.02 } } as const;
const BY_TWO = { stride: 2, padding: 1 } as const;

/** Rows of length 1. @param x [n, d] */
const unit = (x: Tensor): Tensor => div(x, sqrt(add(sum(square(x), [1], { keepDims: true }), 1e-8)));

type Sizes = Required<Omit<Text2ImageOptions, "residual" | "seed">> & Pick<Text2ImageForm, "styleDim">;

/**
 * Twice as high and wide and half as many channels. Between the pixels it begins as interpolation and learns what differs from that:
 * strided transposed convolutions, which begin with weights of their own for each of four pixels, leave a pattern for long.
 */
class Doubling extends Module {
  readonly halve: Conv2d;
  readonly detail: Conv2d;
  readonly conv: Conv2d;
  readonly bn: ConditionalBatchNorm;

  /** @param told numbers that scale and shift the features @param out channels */
  constructor(told: number, out: number, init: Initializer) {
    super();
    this.halve = new Conv2d(2 * out, out, 1, init, { bias: false });
    this.detail = new Conv2d(2 * out, 4 * out, 1, init, { bias: false, weightInit: { bound: 0 } });
    this.conv = new Conv2d(out, out, 3, init, { padding: 1, bias: false });
    this.bn = new ConditionalBatchNorm(told, out, init);
  }

  /** @param x [n, h, w, 2 out] @param told [n, told] @returns [n, 2h, 2w, out] */
  forward(x: Tensor, told: Tensor): Tensor {
    const doubled = add(double(this.halve.forward(x)), pixelShuffle(this.detail.forward(x), 2)); // [n, 2h, 2w, out]
    return relu(this.bn.forward(this.conv.forward(doubled), told));
  }
}

/** Each resolution adds its own colours to those of the coarser ones (Karras et al., StyleGAN2, 2020): outlines come early, grain late. */
export class AffineGenerator extends Module {
  readonly latentDim: number;
  readonly text: Linear;
  readonly fc: Linear;
  readonly bn: ConditionalBatchNorm;
  readonly conv: Conv2d;
  readonly convBn: ConditionalBatchNorm;
  readonly blocks: readonly Doubling[];
  readonly colours: readonly Conv2d[];
  readonly out: Conv2d;

  constructor({ ngf, latentDim, textDim, textProjDim }: Sizes, seed = 0) {
    super();
    const init = new Initializer(seed);
    const told = latentDim + textProjDim;
    this.latentDim = latentDim;
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.fc = new Linear(told, 64 * 4 * ngf, init, { ...NORMAL, bias: false });
    this.bn = new ConditionalBatchNorm(told, 4 * ngf, init);
    this.conv = new Conv2d(4 * ngf, 4 * ngf, 3, init, { padding: 1, bias: false });
    this.convBn = new ConditionalBatchNorm(told, 4 * ngf, init);
    this.blocks = [2, 1].map((times) => new Doubling(told, times * ngf, init));
    this.colours = [4, 2, 1].map((times) => new Conv2d(times * ngf, 3, 1, init, NORMAL));
    this.out = new Conv2d(ngf, 3, 3, init, { ...NORMAL, padding: 1 });
  }

  /**
   * @param z [n, latentDim], normal
   * @param text [n, textDim], embeddings of captions
   * @returns [n, 64, 64, 3], in [-1, 1]
   */
  forward(z: Tensor, text: Tensor): Tensor {
    const told = concat([z, leakyRelu(this.text.forward(text), SLOPE)], 1); // [n, latentDim + textProjDim]
    const [coarse, ...finer] = this.colours as [Conv2d, ...Conv2d[]];
    let x = reshape(this.fc.forward(told), [z.shape[0] as number, 8, 8, -1]); // [n, 8, 8, 4 ngf]
    x = relu(this.bn.forward(x, told));
    x = relu(this.convBn.forward(this.conv.forward(x), told)); // [n, 8, 8, 4 ngf]
    let picture = double(coarse.forward(x)); // [n, 16, 16, 3]
    for (const [k, block] of this.blocks.entries()) {
      x = block.forward(x, told); // [n, 16, 16, 2 ngf], [n, 32, 32, ngf]
      picture = double(add(picture, (finer[k] as Conv2d).forward(x))); // [n, 32, 32, 3], [n, 64, 64, 3]
    }
    return tanh(add(picture, this.out.forward(double(x)))); // [n, 64, 64, 3]
  }
}

/** @param x [n, h, w, c] @returns [n, 2h, 2w, c] */
function double(x: Tensor): Tensor {
  const [, h = 0, w = 0] = x.shape;
  return resize(x, [2 * h, 2 * w]);
}

/** How sharply the discriminator tells sentences apart: the cosine of picture and sentence times this is a logit. */
const SHARPNESS = 10;

/** Root of the 16×16 places whose features are averaged: their sum varies by so much if they vary by 1 each, on their own. */
const PLACES = 16;

export class ProjectionDiscriminator extends Module {
  readonly conv0: Conv2d;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly coarse0: Conv2d;
  readonly coarse1: Conv2d;
  readonly texture: Conv2d;
  readonly answer: Linear;
  readonly text: Linear;
  readonly embedding: Linear;
  readonly shown: Linear;
  readonly said: Linear;
  readonly style?: Linear;

  constructor({ ndf, textDim, textProjDim, styleDim = 0 }: Sizes, seed = 1) {
    super();
    const init = new Initializer(seed);
    const features = (16 * (8 + 4) + 4) * ndf;
    const last = { weightInit: { std: 1 / Math.sqrt(features) } };
    this.conv0 = new Conv2d(3, ndf, 4, init, BY_TWO);
    this.conv1 = new Conv2d(ndf, 2 * ndf, 4, init, BY_TWO);
    this.conv2 = new Conv2d(2 * ndf, 4 * ndf, 4, init, BY_TWO);
    this.conv3 = new Conv2d(4 * ndf, 8 * ndf, 4, init, BY_TWO);
    this.coarse0 = new Conv2d(3, 2 * ndf, 3, init, { padding: 1 });
    this.coarse1 = new Conv2d(2 * ndf, 4 * ndf, 4, init, BY_TWO);
    this.texture = new Conv2d(2 * ndf, 4 * ndf, 1, init);
    this.answer = new Linear(features, 1, init, last);
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.embedding = new Linear(textProjDim, features, init, { bias: false, ...last });
    this.shown = new Linear(features, textProjDim, init, last);
    this.said = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    if (styleDim > 0) this.style = new Linear(styleDim, features, init, { bias: false, ...last });
  }

  /**
   * What is seen of pictures, whatever is said of them: in detail; what small pieces look like wherever they are, since grain is the
   * same everywhere; and at 8×8 pixels, where colours and outlines are all there is.
   * @param image [n, 64, 64, 3]
   * @returns [n, (4 · 4 · (8 + 4) + 4) ndf]
   */
  look(image: Tensor): Tensor {
    let x = leakyRelu(this.conv0.forward(image), SLOPE); // [n, 32, 32, ndf]
    x = leakyRelu(this.conv1.forward(x), SLOPE); // [n, 16, 16, 2 ndf]
    const pieces = leakyRelu(this.texture.forward(x), SLOPE); // [n, 16, 16, 4 ndf]
    const texture = mul(mean(pieces, [1, 2]), PLACES); // [n, 4 ndf]
    x = leakyRelu(this.conv2.forward(x), SLOPE); // [n, 8, 8, 4 ndf]
    x = leakyRelu(this.conv3.forward(x), SLOPE); // [n, 4, 4, 8 ndf]
    let coarse = avgPool2d(image, { kernel: 8 }); // [n, 8, 8, 3]
    coarse = leakyRelu(this.coarse0.forward(coarse), SLOPE); // [n, 8, 8, 2 ndf]
    coarse = leakyRelu(this.coarse1.forward(coarse), SLOPE); // [n, 4, 4, 4 ndf]
    return concat([flatten(x), flatten(coarse), texture], 1);
  }

  /**
   * @param seen of `look`
   * @param text [n, textDim], embeddings of captions
   * @param style [n, styleDim], codes of styles
   * @returns logits [n], positive for a real picture that its caption describes, in its style
   */
  match(seen: Tensor, text: Tensor, style?: Tensor): Tensor {
    const phi = leakyRelu(this.text.forward(text), SLOPE); // [n, textProjDim]
    const asked = this.embedding.forward(phi); // [n, features]
    const told = style && this.style ? add(asked, this.style.forward(style)) : asked;
    const matching = sum(mul(seen, told), [1]); // [n]
    return add(reshape(this.answer.forward(seen), [-1]), matching);
  }

  /**
   * How badly each picture's sentence is found among those of the whole batch (Zhang et al., "XMC-GAN", 2021): a cross entropy.
   * @param seen of `look`
   * @param text [n, textDim]
   */
  confusion(seen: Tensor, text: Tensor): Tensor {
    const shown = unit(this.shown.forward(seen)); // [n, textProjDim]
    const said = unit(this.said.forward(text)); // [n, textProjDim]
    const logits = mul(matmul(shown, transpose(said)), SHARPNESS); // [n, n]: pictures, sentences
    const own = mul(sum(mul(shown, said), [1]), SHARPNESS); // [n], the diagonal
    return mean(sub(log(sum(exp(logits), [1])), own));
  }
}
