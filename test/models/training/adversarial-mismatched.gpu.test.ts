/** A discriminator that is shown real samples with wrong conditions, and a generator that is asked for imagined ones. */
import { expect, test } from "vitest";
import {
  add,
  concat,
  Initializer,
  Linear,
  mean,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { CGAN_PRESETS } from "../../../models/cgan/recipe.ts";
import { AdversarialTraining } from "../../../models/training/adversarial.ts";

const REAL = [1, 3];
const RIGHT = [0.5, -1];
const WRONG = [2, 4];
/** Halfway between the two right ones. */
const IMAGINED = [...RIGHT, -0.25];

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("wrong pairs and fakes count half each for the discriminator, imagined conditions for the generator alone, which is compared by the batch's own", async () => {
  const discriminator = new Linear(1, 1, new Initializer(3), { bias: false });
  const generator = new Linear(1, 1, new Initializer(4));
  // A logit is w (sample + 10 condition), a sample is what the generator makes of its condition.
  const answer = (x: Tensor, y: Tensor) =>
    reshape(discriminator.forward(reshape(add(x, mul(y, 10)), [-1, 1])), [-1]);
  const training = new AdversarialTraining(
    {
      ...CGAN_PRESETS.modern,
      loss: "wasserstein" as const,
      lr: 0,
      discriminatorLr: 0,
      ema: 0,
      batchSize: 2,
      steps: 1,
      seed: 1,
    },
    {
      generator,
      discriminator,
      mismatched: true,
      open: () => ({ real: tensor(REAL), condition: tensor(RIGHT), wrong: tensor(WRONG) }),
      generate: (y: Tensor) => reshape(generator.forward(reshape(y, [-1, 1])), [-1]),
      judge: (x: Tensor, y: Tensor, wrong?: Tensor) => ({
        answers: answer(x, y),
        ...(wrong && { wrong: answer(x, wrong) }),
      }),
      compare: (x: Tensor, real: Tensor, others: Tensor) => add(mul(mean(sub(x, real)), 7), mean(others)),
      imagine: (y: Tensor) => concat([y, tensor(IMAGINED.slice(2))], 0),
    },
    () => generator,
  );
  const numbers = await training.update({ index: 0, count: 2, fields: {} }).data();
  const measured = Object.fromEntries(training.measures.map((name, k) => [name, numbers[k]]));
  const [w = 0] = await discriminator.weight.data();
  const [a = 0] = await generator.weight.data();
  const [b = 0] = await (generator.bias as NonNullable<typeof generator.bias>).data();
  const made = (y: number) => a * y + b;
  const logits = (xs: readonly number[], ys: readonly number[]) =>
    xs.map((x, k) => w * (x + 10 * (ys[k] as number)));
  const [real, wrong, fake] = [logits(REAL, RIGHT), logits(REAL, WRONG), logits(RIGHT.map(made), RIGHT)];
  expect(measured.discriminator).toBeCloseTo((meanOf(wrong) + meanOf(fake)) / 2 - meanOf(real), 4);
  expect(measured.generator).toBeCloseTo(
    // Without noise the other samples are the same ones.
    7 * (meanOf(RIGHT.map(made)) - meanOf(REAL)) +
      meanOf(RIGHT.map(made)) -
      meanOf(logits(IMAGINED.map(made), IMAGINED)),
    4,
  );
  expect(measured["D(wrong)"]).toBeCloseTo(meanOf(wrong.map((x) => 1 / (1 + Math.exp(-x)))), 4);
  const share = (values: readonly number[], positive: boolean) =>
    meanOf(values.map((x) => (x > 0 === positive ? 1 : 0)));
  expect(measured["right(real)"]).toBe(share(real, true));
  expect(measured["right(wrong)"]).toBe(share(wrong, false));
  expect(measured["right(fake)"]).toBe(share(fake, false));
});
