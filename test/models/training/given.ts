/** A network and batches small enough to train for a moment. */
import type { Batch } from "../../../engine/data/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRRESNET_PRESETS, type SRResNetRecipe } from "../../../models/training/srresnet.ts";

/** One block of width 8, batches of two patches of 8×8 pixels. */
export const recipe = (seed: number): SRResNetRecipe => ({
  ...(SRRESNET_PRESETS.tiny as Omit<SRResNetRecipe, "seed">),
  seed,
  steps: 200,
});

const SIDE = 8;

export function batch(index: number): Batch {
  return {
    index,
    count: 2,
    lr: fillUniform(new Float32Array(2 * SIDE * SIDE * 3), 7, index) as Float32Array<ArrayBuffer>,
    hr: fillUniform(new Float32Array(2 * 16 * SIDE * SIDE * 3), 8, index, -1) as Float32Array<ArrayBuffer>,
  };
}
