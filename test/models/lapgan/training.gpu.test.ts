/** Training of levels as a whole: steady state, repeatability, going on from a checkpoint, what the networks are told. */
import { describe, expect, test } from "vitest";
import { add, idle, init, sub, type Tensor, tensor } from "../../../engine/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { type LevelCondition, levelGame, openLevel } from "../../../models/lapgan/level.ts";
import { measureNormalisation, type Normalisation } from "../../../models/lapgan/normalisation.ts";
import type { LapganPreset, LevelRecipe } from "../../../models/lapgan/recipe.ts";
import { LevelTraining, levelLoader } from "../../../models/lapgan/training.ts";
import { drawAugmentation } from "../../../models/training/diff-augment.ts";
import { Rng } from "../../../engine/index.ts";
import { made, pictures, recipe } from "./given.ts";

const normalisation: Promise<Normalisation> = measureNormalisation(pictures, 16);
const start = async (of: LevelRecipe): Promise<LevelTraining> =>
  LevelTraining.start(of, pictures, await normalisation);

async function train(training: LevelTraining, from: number, to: number): Promise<void> {
  const loader = levelLoader(pictures, training.recipe);
  for (let step = from; step < to; step++) training.update(await loader.batch(step));
  await idle();
}

const bytesOf = async (training: LevelTraining): Promise<Uint8Array> =>
  encodeCheckpoint(await training.checkpoint());

const LEVELS: readonly (readonly [LapganPreset, number, Partial<LevelRecipe>])[] = [
  ["paper", 0, {}],
  ["paper", 2, {}],
  ["modern", 0, {}],
  ["modern", 1, { augment: ["translation", "colour"], penaltyEvery: 2 }],
];

describe.each(LEVELS)("%s, level %i", (preset, level, changes) => {
  test("two updates, a checkpoint and two more are four, byte for byte; another seed gives others", async () => {
    const whole = await start(recipe(preset, level, changes));
    await train(whole, 0, 4);
    const first = await start(recipe(preset, level, changes));
    await train(first, 0, 2);
    const second = await start(recipe(preset, level, changes));
    second.restore(decodeCheckpoint(await bytesOf(first), "checkpoint"), "checkpoint");
    await train(second, 2, 4);
    expect(await bytesOf(second)).toEqual(await bytesOf(whole));
    const other = await start(recipe(preset, level, { ...changes, seed: 4 }));
    await train(other, 0, 4);
    expect(await bytesOf(other)).not.toEqual(await bytesOf(whole));
  });
});

test.each(["paper", "modern"] as const)(
  "%s: updates make nothing new after those with each penalty",
  async (preset) => {
    await init();
    const training = await start(recipe(preset, 1, { penaltyEvery: 2, r1: 1 }));
    await train(training, 0, 4);
    const before = await made();
    await train(training, 4, 30);
    expect(await made()).toEqual(before);
  },
);

const values = async (x: Tensor): Promise<Float32Array> => (await x.data()) as Float32Array;
const largest = (x: Float32Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each([
  ["paper", 0],
  ["paper", 1],
  ["modern", 0],
  ["modern", 2],
] as const)("%s, level %i", (preset, level) => {
  test("both networks are told the class, and the generator its noise", async () => {
    const of = recipe(preset, level, { seed: 6 });
    const game = levelGame(of, await normalisation, 1);
    game.generator.eval();
    game.discriminator.eval();
    const { real, condition } = game.open(await levelLoader(pictures, of).batch(0));
    const other = { ...condition, label: tensor(Float32Array.of(0, 1, 1, 0, 0, 1), [3, 2]) };
    const one = { ...condition, label: tensor(Float32Array.of(1, 0, 1, 0, 1, 0), [3, 2]) };
    const rng = new Rng(1);
    const made = await Promise.all([one, other].map((told) => values(game.generate(told, rng.at(0)))));
    expect(largest((made[0] as Float32Array).map((v, k) => v - (made[1]?.[k] as number)))).toBeGreaterThan(
      1e-3,
    );
    const again = await values(game.generate(one, rng.at(1)));
    expect(largest(again.map((v, k) => v - (made[0]?.[k] as number)))).toBeGreaterThan(1e-3);
    const answers = (told: LevelCondition) => {
      const verdict = game.judge(real, told);
      return "answers" in verdict ? verdict.answers : verdict;
    };
    const said = await Promise.all([one, other].map((told) => values(answers(told))));
    expect(largest((said[0] as Float32Array).map((v, k) => v - (said[1]?.[k] as number)))).toBeGreaterThan(
      1e-5,
    );
  });
});

test("the sharp image is augmented, and its low pass with it", async () => {
  const of = recipe("modern", 1);
  const game = levelGame(of, await normalisation, 1);
  const { real, condition } = game.open(await levelLoader(pictures, of).batch(0));
  const augmentation = drawAugmentation(["colour", "mirror", "translation"], [3, 8, 8, 3], 1, 2, 3);
  const [band, told] = game.augment?.(real, condition, augmentation) ?? [];
  const lowPass = condition.lowPass as Tensor;
  const image = augmentation.apply(add(real, lowPass));
  const seen = add(band as Tensor, told?.lowPass as Tensor);
  expect(largest(await values(sub(seen, image)))).toBeLessThan(1e-5);
  expect(largest(await values(sub(told?.lowPass as Tensor, augmentation.apply(lowPass))))).toBe(0);
  expect(largest(await values(sub(seen, add(real, lowPass))))).toBeGreaterThan(0.1);
});

test("levels of real pictures add up, down to the coarsest", async () => {
  const { picture } = (await levelLoader(pictures, recipe("paper", 0)).batch(0)).fields;
  const given = tensor(picture?.data ?? [], picture?.shape ?? []);
  const opened = [0, 1, 2].map((level) => ({ level }));
  const norm = await normalisation;
  const levels = opened.map(({ level }) => openLevel({ ...recipe("paper", level) }, norm, given));
  expect(levels.map(({ image }) => image.shape[1])).toEqual([4, 8, 16]);
  for (const level of [1, 2]) {
    const { image, split } = levels[level] as (typeof levels)[number];
    expect(await values(split?.coarse as Tensor)).toEqual(
      await values((levels[level - 1] as (typeof levels)[number]).image),
    );
    const sum = add(split?.lowPass as Tensor, split?.bandPass as Tensor);
    expect(largest(await values(sub(sum, image)))).toBeLessThan(1e-5);
  }
});
