/** The toy GAN as a game: noise becomes points in the plane. */
import { randn, type Rng, type Tensor } from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { tensorsOf } from "../training/trainer.ts";
import { PointDiscriminator, PointGenerator } from "./networks.ts";
import type { ToyRecipe } from "./recipe.ts";

/** Noise for so many points. @returns [n, latentDim] */
export const toyNoise = ({ latentDim }: ToyRecipe, n: number, rng: Rng): Tensor => randn([n, latentDim], rng);

export const toyGenerator = ({ latentDim, layers, units, reach, seed }: ToyRecipe): PointGenerator =>
  new PointGenerator({ latentDim, layers, units, reach, seed });

/** A run's trainer; its batches hold "point" [n, 2]. */
export function toyTraining(recipe: ToyRecipe): AdversarialTraining<undefined, ToyRecipe> {
  const { layers, units, reach, seed } = recipe;
  const generator = toyGenerator(recipe);
  const discriminator = new PointDiscriminator({ layers, units, reach, seed: seed + 1 });
  return new AdversarialTraining(
    recipe,
    {
      generator,
      discriminator,
      open: (batch) => ({ real: tensorsOf(batch, "point").point, condition: undefined }),
      generate: (_, rng) => generator.forward(toyNoise(recipe, recipe.batchSize, rng)),
      judge: (points) => discriminator.forward(points),
    },
    () => toyGenerator(recipe),
  );
}
