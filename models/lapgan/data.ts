/** What of a set levels are trained on, and what their weights are chosen and judged by. */
import type { Dataset } from "../datasets/dataset.ts";
import { holdOut } from "../datasets/split.ts";

/** The paper's 200 pictures, a twentieth of small sets; drawn by a seed that nobody chooses, so that judges hold out the same. */
const HELD_OUT = { most: 200, share: 20, seed: 0 } as const;

/** @throws InputError where nothing would be left to train on */
export function divided(dataset: Dataset): { training: Dataset; heldOut: Dataset } {
  const { most, share, seed } = HELD_OUT;
  return holdOut(dataset, Math.max(Math.min(most, Math.floor(dataset.size / share)), 1), seed);
}
