/** What all loaders are told of their batches. */
import { GanvasError, shown } from "../errors.ts";

/** How items become batches. */
export interface BatchOptions<Item, Batch> {
  /** Items a batch: 1. */
  readonly batchSize?: number;
  /** Leaves out the last batch where it is not full. */
  readonly dropLast?: boolean;
  /** What is made of a batch's items; by default tensors, by the function `collate`. */
  readonly collate?: (items: readonly Item[]) => Batch;
}

/** Their names. */
export const BATCHES = ["batchSize", "dropLast", "collate"] as const;

/** @throws GanvasError for a size or function that is none */
export function batchSettings(
  owner: string,
  { batchSize = 1, dropLast = false, collate }: BatchOptions<never, unknown>,
): { readonly batchSize: number; readonly dropLast: boolean } {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new GanvasError(`${owner}: batchSize must be a whole number from 1 on, got ${shown(batchSize)}`);
  if (collate !== undefined && typeof collate !== "function")
    throw new GanvasError(`${owner}: collate should be a function of a batch's items, got ${shown(collate)}`);
  return { batchSize, dropLast };
}
