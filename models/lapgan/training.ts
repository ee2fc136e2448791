/** Training of one level of LAPGAN. Levels learn from real pyramids, each by itself, in any order. */
import type { Dataset } from "../datasets/dataset.ts";
import { PictureLoader } from "../datasets/loader.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { tensorsOf, type Weights } from "../training/trainer.ts";
import { type LapganModel, lapganWeights, type TrainedLevel } from "./files.ts";
import {
  type LevelCondition,
  type LevelGenerator,
  levelGame,
  makeGenerator,
  measureBandScale,
} from "./level.ts";
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
  private readonly rest: Omit<LapganModel, "sizes">;

  /** See `start`. */
  constructor(recipe: LevelRecipe, bandScale: number, rest: Omit<LapganModel, "sizes">) {
    const twin = () => makeGenerator(recipe, recipe.seed);
    super(recipe, levelGame(recipe, rest.normalisation, bandScale), twin);
    this.rest = rest;
  }

  /**
   * @param normalisation of the set, at the full size
   * @param others levels that are trained already: `weights` has them too
   */
  static async start(
    recipe: LevelRecipe,
    dataset: Dataset,
    normalisation: Normalisation,
    others: readonly TrainedLevel[] = [],
  ): Promise<LevelTraining> {
    const { classes } = dataset;
    const loader = levelLoader(dataset, { ...recipe, batchSize: Math.min(MEASURED, dataset.size) });
    const { picture } = tensorsOf(await loader.batch(0), "picture");
    const bandScale = await measureBandScale(recipe, normalisation, picture);
    return new LevelTraining(recipe, bandScale, {
      normalisation,
      classes: recipe.classes > 0 ? classes : [],
      levels: others,
    });
  }

  /** The level as it would be shipped now. */
  trained(): TrainedLevel {
    return { form: this.recipe, generator: this.current() as LevelGenerator };
  }

  /** The pyramid as it would be shipped now: this level, and the others that it was started with. */
  model(): LapganModel {
    const { recipe, rest } = this;
    const others = rest.levels.filter(({ form }) => form.level !== recipe.level);
    const levels = [...others, this.trained()].sort((a, b) => a.form.level - b.form.level);
    return { ...rest, sizes: recipe.sizes, levels };
  }

  /** Mean and deviation of the set's pixels. */
  async constants(): Promise<Weights> {
    return { tensors: await this.rest.normalisation.stateDict(), metadata: {} };
  }

  override weights(): Promise<Weights> {
    return lapganWeights(this.model());
  }
}

/** A level that is not going to learn anything: for profiles and benchmarks. */
export const rehearsedLevel = (recipe: LevelRecipe, normalisation: Normalisation): LevelTraining =>
  new LevelTraining(recipe, 1, { normalisation, classes: [], levels: [] });
