/** The settings of a game of two networks, and what they make of rates over time. Plain data: it is stored in checkpoints. */
import { cosineDecay, exponentialDecay, type GanLossKind, linearRamp } from "../../engine/index.ts";
import type { AugmentationKind } from "./diff-augment.ts";
import type { RunRecipe } from "./trainer.ts";

export interface GameRecipe extends RunRecipe {
  readonly loss: GanLossKind;
  /** What the discriminator is to answer for real samples: below 1 for one-sided label smoothing. */
  readonly realTarget: number;
  /** 1: the discriminator's loss is the sum of its terms on real and generated samples; ½: the mean over both together (LAPGAN). */
  readonly discriminatorScale: number;
  /** Strength of the penalty on the discriminator's gradient at real samples (Mescheder et al. 2018); 0 for none. */
  readonly r1: number;
  /** The same at generated ones; both together as in Huang et al. 2024 (R3GAN). */
  readonly r2: number;
  /** Penalties are taken in every k-th update only, k times as strong (StyleGAN2). */
  readonly penaltyEvery: number;
  /**
   * Penalties begin so many times as strong and fall by the same share in each of so many updates (R3GAN lets them fall too): a
   * smooth discriminator first tells where samples are missing altogether, a sharp one later where exactly they belong.
   */
  readonly penaltyFall?: readonly [factor: number, updates: number];
  readonly augment: readonly AugmentationKind[];
  /** Of Adam, or SGD with the momentum below. */
  readonly optimizer: "adam" | "sgd";
  /** Adam's. */
  readonly betas: readonly [number, number];
  /** Learning rate of the generator at the start. */
  readonly lr: number;
  /** Learning rate of the discriminator at the start (two rates: Heusel et al. 2017). */
  readonly discriminatorLr: number;
  /** Constant; along half a cosine to a hundredth; or divided by `decay` every `decayEvery` updates, down to 1e-6. */
  readonly schedule: "constant" | "cosine" | "decay";
  readonly decay: number;
  readonly decayEvery: number;
  /** Momentum of SGD: from the first to the second value over as many updates. */
  readonly momentum: readonly [from: number, to: number, updates: number];
  /** Share that the average of the generator's weights keeps in an update; 0 for none. The average is what is sampled and shipped. */
  readonly ema: number;
}

const FLOOR = 1e-6;

/** A learning rate that began at `lr`, in update `step` (counted from 0). */
export function rateAt(recipe: GameRecipe, lr: number, step: number): number {
  const { schedule, decay, decayEvery, steps } = recipe;
  if (schedule === "cosine") return cosineDecay(lr, lr / 100, steps)(step);
  return schedule === "decay" ? exponentialDecay(lr, 1 / decay, FLOOR)(Math.floor(step / decayEvery)) : lr;
}

/** How many times as strong penalties are in update `step` as they will be in the end. */
export function penaltyAt({ penaltyFall: [factor, updates] = [1, 1] }: GameRecipe, step: number): number {
  return factor ** Math.max(1 - step / updates, 0);
}

/** The momentum of SGD in update `step`. */
export function momentumAt({ momentum: [from, to, updates] }: GameRecipe, step: number): number {
  return linearRamp(from, to, updates)(step);
}
