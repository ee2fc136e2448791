/** A network and batches small enough to train for a moment. */
import type { Batch } from "../../../engine/data/index.ts";
import { stats } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRRESNET_PRESETS, type SRResNetRecipe } from "../../../models/super-resolution/srresnet-training.ts";

/** One block of width 8. */
export const recipe = (seed: number): SRResNetRecipe => ({
  ...(SRRESNET_PRESETS.tiny as Omit<SRResNetRecipe, "seed">),
  seed,
  steps: 200,
});

/** What the engine holds and has made. */
export async function made(): Promise<Readonly<Record<string, number>>> {
  const { buffersCreated, pipelines, bindGroups, liveBytes, programs } = await stats();
  return { buffersCreated, pipelines, bindGroups, liveBytes, programs };
}

const SIDE = 8;

/** `count` patches of 8×8 pixels. */
export function batch(index: number, count = 2): Batch {
  const numbers = count * SIDE * SIDE * 3;
  return {
    index,
    count,
    fields: {
      lr: {
        shape: [count, SIDE, SIDE, 3],
        data: fillUniform(new Float32Array(numbers), 7, index) as Float32Array<ArrayBuffer>,
      },
      hr: {
        shape: [count, 4 * SIDE, 4 * SIDE, 3],
        data: fillUniform(new Float32Array(16 * numbers), 8, index, -1) as Float32Array<ArrayBuffer>,
      },
    },
  };
}
