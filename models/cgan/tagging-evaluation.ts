/**
 * Tags for images, by the protocol of Mirza and Osindero 2014, section 4.2: 100 word vectors are made for an image, each calls
 * the 20 words whose vectors are nearest by cosine, and the 10 words that are called most often are the image's tags.
 */
import { GanvasError } from "../../engine/errors.ts";
import { matmul, type Rng, randn, tensor } from "../../engine/index.ts";
import type { TaggingGenerator } from "./tagging.ts";
import type { ImageFeatures, WordVectors } from "./tagging-data.ts";

/** Words that are compared together, which bounds memory: 100 · 8192 products at a time. */
const CHUNK = 8192;

export interface Neighbour {
  /** Its place among the words. */
  readonly word: number;
  readonly cosine: number;
}

/** The vectors, each divided by its length; zeros stay zeros. */
function normalised(vectors: Float32Array, dimension: number): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let first = 0; first < vectors.length; first += dimension) {
    const row = vectors.subarray(first, first + dimension);
    const length = Math.hypot(...row);
    if (length > 0)
      out.set(
        row.map((value) => value / length),
        first,
      );
  }
  return out;
}

/** Finds the words nearest to vectors. */
export class WordIndex {
  readonly words: WordVectors;
  private readonly unit: Float32Array;

  constructor(words: WordVectors) {
    this.words = words;
    this.unit = normalised(words.vectors, words.dimension);
  }

  /**
   * @param vectors [n, dimension]
   * @param count of neighbours
   * @returns for each vector the nearest words by cosine, nearest first; of equally near ones the first in the list
   */
  async nearest(vectors: Float32Array, count: number): Promise<Neighbour[][]> {
    const { dimension, words } = this.words;
    const n = vectors.length / dimension;
    const from = tensor(normalised(vectors, dimension), [n, dimension]);
    const found: Neighbour[][] = Array.from({ length: n }, () => []);
    for (let first = 0; first < words.length; first += CHUNK) {
      const some = Math.min(CHUNK, words.length - first);
      const unit = this.unit.subarray(first * dimension, (first + some) * dimension);
      const to = tensor(new Float32Array(unit), [some, dimension]);
      const cosines = await matmul(from, to.transpose()).data(); // [n, some]
      for (const [k, nearest] of found.entries())
        for (let j = 0; j < some; j++)
          keep(nearest, { word: first + j, cosine: cosines[k * some + j] as number }, count);
    }
    return found;
  }
}

/** Puts a neighbour where it belongs in a sorted list of at most `count`. */
function keep(nearest: Neighbour[], candidate: Neighbour, count: number): void {
  const last = nearest[count - 1];
  if (last && candidate.cosine <= last.cosine) return;
  let at = nearest.length;
  while (at > 0 && (nearest[at - 1] as Neighbour).cosine < candidate.cosine) at--;
  nearest.splice(at, 0, candidate);
  nearest.length = Math.min(nearest.length, count);
}

export interface Tag {
  readonly word: string;
  /** How many of the made vectors called it. */
  readonly votes: number;
}

export interface TaggingProtocol {
  /** Vectors made for an image: 100. */
  readonly samples: number;
  /** Words that each of them calls: 20. */
  readonly neighbours: number;
  /** Tags of an image: 10. */
  readonly tags: number;
}

export const TAGGING_PROTOCOL: TaggingProtocol = { samples: 100, neighbours: 20, tags: 10 };

interface Votes extends Neighbour {
  readonly votes: number;
}

/**
 * The words called most often, with the most votes first; of those with as many, the nearer ones by the sum of their cosines.
 * @param called for each vector, its neighbours
 */
export function mostFrequent(called: readonly (readonly Neighbour[])[], count: number): Votes[] {
  const tally = new Map<number, Votes>();
  for (const { word, cosine } of called.flat()) {
    const before = tally.get(word) ?? { word, votes: 0, cosine: 0 };
    tally.set(word, { word, votes: before.votes + 1, cosine: before.cosine + cosine });
  }
  return [...tally.values()]
    .sort((a, b) => b.votes - a.votes || b.cosine - a.cosine || a.word - b.word)
    .slice(0, count);
}

/**
 * The tags of one image.
 * @param generator in evaluation mode
 * @param image its place among the features
 * @throws GanvasError where there is no such image
 */
export async function tagImage(
  generator: TaggingGenerator,
  index: WordIndex,
  features: ImageFeatures,
  image: number,
  rng: Rng,
  protocol: TaggingProtocol = TAGGING_PROTOCOL,
): Promise<Tag[]> {
  const { count, dimension, data } = features;
  if (!(Number.isInteger(image) && image >= 0 && image < count))
    throw new GanvasError(`tagImage: expects an image from 0 to ${count - 1}, got ${image}`);
  const n = protocol.samples;
  const repeated = new Float32Array(n * dimension);
  const row = data.subarray(image * dimension, (image + 1) * dimension);
  for (let k = 0; k < n; k++) repeated.set(row, k * dimension);
  const made = generator.forward(
    randn([n, generator.fz.weight.shape[0] as number], rng),
    tensor(repeated, [n, dimension]),
  );
  const called = await index.nearest((await made.data()) as Float32Array, protocol.neighbours);
  return mostFrequent(called, protocol.tags).map(({ word, votes }) => ({
    word: index.words.words[word] as string,
    votes,
  }));
}
