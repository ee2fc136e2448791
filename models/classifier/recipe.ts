/** How the classifiers that come with the project are built and trained: plain data. */
import * as v from "valibot";
import type { ClassifierRecipe } from "../features/classifier-training.ts";

/** A classifier's recipe as a run stores it. */
export interface StoredClassifierRecipe extends ClassifierRecipe {
  readonly system: "classifier";
  readonly preset: ClassifierPreset;
  /** Half of the pictures are mirrored left to right. */
  readonly mirror: boolean;
}

/** Found on MNIST, and on the 3,400 and 3,120 pictures that CIFAR-10's and the flowers' classifier learnt from. */
export const CLASSIFIER_PRESETS = {
  photographs: { steps: 1800, batchSize: 50, lr: 4e-3, weightDecay: 0.05, mirror: true },
  digits: { steps: 4000, batchSize: 64, lr: 3e-3, weightDecay: 0.01, mirror: false },
} as const;

export type ClassifierPreset = keyof typeof CLASSIFIER_PRESETS;

/** Sides from which a stage of few channels goes first, which halves what the others cost. */
const LARGE = 48;

/** Channels of the convolutions, a list a stage. */
export function stagesFor(side: number, channels: number): readonly (readonly number[])[] {
  const last = channels === 1 ? 64 : 96;
  return side < LARGE ? [[16], [32, 32], [64, last]] : [[8], [16, 16], [32, 32], [64, last]];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6));
const positive = v.pipe(v.number(), v.gtValue(0));

/** What a recipe looks like in a file. */
export const CLASSIFIER_RECIPE = v.looseObject({
  system: v.literal("classifier"),
  preset: v.picklist(Object.keys(CLASSIFIER_PRESETS) as ClassifierPreset[]),
  network: v.object({
    channels: count,
    stages: v.pipe(v.array(v.pipe(v.array(count), v.minLength(1))), v.minLength(1)),
    classes: count,
  }),
  mirror: v.boolean(),
  batchSize: count,
  steps: count,
  lr: positive,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
