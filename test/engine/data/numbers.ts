/** A source of batches that needs no files. */
import type { BatchSource } from "../../../engine/data/batch.ts";
import { InputError } from "../../../engine/errors.ts";

export interface NumbersOpening {
  readonly seed: number;
  /** Numbers in a batch. */
  readonly size: number;
  /** Told as left out. */
  readonly damaged?: string;
}

/** Batches of `size` numbers that follow from the seed and the batch. @throws InputError for a negative size */
export function numbers(
  { seed, size, damaged }: NumbersOpening,
  onDamaged: (message: string) => void = () => {},
): BatchSource<"x"> {
  if (size < 0) throw new InputError("there is nothing to train on");
  if (damaged !== undefined) onDamaged(damaged);
  return {
    async batch(index) {
      if (size === 0) throw new InputError(`batch ${index} would have 0 numbers`);
      const data = Float32Array.from({ length: size }, (_, k) => 1000 * seed + 10 * index + k);
      return { index, count: size, fields: { x: { shape: [size], data } } };
    },
    async close() {},
  };
}
