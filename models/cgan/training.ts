/** The conditional GAN in training: how its networks take part in the game. */
import type { Tensor } from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import { tensorsOf } from "../training/trainer.ts";
import { drawNoise, pictureDiscriminator, pictureGenerator } from "./generator.ts";
import { marginalBias } from "./networks.ts";
import type { CganRecipe } from "./recipe.ts";

export type CganTraining = AdversarialTraining<Tensor, CganRecipe>;

/**
 * A run's trainer; its batches hold "picture" [n, h, w, 1] in [0, 1] and "label" [n, classes], one-hot.
 * @param means of each pixel over the data, [h · w], which the paper's generator begins with; ½ by default
 */
export function cganTraining(recipe: CganRecipe, means?: ArrayLike<number>): CganTraining {
  const { seed, batchSize, initialBound, inputDropout } = recipe;
  const dropout = dropoutRng(seed);
  const generator = pictureGenerator(recipe, {
    seed,
    dropout,
    initialBound,
    ...(means && { outputBias: marginalBias(means) }),
  });
  const discriminator = pictureDiscriminator(recipe, { seed: seed + 1, dropout, inputDropout });
  return new AdversarialTraining(
    recipe,
    {
      generator: generator.network,
      discriminator: discriminator.network,
      dropout,
      open(batch) {
        const { picture, label } = tensorsOf(batch, "picture", "label");
        return { real: picture, condition: label };
      },
      generate: (y, rng) => generator.draw(drawNoise(recipe, batchSize, rng), y),
      taskWeight: recipe.classWeight,
      judge: (pictures, y) => discriminator.judge(pictures, y),
    },
    () => pictureGenerator(recipe).network,
  );
}
