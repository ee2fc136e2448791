/** How a conditional GAN is built and trained: the paper's way, and one that works better today. Plain data: it is stored in files. */
import * as v from "valibot";
import type { NoiseForm } from "../sampling/noise.ts";
import type { GameRecipe } from "../training/adversarial-recipe.ts";

export const CGAN_NETWORKS = ["mlp", "convolutional"] as const;
/** Uniform in the unit cube (the paper's), between -1 and 1, or with variance 1 (the code it was built on); standard normal. */
export const CGAN_NOISES = ["unit", "uniform", "wide", "normal"] as const;

/** What the networks' weights have to be known by. */
export interface CganNetworks {
  /** The paper's, of fully connected layers with maxout, or convolutions (`convolutional.ts`). */
  readonly networks: (typeof CGAN_NETWORKS)[number];
  /** Numbers of noise. */
  readonly latentDim: number;
  /** The law of each of them. */
  readonly noise: (typeof CGAN_NOISES)[number];
  /**
   * Samples are drawn from noise that is so much smaller than in training, nearer to what the generator has seen most: each is
   * likelier to be good, and all are a little more alike (Brock, Donahue and Simonyan 2019; Karras et al. 2019). 1 for none.
   */
  readonly truncation: number;
  /** Units of the generator's joint layer, or its channels at half size. */
  readonly generatorWidth: number;
  /** Units of the discriminator's joint layer, or its channels at half size. */
  readonly discriminatorWidth: number;
  /** Names of the classes, in the order of their numbers. */
  readonly classes: readonly string[];
  /** Of the pictures, in pixels; convolutions need multiples of 4. */
  readonly height: number;
  readonly width: number;
}

const LAWS = {
  unit: [0, 1],
  uniform: [-1, 1],
  wide: [-Math.sqrt(3), Math.sqrt(3)],
  normal: "normal",
} as const;

/** The noise that a generator takes. */
export const noiseForm = ({ noise, latentDim }: CganNetworks): NoiseForm => ({
  noise: LAWS[noise],
  latentDim,
});

export interface CganRecipe extends GameRecipe, CganNetworks {
  readonly system: "cgan";
  readonly preset: CganPreset;
  /** Weight of the class that the discriminator names, in the generator's loss; only convolutional discriminators name one. */
  readonly classWeight: number;
  /** Initial weights of the paper's generator are uniform up to this: 0.05 by default. */
  readonly initialBound?: number;
  /** Share of the pixels that dropout sets to 0 before the paper's discriminator sees them: none by default. */
  readonly inputDropout?: number;
}

/** What a preset leaves to the data and the run. */
type Open = "system" | "preset" | "classes" | "height" | "width" | "seed";

const SHARED = { realTarget: 1, discriminatorScale: 1, r1: 0, r2: 0, penaltyEvery: 1, augment: [] } as const;

export const CGAN_PRESETS = {
  /**
   * Mirza and Osindero 2014, section 4.1. Where it is silent, as in the code it was built on (goodfeli/adversarial): momentum's
   * ramp over 250 epochs of 600 updates, dropout at the input, the discriminator's loss as a mean over both halves. Two things are
   * ours. Noise has variance 1, as in that code, and initial weights are twice that code's 0.05: from the unit cube and 0.05 the
   * samples are one picture at first, its pixels saturate before the discriminator has learnt anything, and none came back in 1,400 updates.
   */
  paper: {
    ...SHARED,
    discriminatorScale: 0.5,
    initialBound: 0.1,
    inputDropout: 0.2,
    networks: "mlp",
    classWeight: 0,
    latentDim: 100,
    noise: "wide",
    truncation: 1,
    generatorWidth: 1200,
    discriminatorWidth: 240,
    steps: 60_000,
    batchSize: 100,
    loss: "non-saturating",
    optimizer: "sgd",
    betas: [0, 0],
    lr: 0.1,
    discriminatorLr: 0.1,
    schedule: "decay",
    decay: 1.00004,
    decayEvery: 1,
    momentum: [0.5, 0.7, 150_000],
    ema: 0,
  },
  /** Hinge loss against a discriminator with spectral norm and projection (Miyato and Koyama 2018), averaged weights. */
  modern: {
    ...SHARED,
    networks: "convolutional",
    classWeight: 0.5,
    latentDim: 64,
    noise: "normal",
    truncation: 0.7,
    generatorWidth: 48,
    discriminatorWidth: 32,
    steps: 9000,
    batchSize: 32,
    loss: "hinge",
    optimizer: "adam",
    betas: [0, 0.99],
    lr: 5e-4,
    discriminatorLr: 1e-3,
    schedule: "cosine",
    decay: 1,
    decayEvery: 1,
    momentum: [0, 0, 1],
    ema: 0.998,
  },
} as const satisfies Readonly<Record<CganPreset, Omit<CganRecipe, Open>>>;

export type CganPreset = "paper" | "modern";

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6));

/** What a recipe looks like in a file. */
export const CGAN_RECIPE = v.looseObject({
  system: v.literal("cgan"),
  preset: v.picklist(Object.keys(CGAN_PRESETS) as CganPreset[]),
  networks: v.picklist(CGAN_NETWORKS),
  noise: v.picklist(CGAN_NOISES),
  latentDim: count,
  truncation: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  generatorWidth: count,
  discriminatorWidth: count,
  classes: v.pipe(v.array(v.string()), v.minLength(1)),
  height: count,
  width: count,
  batchSize: count,
  steps: count,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
