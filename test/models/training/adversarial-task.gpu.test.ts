/** A discriminator with another task beside the game: whose loss it is part of, and how much of it. */
import { expect, test } from "vitest";
import {
  Linear,
  Initializer,
  mean,
  reshape,
  slice,
  square,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { CGAN_PRESETS } from "../../../models/cgan/recipe.ts";
import { AdversarialTraining } from "../../../models/training/adversarial.ts";

const REAL = [1, 3];

test("the task on real samples is in the discriminator's loss, on generated ones in the generator's by its weight", async () => {
  const discriminator = new Linear(1, 2, new Initializer(3));
  const made = new Linear(1, 1, new Initializer(4), { biasInit: () => Float32Array.of(0.7) });
  const judge = (x: Tensor) => {
    const y = discriminator.forward(reshape(x, [-1, 1])); // [n, 2]
    return { answers: reshape(slice(y, [0, 0], [2, 1]), [-1]), task: mean(square(slice(y, [0, 1], [2, 2]))) };
  };
  const recipe = {
    ...CGAN_PRESETS.modern,
    loss: "wasserstein" as const,
    // Nothing changes, so that both losses are of the first weights.
    lr: 0,
    discriminatorLr: 0,
    ema: 0,
    batchSize: 2,
    steps: 1,
    seed: 1,
  };
  const training = new AdversarialTraining(
    recipe,
    {
      generator: made,
      discriminator,
      open: () => ({ real: tensor(Float32Array.from(REAL), [2, 1]), condition: undefined }),
      generate: () => made.forward(tensor(new Float32Array(2), [2, 1])),
      judge,
      taskWeight: 0.25,
    },
    () => made,
  );
  const batch = { index: 0, count: 2, fields: {} };
  const [ofDiscriminator, ofGenerator] = await training.update(batch).data();
  const [a = 0, b = 0] = await discriminator.weight.data();
  const answer = (x: number) => x * a;
  const task = (xs: readonly number[]) => xs.reduce((sum, x) => sum + (x * b) ** 2, 0) / xs.length;
  const real = (answer(1) + answer(3)) / 2;
  expect(ofDiscriminator).toBeCloseTo(answer(0.7) - real + task(REAL), 5);
  expect(ofGenerator).toBeCloseTo(-answer(0.7) + 0.25 * task([0.7, 0.7]), 5);
});
