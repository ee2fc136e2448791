/** The first GAN as a game: noise becomes pictures, each a row of pixels. */
import { rand, reshape, type Rng, type Tensor } from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import { tensorsOf } from "../training/trainer.ts";
import { GanDiscriminator, GanGenerator } from "./networks.ts";
import type { GanRecipe } from "./recipe.ts";

/** Noise is uniform with variance 1, as in the authors' code. */
export const GAN_NOISE = [-Math.sqrt(3), Math.sqrt(3)] as const;

/** Noise for so many pictures. @returns [n, latentDim] */
export const ganNoise = ({ latentDim }: GanRecipe, n: number, rng: Rng): Tensor =>
  rand([n, latentDim], rng, ...GAN_NOISE);

const pixelsOf = ({ height, width, channels }: GanRecipe): number => height * width * channels;

export const ganGenerator = (recipe: GanRecipe, means?: Float64Array): GanGenerator =>
  new GanGenerator({ ...recipe, pixels: pixelsOf(recipe), ...(means && { means }) });

/**
 * A run's trainer; its batches hold "picture" [n, height, width, channels] in [0, 1].
 * @param means of each pixel over the training set: the picture that the generator begins with
 */
export function ganTraining(
  recipe: GanRecipe,
  means?: Float64Array,
): AdversarialTraining<undefined, GanRecipe> {
  const { batchSize, discriminatorHidden: hidden, dropout, seed } = recipe;
  const pixels = pixelsOf(recipe);
  const rng = dropoutRng(seed);
  const generator = ganGenerator(recipe, means);
  const discriminator = new GanDiscriminator({ pixels, hidden, dropout, seed: seed + 1, rng });
  return new AdversarialTraining(
    recipe,
    {
      generator,
      discriminator,
      open(batch) {
        const { picture } = tensorsOf(batch, "picture");
        return { real: reshape(picture, [batchSize, pixels]), condition: undefined };
      },
      generate: (_, noise) => generator.forward(ganNoise(recipe, batchSize, noise)),
      judge: (samples) => discriminator.forward(samples),
      dropout: rng,
    },
    () => ganGenerator(recipe),
  );
}
