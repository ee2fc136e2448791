/** How a conditional GAN is built and trained: the paper's way, and one that works better today. Plain data: it is stored in files. */
import type { GameRecipe } from "../training/adversarial-recipe.ts";

export const CGAN_NETWORKS = ["mlp", "convolutional"] as const;
export const CGAN_NOISES = ["unit", "uniform", "normal"] as const;

/** What the networks' weights have to be known by. */
export interface CganNetworks {
  /** The paper's, of fully connected layers with maxout, or convolutions (`convolutional.ts`). */
  readonly networks: (typeof CGAN_NETWORKS)[number];
  /** Numbers of noise. */
  readonly latentDim: number;
  /** Of each of them: uniform in [0, 1) or in [-1, 1), or normal. */
  readonly noise: (typeof CGAN_NOISES)[number];
  /** Units of the generator's joint layer, or its channels at half size. */
  readonly generatorWidth: number;
  /** Units of the discriminator's joint layer, or its channels at half size. */
  readonly discriminatorWidth: number;
  readonly classes: number;
  /** Of the pictures, in pixels; convolutions need multiples of 4. */
  readonly height: number;
  readonly width: number;
}

export interface CganRecipe extends GameRecipe, CganNetworks {
  readonly system: "cgan";
  readonly preset: CganPreset;
}

/** What a preset leaves to the data and the run. */
type Open = "system" | "preset" | "classes" | "height" | "width" | "seed";

const SHARED = { realTarget: 1, discriminatorScale: 1, r1: 0, r2: 0, penaltyEvery: 1, augment: [] } as const;

export const CGAN_PRESETS = {
  /** Mirza and Osindero 2014, section 4.1; momentum's ramp as in the code it was built on: over 250 epochs of 600 updates. */
  paper: {
    ...SHARED,
    networks: "mlp",
    latentDim: 100,
    noise: "unit",
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
    latentDim: 64,
    noise: "normal",
    generatorWidth: 48,
    discriminatorWidth: 32,
    steps: 5000,
    batchSize: 32,
    loss: "hinge",
    optimizer: "adam",
    betas: [0, 0.9],
    lr: 5e-4,
    discriminatorLr: 5e-4,
    schedule: "cosine",
    decay: 1,
    decayEvery: 1,
    momentum: [0, 0, 1],
    ema: 0.999,
  },
} as const satisfies Readonly<Record<CganPreset, Omit<CganRecipe, Open>>>;

export type CganPreset = "paper" | "modern";
