/** How the first GAN is trained: the authors' way, and with what has been learnt since. Plain data: it is stored in checkpoints. */
import type { GameRecipe } from "../training/adversarial-recipe.ts";

export interface GanRecipe extends GameRecipe {
  readonly system: "gan";
  readonly preset: GanPreset;
  /** Of the pictures, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly latentDim: number;
  /** Units of the generator's hidden layers. */
  readonly hidden: number;
  /** Maxout units of the discriminator's. */
  readonly discriminatorHidden: number;
  /** Shares that the discriminator's dropout sets to 0. */
  readonly dropout: readonly [input: number, hidden: number];
}

export type GanPreset = keyof typeof GAN_PRESETS;

/** What a preset leaves to the data and the run. */
type Open = "system" | "preset" | "height" | "width" | "channels" | "seed";

const COMMON = {
  latentDim: 100,
  hidden: 1200,
  discriminatorHidden: 240,
  loss: "non-saturating",
  realTarget: 1,
  discriminatorScale: 1,
  r2: 0,
  augment: [],
} as const;

export const GAN_PRESETS = {
  /** mnist.yaml of goodfeli/adversarial: 600 updates are an epoch; momentum grows over 250 of them. */
  paper: {
    ...COMMON,
    steps: 50_000,
    batchSize: 100,
    dropout: [0.2, 0.5],
    r1: 0,
    penaltyEvery: 1,
    optimizer: "sgd",
    betas: [0, 0],
    lr: 0.1,
    discriminatorLr: 0.1,
    schedule: "decay",
    decay: 1.000004,
    decayEvery: 1,
    momentum: [0.5, 0.7, 150_000],
    ema: 0,
  },
  /** Adam, averaged weights, and a penalty on the discriminator's gradient at real digits instead of dropout. */
  modern: {
    ...COMMON,
    steps: 10_000,
    batchSize: 64,
    dropout: [0, 0],
    r1: 1,
    penaltyEvery: 4,
    optimizer: "adam",
    betas: [0.5, 0.999],
    lr: 2e-4,
    discriminatorLr: 2e-4,
    schedule: "constant",
    decay: 1,
    decayEvery: 1,
    momentum: [0, 0, 1],
    ema: 0.999,
  },
} as const satisfies Readonly<Record<string, Omit<GanRecipe, Open>>>;
