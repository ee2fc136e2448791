/** How the toy GAN is trained: so that it finds every mode, or so that it shows how GANs fail. Plain data: it is stored in checkpoints. */
import type { GameRecipe } from "../training/adversarial-recipe.ts";

export interface ToyRecipe extends GameRecipe {
  readonly system: "toy";
  readonly preset: ToyPreset;
  readonly latentDim: number;
  /** Hidden layers of both networks. */
  readonly layers: number;
  /** Units in each. */
  readonly units: number;
  /** See `MlpOptions`; the distribution's. */
  readonly reach: number;
}

export type ToyPreset = keyof typeof TOY_PRESETS;

const COMMON = {
  batchSize: 256,
  latentDim: 4,
  layers: 3,
  units: 128,
  realTarget: 1,
  discriminatorScale: 1,
  penaltyEvery: 1,
  augment: [],
  optimizer: "adam",
  decay: 1,
  decayEvery: 1,
  momentum: [0, 0, 1],
} as const;

export const TOY_PRESETS = {
  /**
   * The relativistic loss with penalties at real and generated points that fall with time (Huang et al. 2024, R3GAN). With
   * penalties as weak as in the end from the beginning on, six to eight of the grid's 25 modes were not found; with these all
   * were, by update 3,500, and in the end 85 % of 2,500 points lay within three deviations of one.
   */
  robust: {
    ...COMMON,
    steps: 6_000,
    loss: "relativistic-pairing",
    r1: 0.002,
    r2: 0.002,
    penaltyFall: [200, 4_000],
    betas: [0, 0.99],
    lr: 2e-3,
    discriminatorLr: 2e-3,
    schedule: "cosine",
    ema: 0.995,
  },
  /** The minimax game itself (Goodfellow et al. 2014, equation 1). */
  failing: {
    ...COMMON,
    steps: 5_000,
    loss: "saturating",
    r1: 0,
    r2: 0,
    betas: [0.5, 0.999],
    lr: 1e-3,
    discriminatorLr: 1e-3,
    schedule: "constant",
    ema: 0,
  },
} as const satisfies Readonly<Record<string, Omit<ToyRecipe, "system" | "preset" | "seed" | "reach">>>;
