/** Tagging on made-up vectors: nearest words against plain loops, tags of a generator known by hand, and the game. */
import { expect, test } from "vitest";
import { Rng } from "../../../engine/index.ts";
import { encodeCheckpoint, hostTensor } from "../../../engine/io/index.ts";
import { fillNormal } from "../../../engine/random.ts";
import { TaggingGenerator, type TaggingSize, taggingTraining } from "../../../models/cgan/tagging.ts";
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
  features: 2,
  wordDim: 6,
  latentDim: 3,
  noiseUnits: 4,
  generatorImageUnits: 2,
  wordUnits: 5,
  discriminatorImageUnits: 5,
  jointUnits: 7,
};

/** Image 0 is (1, 0), image 1 is (0, 1). */
const FEATURES = { count: 2, dimension: 2, data: Float32Array.of(1, 0, 0, 1) };

test("an image's tags are the words that most of the made vectors lie near", async () => {
  const generator = new TaggingGenerator(SIZE).eval();
  const zeros = [...generator.fileShapes()].map(
    ([name, shape]) => [name, hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)] as const,
  );
  // Says (1, 0.2, 0, 0, 0, 0) of image 0 and (0, 0, -1, 0, 0, 0) of image 1, whatever the noise is.
  const joint = new Float32Array(6 * 6);
  joint[0 * 6 + 4] = 1;
  joint[1 * 6 + 4] = 0.2;
  joint[2 * 6 + 5] = -1;
  const weights = new Map([
    ...zeros,
    ["fi.weight", hostTensor(Float32Array.of(1, 0, 0, 1), [2, 2])],
    ["fo.weight", hostTensor(joint, [6, 6])],
  ]);
  generator.loadStateDict(weights, "made up");
  const axis = (k: number, length: number) => Array.from({ length: 6 }, (_, i) => (i === k ? length : 0));
  const words = {
    words: ["east", "north", "down", "up"],
    vectors: Float32Array.from([axis(0, 3), axis(1, 0.1), axis(2, -2), axis(2, 5)].flat()),
    dimension: 6,
  };
  const index = new WordIndex(words);
  const tags = (image: number) =>
    tagImage(generator, index, FEATURES, image, new Rng(5), { samples: 7, neighbours: 2, tags: 2 });
  expect(await tags(0)).toEqual([
    { word: "east", votes: 7 },
    { word: "north", votes: 7 },
  ]);
  expect((await tags(1))[0]).toEqual({ word: "down", votes: 7 });
  await expect(tags(2)).rejects.toThrow("expects an image from 0 to 1, got 2");
});

test("plays the game on pairs, the same for the same seed", async () => {
  const pairs = Array.from({ length: 8 }, (_, word) => ({ image: word % 2, word }));
  const files: Uint8Array[] = [];
  for (const seed of [1, 1, 2]) {
    const recipe = { ...CGAN_PRESETS.paper, batchSize: 6, steps: 3, seed };
    const training = taggingTraining(recipe, SIZE);
    const loader = new TagLoader(WORDS, FEATURES, pairs, recipe);
    for (let step = 0; step < recipe.steps; step++) {
      const measures = await training.update(await loader.batch(step)).data();
      expect(measures.every(Number.isFinite)).toBe(true);
    }
    files.push(encodeCheckpoint(await training.checkpoint()));
  }
  expect(files[1]).toEqual(files[0]);
  expect(files[2]).not.toEqual(files[0]);
});
