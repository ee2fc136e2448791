/** Training of one level of LAPGAN. Levels learn from real pyramids, each by itself, in any order. */
import { AdversarialTraining } from "../training/adversarial.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { PictureLoader } from "../datasets/loader.ts";
import { fieldOf, type LevelCondition, levelGame, makeGenerator, measureBandScale } from "./level.ts";
import type { Normalisation } from "./normalisation.ts";
import { fullSize, type LevelRecipe } from "./recipe.ts";

/** Pictures that the strength of bands is measured on. */
const MEASURED = 256;

/** Batches of pictures for any level: cut to the full size at random, from 0 to 1. */
export const levelLoader = (dataset: Dataset, recipe: LevelRecipe): PictureLoader =>
  new PictureLoader(dataset, {
    seed: recipe.seed,
    batchSize: recipe.batchSize,
    range: "unit",
    crop: fullSize(recipe),
    mirror: recipe.mirror,
  });

export class LevelTraining extends AdversarialTraining<LevelCondition, LevelRecipe> {
  /** @param normalisation of the set, at the full size */
  static async start(
    recipe: LevelRecipe,
    dataset: Dataset,
    normalisation: Normalisation,
  ): Promise<LevelTraining> {
    const loader = levelLoader(dataset, { ...recipe, batchSize: Math.min(MEASURED, dataset.size) });
    const pictures = fieldOf(await loader.batch(0), "picture");
    const bandScale = await measureBandScale(recipe, normalisation, pictures);
    return new LevelTraining(recipe, levelGame(recipe, normalisation, bandScale), () =>
      makeGenerator(recipe, recipe.seed),
    );
  }
}
