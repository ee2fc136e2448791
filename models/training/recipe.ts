/** Learning rates, and what networks begin with. */
import { cosineDecay } from "../../engine/index.ts";
import type { HostTensor } from "../../engine/io/index.ts";

/** Constant; falling along half a cosine to a hundredth; or a tenth from half of the updates on. */
export const SCHEDULES = ["constant", "cosine", "drop"] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** How a learning rate goes. */
export interface LearningRate {
  /** At the start. */
  readonly lr: number;
  readonly schedule: Schedule;
  /** Updates in all. */
  readonly steps: number;
}

/** What a network begins with. */
export interface StartingWeights {
  /** Under the names of its state dict. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Where they are from, for messages. */
  readonly file: string;
}

/** Learning rate of update `step` (counted from 0). */
export function learningRate({ lr, schedule, steps }: LearningRate, step: number): number {
  if (schedule === "cosine") return cosineDecay(lr, lr / 100, steps)(step);
  return schedule === "drop" && step >= steps / 2 ? lr / 10 : lr;
}
