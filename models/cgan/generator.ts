/** Both forms of the networks behind one face: noise and a class in, a picture out; a picture and a class in, a logit out. */
import {
  logSoftmax,
  type Module,
  mean,
  mul,
  neg,
  type Rng,
  rand,
  randn,
  reshape,
  sum,
  type Tensor,
} from "../../engine/index.ts";
import type { Verdict } from "../training/adversarial.ts";
import { ConvolutionalDiscriminator, ConvolutionalGenerator } from "./convolutional.ts";
import { CganDiscriminator, CganGenerator } from "./networks.ts";
import { type CganNetworks, noiseForm } from "./recipe.ts";

export interface PictureGenerator {
  readonly network: Module;
  /**
   * @param z [n, latentDim]
   * @param y [n, classes], one-hot or between classes
   * @returns [n, h, w, 1], in [0, 1]
   */
  draw(z: Tensor, y: Tensor): Tensor;
}

export interface PictureDiscriminator {
  readonly network: Module;
  /** @param x [n, h, w, 1], in [0, 1] @param y [n, classes] @returns logits [n], and where it names classes the loss of that */
  judge(x: Tensor, y: Tensor): Tensor | Verdict;
}

export interface MakingOptions {
  readonly seed?: number;
  /** Where dropout takes its numbers from. */
  readonly dropout?: Rng;
  /** What the bias of the paper's pixels begins as, [h · w]. */
  readonly outputBias?: Float32Array;
  /** Bound of the paper's initial weights in the generator. */
  readonly initialBound?: number | undefined;
  /** Share of the pixels that the paper's discriminator does not see. */
  readonly inputDropout?: number | undefined;
}

export function pictureGenerator(form: CganNetworks, options: MakingOptions = {}): PictureGenerator {
  const { networks, latentDim, generatorWidth, height, width } = form;
  const classes = form.classes.length;
  const { seed = 0, dropout, outputBias, initialBound } = options;
  if (networks === "convolutional") {
    const network = new ConvolutionalGenerator(
      { latentDim, classes, height, width, channels: generatorWidth },
      seed,
    );
    return { network, draw: (z, y) => network.forward(z, y) };
  }
  // In the paper's proportions: 200 units for the noise and 1000 for the class.
  const noiseUnits = Math.ceil(generatorWidth / 6);
  const network = new CganGenerator({
    latentDim,
    classes,
    noiseUnits,
    classUnits: generatorWidth - noiseUnits,
    hidden: generatorWidth,
    pixels: height * width,
    seed,
    ...(dropout && { rng: dropout }),
    ...(outputBias && { outputBias }),
    ...(initialBound !== undefined && { initialBound }),
  });
  return { network, draw: (z, y) => reshape(network.forward(z, y), [-1, height, width, 1]) };
}

export function pictureDiscriminator(form: CganNetworks, options: MakingOptions = {}): PictureDiscriminator {
  const { networks, discriminatorWidth, height, width } = form;
  const classes = form.classes.length;
  const { seed = 1, dropout, inputDropout = 0 } = options;
  if (networks === "convolutional") {
    const network = new ConvolutionalDiscriminator(
      { classes, height, width, channels: discriminatorWidth },
      seed,
    );
    const judge = (x: Tensor, y: Tensor): Verdict => {
      const { answers, classes: named } = network.forward(x, y);
      return { answers, task: neg(mean(sum(mul(y, logSoftmax(named, 1)), [1]))) };
    };
    return { network, judge };
  }
  const pixels = height * width;
  // In the paper's proportions: 240 units for the picture and as many joint ones, 50 for the class.
  const network = new CganDiscriminator({
    pixels,
    classes,
    image: { units: discriminatorWidth, pieces: 5 },
    label: { units: Math.ceil((discriminatorWidth * 5) / 24), pieces: 5 },
    joint: { units: discriminatorWidth, pieces: 4 },
    inputDropout,
    seed,
    ...(dropout && { rng: dropout }),
  });
  return { network, judge: (x, y) => network.forward(reshape(x, [-1, pixels]), y) };
}

/** Noise for `count` pictures, [count, latentDim]. */
export function drawNoise(form: CganNetworks, count: number, rng: Rng): Tensor {
  const { noise, latentDim } = noiseForm(form);
  const shape = [count, latentDim];
  return noise === "normal" ? randn(shape, rng) : rand(shape, rng, ...noise);
}
