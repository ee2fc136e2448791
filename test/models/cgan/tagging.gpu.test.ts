/** Tagging on made-up vectors: nearest words against plain loops, and a network that learns which words go with which image. */
import { expect, test } from "vitest";
import { idle, Rng } from "../../../engine/index.ts";
import { fillNormal } from "../../../engine/random.ts";
import { type TaggingGenerator, type TaggingSize, taggingTraining } from "../../../models/cgan/tagging.ts";
import { TagLoader } from "../../../models/cgan/tagging-data.ts";
import { tagImage, WordIndex } from "../../../models/cgan/tagging-evaluation.ts";
import { CGAN_PRESETS } from "../../../models/cgan/recipe.ts";

/** 9000 words, more than are compared at a time, of 6 numbers. */
const WORDS = {
  words: Array.from({ length: 9000 }, (_, k) => `w${k}`),
  vectors: fillNormal(new Float32Array(9000 * 6), 3, 0),
  dimension: 6,
};

test("the nearest words are those that plain loops in float64 find", async () => {
  const made = fillNormal(new Float32Array(3 * 6), 4, 0);
  const found = await new WordIndex(WORDS).nearest(made, 5);
  for (const [k, nearest] of found.entries()) {
    const from = [...made.subarray(6 * k, 6 * k + 6)];
    const cosines = WORDS.words.map((_, word) => {
      const to = [...WORDS.vectors.subarray(6 * word, 6 * word + 6)];
      const dot = from.reduce((sum, a, i) => sum + a * (to[i] as number), 0);
      return { word, cosine: dot / (Math.hypot(...from) * Math.hypot(...to)) };
    });
    const want = cosines.sort((a, b) => b.cosine - a.cosine).slice(0, 5);
    expect(nearest.map(({ word }) => word)).toEqual(want.map(({ word }) => word));
    for (const [i, { cosine }] of nearest.entries()) expect(cosine).toBeCloseTo(want[i]?.cosine as number, 5);
  }
});

const SIZE: TaggingSize = {
  features: 4,
  wordDim: 6,
  latentDim: 3,
  noiseUnits: 16,
  generatorImageUnits: 32,
  wordUnits: 32,
  discriminatorImageUnits: 32,
  jointUnits: 32,
};

test("learns which words go with which image", async () => {
  // Eight words of one number each or its opposite; image k is tagged with words 2k and 2k + 1, which share no direction.
  const count = 8;
  const vectors = new Float32Array(count * 6);
  for (let k = 0; k < count; k++) vectors[k * 6 + (k % 6)] = k < 6 ? 1 : -1;
  const words = { words: [..."abcdefgh"], vectors, dimension: 6 };
  const features = {
    count: 4,
    dimension: 4,
    data: Float32Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : 0)),
  };
  const pairs = Array.from({ length: count }, (_, word) => ({ image: word >> 1, word }));
  const recipe = {
    ...CGAN_PRESETS.modern,
    loss: "non-saturating" as const,
    betas: [0.5, 0.99] as const,
    lr: 5e-3,
    discriminatorLr: 5e-3,
    batchSize: 32,
    steps: 300,
    seed: 1,
    ema: 0.9,
  };
  const training = taggingTraining(recipe, SIZE);
  const loader = new TagLoader(words, features, pairs, recipe);
  for (let step = 0; step < recipe.steps; step++) training.update(await loader.batch(step));
  await idle();
  const generator = training.current() as TaggingGenerator;
  const index = new WordIndex(words);
  for (let image = 0; image < 4; image++) {
    const tags = await tagImage(generator, index, features, image, new Rng(5), {
      samples: 50,
      neighbours: 2,
      tags: 2,
    });
    expect(tags.map(({ word }) => word).sort()).toEqual([...(["ab", "cd", "ef", "gh"][image] as string)]);
  }
});
