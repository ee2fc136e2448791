/** What all training of super-resolution networks has in common. */
import * as v from "valibot";
import type { LearningRate } from "../training/recipe.ts";
import { SCHEDULES } from "../training/recipe.ts";
import type { RunRecipe, Trainer } from "../training/trainer.ts";
import { DEGRADATIONS, type Degradation } from "./degradation/degrade.ts";
import type { SRResNet, SRResNetConfig } from "./srresnet.ts";

/** How a generator is trained. */
export interface Recipe extends RunRecipe, LearningRate {
  readonly network: SRResNetConfig;
  /** Side of a high-resolution patch, in pixels. */
  readonly patch: number;
  /** Mirror patches top to bottom and exchange rows and columns too (left to right is always done). */
  readonly allSymmetries: boolean;
  /** Random places that compete for a patch: the one with the most detail is taken. Any place by default. */
  readonly candidates?: number;
  /** What low resolutions go through beside their reduction; nothing by default. */
  readonly degrade?: Degradation;
}

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** What such a recipe looks like in a checkpoint. */
export const recipeEntries = {
  // Bounded, since a network of that size is built before anything is compared with it.
  network: v.looseObject({ numBlocks: size(1000), width: size(4096) }),
  batchSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
  patch: v.pipe(v.number(), v.integer(), v.minValue(4)),
  lr: v.number(),
  schedule: v.picklist(SCHEDULES),
  steps: v.pipe(v.number(), v.integer(), v.minValue(1)),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  allSymmetries: v.boolean(),
  degrade: v.optional(v.picklist(DEGRADATIONS)),
} as const;

/** A training whose generator enlarges images. */
export interface GeneratorTrainer<R extends Recipe = Recipe> extends Trainer<R> {
  /** The generator as it would be used now. */
  current(): SRResNet;
  /** From now on the generator's blocks are computed again in the backward pass: less memory, more work, the same updates. */
  recompute(): void;
}

/** A recipe with another number of updates, and what that means for the learning rate. */
export function extended<R extends Recipe>(stored: R, steps: number): { recipe: R; notice: string } {
  const plan = `${steps} updates instead of ${stored.steps}`;
  const notice = {
    constant: `${plan}, at the same learning rate`,
    cosine: `${plan}: the learning rate goes on along a cosine for ${steps}, so it jumps here`,
    drop: `${plan}: the learning rate falls to a tenth after ${Math.ceil(steps / 2)} instead of ${Math.ceil(stored.steps / 2)}`,
  }[stored.schedule];
  return { recipe: { ...stored, steps }, notice };
}
