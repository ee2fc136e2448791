/** DCGAN as a game: noise becomes pictures, and nothing else is known of them. */
import { rand, randn, type Rng, type Tensor } from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { tensorsOf } from "../training/trainer.ts";
import { DcganDiscriminator, DcganGenerator } from "./networks.ts";
import type { DcganRecipe } from "./recipe.ts";

/** Noise for so many pictures. @returns [n, latentDim] */
export const dcganNoise = ({ latentDim, noise }: DcganRecipe, n: number, rng: Rng): Tensor =>
  noise === "uniform" ? rand([n, latentDim], rng, -1, 1) : randn([n, latentDim], rng);

/** The generator that a recipe says, with first weights of this seed. */
export const dcganGenerator = ({ side, channels, width, latentDim, seed }: DcganRecipe): DcganGenerator =>
  new DcganGenerator({ side, channels, width, latentDim, seed });

/** A run's trainer; its batches hold "picture" [n, side, side, channels] in [-1, 1]. */
export function dcganTraining(recipe: DcganRecipe): AdversarialTraining<undefined, DcganRecipe> {
  const { side, channels, discriminatorWidth: width, norm, seed } = recipe;
  const generator = dcganGenerator(recipe);
  const discriminator = new DcganDiscriminator({ side, channels, width, norm, seed: seed + 1 });
  return new AdversarialTraining(
    recipe,
    {
      generator,
      discriminator,
      open: (batch) => ({ real: tensorsOf(batch, "picture").picture, condition: undefined }),
      generate: (_, rng) => generator.forward(dcganNoise(recipe, recipe.batchSize, rng)),
      judge: (samples) => discriminator.forward(samples),
    },
    () => dcganGenerator(recipe),
  );
}
