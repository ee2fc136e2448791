/** Training on made-up patches: for profiles, benchmarks and tests. */
import type { Batch, BatchField } from "../../engine/data/index.ts";
import { fillUniform } from "../../engine/random.ts";
import type { Rehearsal } from "../system.ts";
import type { GeneratorTrainer } from "./recipe.ts";

/** @param side of the low-resolution patches in pixels; by default as the recipe has it */
export function rehearsePatches(name: string, trainer: GeneratorTrainer, side?: number): Rehearsal {
  const { batchSize, patch } = trainer.recipe;
  const low = side ?? patch / 4;
  return {
    title: `${name}, a training step on ${batchSize} patches of ${low}×${low} -> ${4 * low}×${4 * low}`,
    trainer,
    batch: (k): Batch => ({
      index: k,
      count: batchSize,
      fields: {
        lr: noise(k, 1, [batchSize, low, low, 3]),
        hr: noise(k, 2, [batchSize, 4 * low, 4 * low, 3]),
      },
    }),
  };
}

function noise(index: number, stream: number, shape: readonly number[]): BatchField {
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: fillUniform(new Float32Array(size), stream, index) as Float32Array<ArrayBuffer> };
}
