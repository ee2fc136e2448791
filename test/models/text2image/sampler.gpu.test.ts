/** Weights with their encoder in one file, what is drawn of them, and what is said of data that is of no use. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { init } from "../../../engine/index.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { readSafetensors, writeSafetensors } from "../../../engine/io/index.ts";
import { writePng } from "../../../engine/io/node.ts";
import type { Request } from "../../../models/system.ts";
import { EncoderTraining } from "../../../models/text-encoder/training.ts";
import { ENCODER_PRESETS } from "../../../models/text-encoder/presets.ts";
import { parseTextEncoder } from "../../../models/text-encoder/files.ts";
import type { EncoderRecipe } from "../../../models/text-encoder/recipe.ts";
import { parseText2image, styleEncoderOf, withStyle } from "../../../models/text2image/files.ts";
import { readCaptions } from "../../../models/text2image/reader.ts";
import { smallRecipe } from "./small-recipe.ts";
import { Text2ImageSampler } from "../../../models/text2image/sampler.ts";
import { text2image } from "../../../models/text2image/system.ts";
import { text2imageTraining } from "../../../models/text2image/training.ts";
import { nodeHost } from "../../../models/training/host-node.ts";

const folder = mkdtempSync(join(tmpdir(), "text2image-"));
afterAll(() => rmSync(folder, { recursive: true }));

const encoderRecipe: EncoderRecipe = {
  ...ENCODER_PRESETS.small,
  system: "text-encoder",
  preset: "small",
  form: {
    kind: "char-cnn-rnn",
    config: {
      channels: [4, 6, 4],
      hidden: 5,
      embedding: 7,
      recurrent: "gru",
      pool3: false,
      states: "mean",
      length: 84,
    },
  },
  side: "captions",
  features: 0,
  size: 64,
  frozen: false,
  unseen: [],
  validation: [],
  seed: 0,
  decayEvery: "cosine",
};

const recipe = smallRecipe(7);

const ENCODER = join(folder, "encoder.safetensors");
let bytes: Uint8Array;

beforeAll(async () => {
  await init();
  const { tensors, metadata } = await new EncoderTraining(encoderRecipe).weights();
  writeFileSync(ENCODER, writeSafetensors(tensors, metadata));
  const { encoder: network, recipe: of } = parseTextEncoder(writeSafetensors(tensors, metadata), ENCODER);
  const captions = ["a duck", "a whale", "two ducks", "a house"];
  const { reader, table } = await readCaptions({ form: of.form, network }, [...captions, "a duck"]);
  expect(table.rowOf.size).toBe(captions.length);
  // Moved and scaled: means of 0, and a deviation of 1 over all.
  const column = Array.from({ length: captions.length }, (_, row) => table.data[row * 7 + 3] as number);
  expect(column.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
  expect(table.data.reduce((sum, x) => sum + x * x, 0) / table.data.length).toBeCloseTo(1, 4);
  const [duck] = await reader.read(["a duck"]);
  expect([...(duck ?? [])]).toEqual([...table.data.subarray(0, 7)]);

  const trainer = text2imageTraining(recipe);
  trainer.reader = reader;
  const { tensors: all, metadata: said } = await trainer.weights();
  bytes = writeSafetensors(all, said);
});

const open = (): Text2ImageSampler => new Text2ImageSampler(parseText2image(bytes, "made.safetensors"));
/** All draw four pictures, so that they share one compiled program. */
const ask = { count: 2, seed: 4, walk: false };
const dataOf = (rows: readonly (readonly { readonly data: Uint8Array }[])[]) =>
  rows.map((row) => row.map(({ data }) => Buffer.from(data).toString("base64")));

test("a row a sentence, whatever it says; a column a noise, whatever else is asked for", async () => {
  const sampler = open();
  // So small an encoder, untrained, does not tell every word from silence.
  const texts = ["a whale", "", "🦆 → ŋ", "whale ".repeat(2000)];
  const { rows, labels } = await sampler.sample({ ...ask, count: 1, texts });
  expect(labels).toEqual(texts);
  expect(rows.map((row) => row.length)).toEqual([1, 1, 1, 1]);
  expect(rows[0]?.[0]).toMatchObject({ width: 64, height: 64, channels: 3 });
  const [[whale] = [], [nothing] = []] = dataOf(rows);
  expect(whale).not.toBe(nothing);
  const [alone] = dataOf((await sampler.sample({ ...ask, count: 4, texts: ["a whale"] })).rows);
  expect(alone?.[0]).toBe(whale);
  expect(alone?.[1]).not.toBe(whale);
  expect((await sampler.sample(ask)).labels).toEqual(recipe.shown);
});

test("walks begin and end at the sentences, or at the noises of one", async () => {
  const sampler = open();
  const texts = ["a duck", "a whale"];
  const { rows, labels } = await sampler.sample({ count: 4, seed: 4, walk: true, texts });
  expect(labels).toEqual(["a duck → a whale"]);
  const [[duck, other] = [], [whale] = []] = dataOf((await sampler.sample({ ...ask, texts })).rows);
  const [words] = dataOf(rows);
  expect([words?.[0], words?.[3]]).toEqual([duck, whale]);
  expect(new Set(words).size).toBe(4);
  const [noises] = dataOf((await sampler.sample({ count: 4, seed: 4, walk: true, texts: ["a duck"] })).rows);
  expect([noises?.[0], noises?.[3]]).toEqual([duck, other]);
});

test("a share of the way between two sentences is what a walk has there, in its first column", async () => {
  const sampler = open();
  const texts = ["a duck", "a whale"];
  const [words] = dataOf((await sampler.sample({ count: 4, seed: 4, walk: true, texts })).rows);
  for (const k of [0, 1, 2, 3]) {
    const { rows, labels } = await sampler.sample({ count: 4, seed: 4, walk: false, texts, share: k / 3 });
    expect(labels).toEqual(["a duck → a whale"]);
    const [between] = dataOf(rows);
    expect(between?.[0]).toBe(words?.[k]);
    expect(new Set(between).size).toBe(4);
  }
  const alone = { count: 4, seed: 4, walk: false, texts: ["a duck"], share: 0.5 };
  await expect(sampler.sample(alone)).rejects.toThrow("between two sentences, got 1");
});

test("says what it can be told, what to begin with, and what it has not read", async () => {
  const sampler = open();
  expect([sampler.told, sampler.examples]).toEqual([["texts"], recipe.shown]);
  const { notes } = await sampler.sample({ ...ask, texts: ["a duck", "ŋ"] });
  expect(notes).toEqual([expect.stringMatching(/^Nothing of “ŋ” can be read/)]);
  expect((await sampler.sample(ask)).notes).toBeUndefined();
});

test("styles need a style encoder, which a file can be given; then a column is a style", async () => {
  const picture = makeImage(new Uint8Array(80 * 70 * 3).fill(99), 80, 70, 3);
  await expect(open().sample({ ...ask, styles: [picture] })).rejects.toThrow(/no style encoder/);
  const form = { latentDim: 6, ndf: 4 };
  const { tensors, metadata } = await withStyle(parseText2image(bytes, "made"), styleEncoderOf(form), form);
  const sampler = new Text2ImageSampler(parseText2image(writeSafetensors(tensors, metadata), "made"));
  expect(sampler.told).toEqual(["texts", "styles"]);
  const texts = ["a duck", "a whale"];
  const { rows } = await sampler.sample({ ...ask, styles: [picture, picture], texts });
  for (const [first, second] of dataOf(rows)) expect(first).toBe(second);
  expect(rows.map((row) => row.length)).toEqual([2, 2]);
  // What came with the file is still there, and the same is drawn of it.
  expect(dataOf((await sampler.sample(ask)).rows)).toEqual(dataOf((await open().sample(ask)).rows));
});

test("files of others are refused in a sentence", () => {
  const { tensors, metadata } = readSafetensors(bytes, "made");
  const { encoder: _, ...others } = metadata;
  expect(() => parseText2image(writeSafetensors(tensors, others), "odd")).toThrow(
    "odd: its metadata does not say which encoder it was trained with",
  );
  expect(() => parseText2image(writeSafetensors(tensors, {}), "odd")).toThrow(/text to image/);
});

test("data whose captions say nothing is refused in a sentence", async () => {
  const data = mkdtempSync(join(folder, "same-"));
  for (const k of [0, 1, 2]) {
    await writePng(join(data, `${k}.png`), makeImage(new Uint8Array(64 * 64 * 3).fill(80 * k), 64, 64, 3));
    writeFileSync(join(data, `${k}.txt`), "a picture\n");
  }
  const request = {
    options: { encoder: ENCODER },
    preset: "modern",
    path: data,
    host: nodeHost("."),
    leaveOut: () => {},
  } as unknown as Request;
  await expect(text2image.open(request)).rejects.toThrow(
    /all pictures have the same caption \("a picture"\)/,
  );
  writeFileSync(join(data, "1.txt"), "another\n");
  const { summary } = await text2image.open(request);
  expect(summary).toMatch(/3 pictures, 2 captions/);
  for (const k of [0, 1, 2]) rmSync(join(data, `${k}.txt`));
  await expect(text2image.open(request)).rejects.toThrow(/has no captions/);
});
