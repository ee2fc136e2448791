/** Networks and batches small enough to train for a moment. */
import type { Batch } from "../../../engine/data/index.ts";
import { stats } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { DCGAN_PRESETS, type DcganRecipe } from "../../../models/dcgan/recipe.ts";

export type Preset = keyof typeof DCGAN_PRESETS;

export const recipe = (preset: Preset, seed: number): DcganRecipe => ({
  ...DCGAN_PRESETS[preset],
  system: "dcgan",
  preset,
  stacked: false,
  side: 28,
  channels: 1,
  width: 4,
  discriminatorWidth: 4,
  latentDim: 5,
  batchSize: 3,
  steps: 100,
  seed,
  mirror: false,
});

/** Numbers in [-1, 1), the same for the same index. */
export const batch = (name: string, shape: readonly number[], index: number): Batch => ({
  index,
  count: shape[0] as number,
  fields: {
    [name]: {
      shape,
      data: fillUniform(new Float32Array(sizeOf(shape)), 7, index, -1) as Float32Array<ArrayBuffer>,
    },
  },
});

/** What the engine holds and has made. */
export async function made(): Promise<Readonly<Record<string, number>>> {
  const { buffersCreated, pipelines, bindGroups, programs } = await stats();
  return { buffersCreated, pipelines, bindGroups, programs };
}
