import { describe, expect, test } from "vitest";
import { hostTensor, writeSafetensors } from "../../../engine/io/index.ts";
import { TaggingDiscriminator, TaggingGenerator } from "../../../models/cgan/tagging.ts";
import {
  readImageFeatures,
  readTagPairs,
  readWordVectors,
  TagLoader,
} from "../../../models/cgan/tagging-data.ts";
import { mostFrequent } from "../../../models/cgan/tagging-evaluation.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("parameter counts of the paper", () => {
  expect(new TaggingGenerator().parameterCount).toBe(8_744_700);
  expect(new TaggingDiscriminator().parameterCount).toBe(10_120_901);
});

/** word2vec's binary form. */
function binary(words: Readonly<Record<string, readonly number[]>>, separator: string): Uint8Array {
  const entries = Object.entries(words);
  const head = `${entries.length} ${entries[0]?.[1].length}\n`;
  const parts = entries.flatMap(([word, numbers]) => [
    bytes(`${word} `),
    new Uint8Array(Float32Array.from(numbers).buffer),
    bytes(separator),
  ]);
  return Uint8Array.from([bytes(head), ...parts].flatMap((part) => [...part]));
}

describe("word vectors", () => {
  const want = { words: ["sea", "wüste"], vectors: Float32Array.of(0.5, -1, 2, 3, 4, 5), dimension: 3 };
  const vectors = { sea: [0.5, -1, 2], wüste: [3, 4, 5] };

  test.each([
    ["text", bytes("2 3\nsea 0.5 -1 2\nwüste 3 4 5\n")],
    ["text without a first line", bytes("sea 0.5 -1 2\nwüste 3 4 5")],
    ["binary of word2vec", binary(vectors, "\n")],
    ["binary of gensim", binary(vectors, "")],
  ])("%s", (_, file) => {
    expect(readWordVectors(file, "words")).toEqual(want);
  });

  test.each([
    ["empty", "", "holds no word vectors"],
    ["too few words", "3 2\na 1 2\nb 3 4\n", "says 3 words, 2 follow"],
    ["a short line", "2 2\na 1 2\nb 3\n", 'the line of "b" should hold 2 numbers, it holds 1'],
    ["no number", "a 1 2\nb 3 x\n", 'the line of "b" should hold 2 numbers'],
  ])("%s", (_, text, message) => {
    expect(() => readWordVectors(bytes(text), "words.txt")).toThrow(message);
  });

  test("half a binary file is refused", () => {
    const whole = binary(vectors, "\n");
    expect(() => readWordVectors(whole.subarray(0, whole.length - 6), "words.bin")).toThrow("words.bin");
  });
});

describe("features of images", () => {
  const matrix = hostTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

  test("a safetensors file of one matrix", () => {
    const file = writeSafetensors(new Map([["fc7", matrix]]), {});
    expect(readImageFeatures(file, "a.safetensors")).toEqual({ count: 2, dimension: 3, data: matrix.data });
  });

  test("two matrices are one too many", () => {
    const file = writeSafetensors(
      new Map([
        ["a", matrix],
        ["b", matrix],
      ]),
      {},
    );
    expect(() => readImageFeatures(file, "a.safetensors")).toThrow(
      "expected one tensor [images, numbers], found a, b",
    );
  });
});

describe("pairs", () => {
  const words = ["sea", "sky", "dog"];

  test("lines of an image and its words", () => {
    const { pairs, unknown } = readTagPairs("0 sea sky\n\n2\tdog, moon moon\n", "tags.txt", 3, words);
    expect(pairs).toEqual([
      { image: 0, word: 0 },
      { image: 0, word: 1 },
      { image: 2, word: 2 },
    ]);
    expect([...unknown]).toEqual([["moon", 2]]);
  });

  test("an image that there is not", () => {
    expect(() => readTagPairs("0 sea\n3 sky\n", "tags.txt", 3, words)).toThrow(
      'tags.txt, line 2: should begin with the number of an image from 0 to 2, got "3"',
    );
  });

  test("no known word at all", () => {
    expect(() => readTagPairs("0 moon\n", "tags.txt", 3, words)).toThrow("no image has a word");
  });

  test("batches hold every pair once a round, each word with its image", async () => {
    const vectors = { words, vectors: Float32Array.of(10, 11, 20, 21, 30, 31), dimension: 2 };
    const features = { count: 3, dimension: 1, data: Float32Array.of(1, 2, 3) };
    const { pairs } = readTagPairs("0 sea\n1 sky\n2 dog\n", "tags.txt", 3, words);
    const { fields } = await new TagLoader(vectors, features, pairs, { seed: 1, batchSize: 6 }).batch(0);
    expect(fields.word.shape).toEqual([6, 2]);
    expect(fields.image.shape).toEqual([6, 1]);
    expect([...fields.image.data.subarray(0, 3)].sort()).toEqual([1, 2, 3]);
    for (let k = 0; k < 6; k++) {
      const image = fields.image.data[k] as number;
      expect([...fields.word.data.subarray(2 * k, 2 * k + 2)]).toEqual([10 * image, 10 * image + 1]);
    }
  });
});

test("the words called most often, nearer ones first where votes are equal", () => {
  const called = [
    [
      { word: 4, cosine: 0.9 },
      { word: 1, cosine: 0.8 },
    ],
    [
      { word: 1, cosine: 0.3 },
      { word: 7, cosine: 0.95 },
    ],
  ];
  expect(mostFrequent(called, 2).map(({ word, votes }) => [word, votes])).toEqual([
    [1, 2],
    [7, 1],
  ]);
});
