/** Training DCGAN, the first GAN and the toy GAN: steady state, repeatability, going on from a checkpoint. */
import { describe, expect, test } from "vitest";
import type { Batch } from "../../../engine/data/index.ts";
import { idle, init } from "../../../engine/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { dcganTraining } from "../../../models/dcgan/training.ts";
import { GAN_PRESETS } from "../../../models/gan/recipe.ts";
import { ganTraining } from "../../../models/gan/training.ts";
import { TOY_PRESETS } from "../../../models/toy/recipe.ts";
import { toyTraining } from "../../../models/toy/training.ts";
import type { AdversarialTraining } from "../../../models/training/adversarial.ts";
import { batch, made, recipe } from "./given.ts";

interface Subject {
  readonly start: (seed: number) => AdversarialTraining<undefined>;
  readonly batch: (index: number) => Batch;
}

const digits = (index: number) => batch("picture", [3, 28, 28, 1], index);
const gan = {
  system: "gan",
  preset: "paper",
  height: 28,
  width: 28,
  channels: 1,
  latentDim: 5,
  hidden: 16,
  discriminatorHidden: 8,
  batchSize: 3,
} as const;
const toy = { system: "toy", preset: "robust", batchSize: 8, layers: 2, units: 8, reach: 2 } as const;

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "DCGAN, paper": { start: (seed) => dcganTraining(recipe("paper", seed)), batch: digits },
  "DCGAN, modern, augmented": {
    start: (seed) =>
      dcganTraining({ ...recipe("modern", seed), augment: ["translation", "cutout", "colour", "mirror"] }),
    batch: digits,
  },
  "DCGAN, modes, penalties now and then": {
    start: (seed) => dcganTraining({ ...recipe("modes", seed), penaltyEvery: 2 }),
    batch: digits,
  },
  "the first GAN, paper": {
    start: (seed) => ganTraining({ ...GAN_PRESETS.paper, ...gan, seed }),
    batch: digits,
  },
  "toy, robust": {
    start: (seed) => toyTraining({ ...TOY_PRESETS.robust, ...toy, seed }),
    batch: (index) => batch("point", [8, 2], index),
  },
};

describe.each(Object.entries(SUBJECTS))("%s", (_, subject) => {
  async function train(training: AdversarialTraining<undefined>, from: number, to: number): Promise<void> {
    for (let step = from; step < to; step++) training.update(subject.batch(step));
    await idle();
  }
  const bytesOf = async (training: AdversarialTraining<undefined>) =>
    encodeCheckpoint(await training.checkpoint());

  test("no buffer, pipeline, bind group or program is made after the fourth update", async () => {
    await init();
    const training = subject.start(1);
    await train(training, 0, 4);
    const before = await made();
    await train(training, 4, 20);
    expect(await made()).toEqual(before);
  });

  test("the same seed gives the same bytes, another seed others; a resumed run those of an unbroken one", async () => {
    const [whole, other, first] = [subject.start(5), subject.start(6), subject.start(5)];
    for (const training of [whole, other]) await train(training, 0, 6);
    await train(first, 0, 3);
    const checkpoint = decodeCheckpoint(await bytesOf(first), "run/checkpoint");
    await train(first, 3, 6);
    const second = subject.start(5);
    second.restore(checkpoint, "run/checkpoint");
    expect(second.step).toBe(3);
    await train(second, 3, 6);
    const want = await bytesOf(whole);
    expect(await bytesOf(first)).toEqual(want);
    expect(await bytesOf(second)).toEqual(want);
    expect(await bytesOf(other)).not.toEqual(want);
  });
});

test("measures are finite, and both networks move", async () => {
  const training = dcganTraining(recipe("paper", 1));
  const before = await training.checkpoint();
  const numbers = await training.update(digits(0)).data();
  expect(numbers.length).toBe(training.measures.length);
  expect([...numbers].every(Number.isFinite)).toBe(true);
  const after = await training.checkpoint();
  for (const name of ["generator.main.0.weight", "discriminator.main.0.weight"])
    expect(after.model.get(name)?.data).not.toEqual(before.model.get(name)?.data);
});
