/** Training as a whole, in both presets: steady state, repeatability, going on from a checkpoint, and that classes are learnt. */
import { describe, expect, test } from "vitest";
import { idle, init, stats } from "../../../engine/index.ts";
import { decodeCheckpoint, encodeCheckpoint, writeSafetensors } from "../../../engine/io/index.ts";
import { parseCgan } from "../../../models/cgan/files.ts";
import type { CganRecipe } from "../../../models/cgan/recipe.ts";
import { classRows, drawPlaces } from "../../../models/cgan/sampler.ts";
import { type CganTraining, cganTraining } from "../../../models/cgan/training.ts";
import { pixelMeans } from "../../../models/datasets/pixel-means.ts";
import { PictureLoader } from "../../../models/datasets/loader.ts";
import { PRESETS, recipe, THIRDS } from "./given.ts";

/** Does updates `from` up to, but without, `to`. */
async function train(training: CganTraining, from: number, to: number): Promise<void> {
  const { seed, batchSize } = training.recipe;
  const loader = new PictureLoader(THIRDS, { seed, batchSize, range: "unit" });
  for (let step = from; step < to; step++) training.update(await loader.batch(step));
  await idle();
}

const begun = async (of: CganRecipe): Promise<CganTraining> => cganTraining(of, await pixelMeans(THIRDS));

/** The whole state as the bytes of its file. */
const bytesOf = async (training: CganTraining): Promise<Uint8Array> =>
  encodeCheckpoint(await training.checkpoint());

async function made(): Promise<Readonly<Record<string, number>>> {
  const { buffersCreated, pipelines, bindGroups, programs } = await stats();
  return { buffersCreated, pipelines, bindGroups, programs };
}

describe.each(PRESETS)("%s", (preset) => {
  test("no buffer, pipeline or bind group is made after the third update", async () => {
    await init();
    const training = await begun(recipe(preset, 1));
    await train(training, 0, 3);
    const before = await made();
    await train(training, 3, 20);
    expect(await made()).toEqual(before);
  });

  test("the same seed gives the same bytes, another seed others", async () => {
    const files: Uint8Array[] = [];
    for (const seed of [3, 3, 4]) {
      const training = await begun(recipe(preset, seed));
      await train(training, 0, 4);
      files.push(await bytesOf(training));
    }
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).not.toEqual(files[0]);
  });

  test("three updates, a checkpoint and three updates are six updates, byte for byte", async () => {
    const whole = await begun(recipe(preset, 5));
    await train(whole, 0, 6);
    const first = await begun(recipe(preset, 5));
    await train(first, 0, 3);
    const checkpoint = decodeCheckpoint(await bytesOf(first), "run/checkpoint");
    // Begins without the data's means and from other weights: all of it comes from the checkpoint.
    const second = cganTraining({ ...recipe(preset, 5) });
    second.restore(checkpoint, "run/checkpoint");
    await train(second, 3, 6);
    expect(await bytesOf(second)).toEqual(await bytesOf(whole));
  });
});

test("paper: the generator begins with the pixels' means", async () => {
  const means = await pixelMeans(THIRDS);
  const { generator } = (await begun(recipe("paper", 1))).networks;
  const bias = await generator.weights().get("fo.bias")?.data();
  expect(bias?.length).toBe(96);
  for (const [k, mean] of means.entries())
    expect(1 / (1 + Math.exp(-Number(bias?.[k])))).toBeCloseTo(mean, 5);
});

/** How much brighter the third that a class names is than the others, for each class. */
async function contrasts(training: CganTraining): Promise<number[]> {
  const form = training.recipe;
  const { tensors, metadata } = await training.weights();
  const bytes = writeSafetensors(tensors, metadata);
  const rows = classRows(form, [0, 1, 2], { count: 10, seed: 1 });
  const { data } = await drawPlaces(parseCgan(bytes, "thirds.safetensors"), rows.flat());
  return rows.map((row, label) => {
    let [inside, outside] = [0, 0];
    for (let k = 0; k < row.length * 96; k++) {
      const value = (data[label * row.length * 96 + k] as number) / 255;
      if (Math.floor((k % 12) / 4) === label) inside += value / (row.length * 32);
      else outside += value / (row.length * 64);
    }
    return inside - outside;
  });
}

test("modern: samples show the class that is asked for", async () => {
  const training = await begun({
    ...recipe("modern", 1),
    latentDim: 8,
    lr: 2e-3,
    discriminatorLr: 2e-3,
    ema: 0.9,
  });
  for (const contrast of await contrasts(training)) expect(Math.abs(contrast)).toBeLessThan(0.2);
  await train(training, 0, 200);
  for (const contrast of await contrasts(training)) expect(contrast).toBeGreaterThan(0.25);
});
