/** What tagging learns from, out of files: vectors of words, features of images, and which words people gave which image. */
import type { Batch, BatchSource } from "../../engine/data/index.ts";
import { FormatError, InputError } from "../../engine/errors.ts";
import { type HostTensor, readNpy, readSafetensors, toFloat32 } from "../../engine/io/index.ts";
import { Rounds } from "../datasets/rounds.ts";

/** The purpose of the random numbers. */
const ORDER = 0x7a65;

/** Words, and a vector for each. */
export interface WordVectors {
  readonly words: readonly string[];
  /** [words, dimension]. */
  readonly vectors: Float32Array;
  readonly dimension: number;
}

/**
 * Vectors as word2vec and its relatives write them: as text, "word number number …" a line, or in binary, each word followed by
 * its numbers as float32. The first line says how many words and numbers there are; in text it may be missing (GloVe).
 * @throws FormatError naming the line that does not fit
 */
export function readWordVectors(bytes: Uint8Array, file: string): WordVectors {
  const firstLine = new TextDecoder().decode(bytes.subarray(0, lineEnd(bytes, 0)));
  const counts = /^\s*(\d+)\s+(\d+)\s*$/.exec(firstLine);
  if (counts) {
    const [count, dimension] = [Number(counts[1]), Number(counts[2])];
    const begin = lineEnd(bytes, 0) + 1;
    const asBinary = binaryVectors(bytes, begin, count, dimension);
    if (asBinary) return asBinary;
    const read = textVectors(bytes, begin, dimension, file);
    if (read.words.length !== count)
      throw new FormatError(`${file}: its first line says ${count} words, ${read.words.length} follow`);
    return read;
  }
  return textVectors(bytes, 0, firstLine.trim().split(/\s+/).length - 1, file);
}

const SPACE = 0x20;
const NEWLINE = 0x0a;

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(NEWLINE, from);
  return end < 0 ? bytes.length : end;
}

/** Undefined where the bytes are not exactly so many binary vectors. */
function binaryVectors(
  bytes: Uint8Array,
  begin: number,
  count: number,
  dimension: number,
): WordVectors | undefined {
  // Each word takes two bytes and its numbers at least, which bounds what a wrong first line can cost.
  if (count * (dimension * 4 + 2) > bytes.length - begin) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words: string[] = [];
  const vectors = new Float32Array(count * dimension);
  const decoder = new TextDecoder();
  let at = begin;
  for (let k = 0; k < count; k++) {
    // word2vec ends each vector with a line break, gensim does not.
    if (bytes[at] === NEWLINE) at++;
    const space = bytes.indexOf(SPACE, at);
    if (space <= at || space + 1 + dimension * 4 > bytes.length) return undefined;
    words.push(decoder.decode(bytes.subarray(at, space)));
    at = space + 1;
    for (let i = 0; i < dimension; i++, at += 4) vectors[k * dimension + i] = view.getFloat32(at, true);
  }
  if (bytes[at] === NEWLINE) at++;
  return at === bytes.length ? { words, vectors, dimension } : undefined;
}

function textVectors(bytes: Uint8Array, begin: number, dimension: number, file: string): WordVectors {
  const lines = new TextDecoder()
    .decode(bytes.subarray(begin))
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (lines.length === 0 || dimension < 1)
    throw new FormatError(`${file}: holds no word vectors; expected "word number number …" a line`);
  const words: string[] = [];
  const vectors = new Float32Array(lines.length * dimension);
  for (const [k, line] of lines.entries()) {
    const [word = "", ...numbers] = line.trim().split(/\s+/);
    const values = numbers.map(Number);
    if (values.length !== dimension || !values.every(Number.isFinite))
      throw new FormatError(
        `${file}: the line of "${word.slice(0, 40)}" should hold ${dimension} numbers${values.length === dimension ? "" : `, it holds ${values.length}`}`,
      );
    words.push(word);
    vectors.set(values, k * dimension);
  }
  return { words, vectors, dimension };
}

/** Features of images, a row each. */
export interface ImageFeatures {
  readonly count: number;
  readonly dimension: number;
  /** [count, dimension]. */
  readonly data: Float32Array;
}

/**
 * The only two-dimensional array of a .npy or safetensors file.
 * @throws FormatError where there is none, or more than one
 */
export function readImageFeatures(bytes: Uint8Array, file: string): ImageFeatures {
  const { shape, ...array } = file.endsWith(".npy") ? readNpy(bytes, file) : theMatrix(bytes, file);
  const [count = 0, dimension = 0] = shape;
  if (shape.length !== 2 || count < 1 || dimension < 1)
    throw new FormatError(`${file}: expected features [images, numbers], got [${shape.join(", ")}]`);
  return { count, dimension, data: toFloat32({ shape, ...array }) };
}

function theMatrix(bytes: Uint8Array, file: string): HostTensor {
  const found = [...readSafetensors(bytes, file).tensors].filter(([, { shape }]) => shape.length === 2);
  const [first, second] = found;
  if (!first || second)
    throw new FormatError(
      `${file}: expected one tensor [images, numbers], found ${found.map(([name]) => name).join(", ") || "none"}`,
    );
  return first[1];
}

/** A word that was given to an image, both by their places. */
export interface TagPair {
  readonly image: number;
  readonly word: number;
}

export interface TagPairs {
  readonly pairs: readonly TagPair[];
  /** Words that no vector is known of, and how often they were given. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * Pairs from a text: on each line the number of an image, counted from 0, then the words that it was given.
 * @throws FormatError naming the line that does not fit, InputError where no pair is left
 */
export function readTagPairs(text: string, file: string, images: number, words: readonly string[]): TagPairs {
  const places = new Map(words.map((word, place) => [word, place]));
  const pairs: TagPair[] = [];
  const unknown = new Map<string, number>();
  for (const [k, line] of text.split("\n").entries()) {
    const [number, ...tags] = line.split(/[\s,]+/).filter((part) => part !== "");
    if (number === undefined) continue;
    const image = Number(number);
    if (!(Number.isInteger(image) && image >= 0 && image < images))
      throw new FormatError(
        `${file}, line ${k + 1}: should begin with the number of an image from 0 to ${images - 1}, got "${number}"`,
      );
    for (const tag of tags) {
      const word = places.get(tag);
      if (word === undefined) unknown.set(tag, (unknown.get(tag) ?? 0) + 1);
      else pairs.push({ image, word });
    }
  }
  if (pairs.length === 0)
    throw new InputError(
      `${file}: no image has a word that a vector is known of (${unknown.size} unknown words)`,
    );
  return { pairs, unknown };
}

/** Batches of pairs in shuffled rounds: "word" [n, wordDim] and "image" [n, features]. */
export class TagLoader implements BatchSource<"word" | "image"> {
  private readonly vectors: WordVectors;
  private readonly features: ImageFeatures;
  private readonly pairs: readonly TagPair[];
  private readonly batchSize: number;
  private readonly rounds: Rounds;

  constructor(
    vectors: WordVectors,
    features: ImageFeatures,
    pairs: readonly TagPair[],
    { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
  ) {
    this.vectors = vectors;
    this.features = features;
    this.pairs = pairs;
    this.batchSize = batchSize;
    this.rounds = new Rounds(pairs.length, seed, ORDER);
  }

  async batch(index: number): Promise<Batch<"word" | "image">> {
    const { vectors, features, pairs, batchSize: n } = this;
    const [d, f] = [vectors.dimension, features.dimension];
    const word = new Float32Array(n * d);
    const image = new Float32Array(n * f);
    for (let k = 0; k < n; k++) {
      const pair = pairs[this.rounds.at(index * n + k)] as TagPair;
      word.set(vectors.vectors.subarray(pair.word * d, (pair.word + 1) * d), k * d);
      image.set(features.data.subarray(pair.image * f, (pair.image + 1) * f), k * f);
    }
    return {
      index,
      count: n,
      fields: { word: { shape: [n, d], data: word }, image: { shape: [n, f], data: image } },
    };
  }

  async close(): Promise<void> {}
}
