/** What all training of super-resolution networks has in common. */
import type { Batch } from "../../engine/data/index.ts";
import { GanvasError } from "../../engine/errors.ts";
import { cosineDecay, type Tensor, tensor } from "../../engine/index.ts";
import type { Checkpoint, HostTensor } from "../../engine/io/index.ts";
import type { SRResNet, SRResNetConfig } from "../super-resolution/srresnet.ts";

export const SCHEDULES = ["constant", "cosine", "drop"] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** How a network is trained. Plain data: it is stored in checkpoints and on cards. */
export interface Recipe {
  readonly network: SRResNetConfig;
  /** Patches in a batch. */
  readonly batchSize: number;
  /** Side of a high-resolution patch, in pixels. */
  readonly patch: number;
  /** Learning rate at the start. */
  readonly lr: number;
  /** Constant; falling along half a cosine to a hundredth; or a tenth from half of the updates on. */
  readonly schedule: Schedule;
  /** Updates in all. */
  readonly steps: number;
  readonly seed: number;
  /** Mirror patches top to bottom and exchange rows and columns too (left to right is always done). */
  readonly allSymmetries: boolean;
  /** Random places that compete for a patch: the one with the most detail is taken. Any place by default. */
  readonly candidates?: number;
}

/** What a generator begins with. */
export interface StartingWeights {
  /** Under the names of its state dict. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Where they are from, for messages. */
  readonly file: string;
}

/** A run under way. Files, progress and pictures are the caller's; this runs in every host. */
export interface Trainer {
  readonly recipe: Recipe;
  /** Updates done. */
  readonly step: number;
  /** Numbers that are trained, by network. */
  readonly parameterCounts: Readonly<Record<string, number>>;
  /** What `update` measures, in order. */
  readonly measures: readonly string[];
  /** Those of them that tell at a glance how it goes. */
  readonly headline: readonly string[];
  /** One update on a batch. @returns the measures, which can be read later or not at all */
  update(batch: Batch): Tensor;
  /** The generator as it would be used now. */
  current(): SRResNet;
  /** From now on the generator's blocks are computed again in the backward pass: less memory, more work, the same updates. */
  recompute(): void;
  /** Everything that going on exactly needs. */
  checkpoint(): Promise<Checkpoint>;
  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore(checkpoint: Checkpoint, file: string): void;
}

/** Learning rate of update `step` (counted from 0). */
export function learningRate(
  { lr, schedule, steps }: Pick<Recipe, "lr" | "schedule" | "steps">,
  step: number,
): number {
  if (schedule === "cosine") return cosineDecay(lr, lr / 100, steps)(step);
  return schedule === "drop" && step >= steps / 2 ? lr / 10 : lr;
}

/** Fields of a batch as tensors. @throws GanvasError where the batch has no field of that name */
export function tensorsOf<Name extends string>(
  { fields }: Batch,
  ...names: readonly Name[]
): Record<Name, Tensor> {
  const entries = names.map((name) => {
    const field = fields[name];
    if (!field)
      throw new GanvasError(
        `the batch has no ${name}; it has ${Object.keys(fields).join(", ") || "nothing"}`,
      );
    return [name, tensor(field.data, field.shape)] as const;
  });
  return Object.fromEntries(entries) as Record<Name, Tensor>;
}
