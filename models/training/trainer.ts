/** What every training has in common, whatever it trains. */
import type { Batch } from "../../engine/data/index.ts";
import { GanvasError } from "../../engine/errors.ts";
import { type Module, type Tensor, tensor } from "../../engine/index.ts";
import type { Checkpoint, HostTensor } from "../../engine/io/index.ts";
import type { Dissection } from "./dissection.ts";

/** How something is trained. Plain data: it is stored in checkpoints and on cards. */
export interface RunRecipe {
  /** Items in a batch. */
  readonly batchSize: number;
  /** Updates in all. */
  readonly steps: number;
  readonly seed: number;
}

/** Weights as a file holds them. */
export interface Weights {
  /** Under PyTorch's names, in its layouts. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Of the safetensors file: what the tensors do not show of their network. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A run under way. Files, progress and pictures are the caller's; this runs in every host. */
export interface Trainer<R extends RunRecipe = RunRecipe> {
  readonly recipe: R;
  /** Updates done. */
  readonly step: number;
  /** The networks that learn, by name: for profiles and inspection. */
  readonly networks: Readonly<Record<string, Module>>;
  /** Numbers that are trained, by network. */
  readonly parameterCounts: Readonly<Record<string, number>>;
  /** What `update` measures, in order. Names that `Watch` knows are watched over. */
  readonly measures: readonly string[];
  /** Those of them that tell at a glance how it goes. */
  readonly headline: readonly string[];
  /**
   * Records an update without running it; reading the result computes it.
   * @param step that learning rates and the like are of, counted from 0; by default the one that is due
   * @returns the measures, [measures.length]
   */
  record(batch: Batch, step?: number): Tensor;
  /** One update on a batch, recorded and flushed. @returns the measures, which can be read later or not at all */
  update(batch: Batch): Tensor;
  /** One update like `update`, with what the players do in it kept to be looked at. */
  dissect?(batch: Batch): Dissection;
  /** The weights as they would be shipped now: averages where the recipe keeps them. */
  weights(): Promise<Weights>;
  /** What updates need beside recipe, batches and checkpoint, and never change: a network that only looks, means of the data. */
  constants?(): Promise<Weights>;
  /** Everything that going on exactly needs. */
  checkpoint(): Promise<Checkpoint>;
  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore(checkpoint: Checkpoint, file: string): void;
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
