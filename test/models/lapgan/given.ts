/** Pictures and levels small enough to train for a moment. */
import { stats } from "../../../engine/index.ts";
import { fillUniform, randomBits } from "../../../engine/random.ts";
import type { Dataset } from "../../../models/datasets/dataset.ts";
import { type LapganPreset, type LevelRecipe, levelRecipe } from "../../../models/lapgan/recipe.ts";

/** 20 pictures of 18×18 random pixels, 2 classes: those of the second are darker. */
export const pictures: Dataset = {
  name: "made up",
  size: 20,
  shape: [18, 18, 3],
  classes: ["bright", "dark"],
  fingerprint: "made up/20",
  item(index) {
    const label = index % 2;
    const picture = Uint8Array.from(
      { length: 18 * 18 * 3 },
      (_, at) => (randomBits(1, index, at)[0] >>> 24) >> label,
    );
    return { picture, label };
  },
};

/** Levels of 4, 8 and 16 pixels, with the preset's settings but for the batch. */
export const recipe = (
  preset: LapganPreset,
  level: number,
  changes: Partial<LevelRecipe> = {},
): LevelRecipe => ({
  ...levelRecipe(preset, { sizes: [4, 8, 16], level, classes: 2, pictures: 20, steps: 20, seed: 3 }),
  batchSize: 3,
  width: 8,
  ...changes,
});

/** Numbers in [-1, 1) of a shape. */
export const numbers = (shape: readonly number[], stream: number): Float32Array =>
  fillUniform(new Float32Array(shape.reduce((product, n) => product * n, 1)), 5, stream, -1);

/** What the engine holds and has made. */
export async function made(): Promise<Readonly<Record<string, number>>> {
  const { buffersCreated, pipelines, bindGroups, liveBytes, programs } = await stats();
  return { buffersCreated, pipelines, bindGroups, liveBytes, programs };
}
