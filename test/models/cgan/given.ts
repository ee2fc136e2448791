/** Networks and pictures small enough to train for a moment. */
import type { Dataset } from "../../../models/datasets/dataset.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import { CGAN_PRESETS, type CganRecipe } from "../../../models/cgan/recipe.ts";

export const PRESETS = ["paper", "modern"] as const;
export type Preset = (typeof PRESETS)[number];

const WIDTHS = {
  paper: { generatorWidth: 24, discriminatorWidth: 12 },
  modern: { generatorWidth: 4, discriminatorWidth: 4 },
} as const;

/** Pictures of 8×12 pixels in three classes. */
export const recipe = (preset: Preset, seed: number): CganRecipe => ({
  ...CGAN_PRESETS[preset],
  ...WIDTHS[preset],
  system: "cgan",
  preset,
  latentDim: 5,
  batchSize: 6,
  classes: ["left", "middle", "right"],
  height: 8,
  width: 12,
  steps: 200,
  seed,
});

/** Class k is bright in the k-th third of its width, and nowhere else; how bright differs. */
export const THIRDS: Dataset = {
  name: "thirds",
  size: 60,
  shape: [8, 12, 1],
  classes: ["left", "middle", "right"],
  fingerprint: "thirds",
  item(index) {
    const label = index % 3;
    const bright = 150 + integer(randomBits(1, index)[0], 100);
    const picture = Uint8Array.from({ length: 96 }, (_, at) =>
      Math.floor((at % 12) / 4) === label ? bright : 0,
    );
    return { picture, label };
  },
};
