/** How DCGAN is trained: the paper's way, and one that works better today. Plain data: it is stored in checkpoints. */
import type { GameRecipe } from "../training/adversarial-recipe.ts";
import type { DiscriminatorNorm } from "./networks.ts";

export interface DcganRecipe extends GameRecipe {
  readonly system: "dcgan";
  readonly preset: DcganPreset;
  /** Side of the pictures in pixels: 28, 32, 64, 128, … */
  readonly side: number;
  /** Of the pictures. */
  readonly channels: number;
  readonly latentDim: number;
  /** Distribution of the noise: uniform in [-1, 1] or standard normal. */
  readonly noise: "uniform" | "normal";
  /** Channels of the generator at half the side. */
  readonly width: number;
  /** Channels of the discriminator at half the side. */
  readonly discriminatorWidth: number;
  readonly norm: DiscriminatorNorm;
  /** Training pictures are mirrored left to right, half of them. Not for letters and digits. */
  readonly mirror: boolean;
  /** Pictures are three digits, drawn at random and stacked as colours (Stacked MNIST). */
  readonly stacked: boolean;
}

export type DcganPreset = keyof typeof DCGAN_PRESETS;

/** What a preset leaves to the data and the run. */
type Open = "system" | "preset" | "side" | "channels" | "seed" | "mirror" | "stacked";

const COMMON = {
  latentDim: 100,
  realTarget: 1,
  discriminatorScale: 1,
  r1: 0,
  r2: 0,
  penaltyEvery: 1,
  augment: [],
  optimizer: "adam",
  betas: [0.5, 0.999],
  lr: 2e-4,
  discriminatorLr: 2e-4,
  schedule: "constant",
  decay: 1,
  decayEvery: 1,
  momentum: [0, 0, 1],
} as const;

export const DCGAN_PRESETS = {
  /** Section 4 of the paper. */
  paper: {
    ...COMMON,
    steps: 25_000,
    batchSize: 128,
    noise: "uniform",
    width: 64,
    discriminatorWidth: 64,
    norm: "batch",
    loss: "non-saturating",
    ema: 0,
  },
  /** Hinge loss against a discriminator with spectral norm, two rates, averaged weights; as small as what ships. */
  modern: {
    ...COMMON,
    steps: 5_000,
    batchSize: 32,
    noise: "normal",
    width: 32,
    discriminatorWidth: 32,
    norm: "spectral",
    loss: "hinge",
    lr: 3e-4,
    discriminatorLr: 4e-4,
    ema: 0.999,
  },
  /** The relativistic loss with penalties at real and generated samples (Huang et al. 2024): made not to miss a mode. */
  modes: {
    ...COMMON,
    steps: 8_000,
    batchSize: 32,
    noise: "normal",
    width: 32,
    discriminatorWidth: 32,
    norm: "none",
    loss: "relativistic-pairing",
    r1: 1,
    r2: 1,
    penaltyEvery: 4,
    lr: 3e-4,
    discriminatorLr: 3e-4,
    ema: 0.999,
  },
} as const satisfies Readonly<Record<string, Omit<DcganRecipe, Open>>>;
