/**
 * Which images a batch may draw from, when not all of them fit into memory.
 *
 * The images are put one after the other in an endless sequence of shuffled rounds, each round holding every image once.
 * Batch k draws from `size` neighbours in it, starting at position k: with each batch the oldest image leaves and one
 * enters. So a batch is still a pure function of (seed, k), one image is decoded a batch, every image is used
 * equally often, and never more than `size` are held. Where all images fit, all of them are the window, always.
 */
import { InputError } from "../errors.ts";
import { type Image, toRgb } from "../io/image.ts";
import { permutation } from "../random.ts";

/** Images that are decoded when their turn comes. */
export interface ImageLoader {
  /** Number of images. */
  readonly count: number;
  /** How many may be held at once, at least 1; all of them where it is `count` or more. */
  readonly window: number;
  /** Decodes image `index`, counted from 0. */
  load(index: number): Promise<Image>;
}

/** Which image files there are to train on. Plain data, so that it can be sent to a worker. */
export interface ImageFiles {
  readonly paths: readonly string[];
  /** How many decoded images may be held at once. */
  readonly window: number;
  /** Files left out because they are smaller than a patch. */
  readonly skipped: readonly string[];
  /** Files left out because they are no images, or damaged where their size stands. */
  readonly damaged: readonly string[];
}

/** A loader over images that are in memory already. */
export function loadedImages(images: readonly Image[]): ImageLoader {
  return { count: images.length, window: images.length, load: async (index) => images[index] as Image };
}

/** The images of one batch, held in memory as long as they are in the window. */
export class ImageWindow<Held> {
  readonly #loader: ImageLoader;
  readonly #prepare: (image: Image, index: number) => Held;
  readonly #seed: number;
  readonly #stream: number;
  readonly #held = new Map<number, Promise<Held>>();
  /** Shuffled rounds in use: the window spans at most two, and a loop that goes on needs no older ones. */
  readonly #rounds = new Map<number, Uint32Array>();

  /**
   * @param prepare turns a decoded image (RGB by then) into what is held
   * @param stream purpose of the random numbers that shuffle the rounds
   * @throws InputError if the loader has no images, or its window is not a positive integer
   */
  constructor(
    loader: ImageLoader,
    seed: number,
    stream: number,
    prepare: (image: Image, index: number) => Held,
  ) {
    if (loader.count < 1) throw new InputError("there are no training images");
    if (!Number.isInteger(loader.window) || loader.window < 1) {
      throw new InputError(
        `the number of images held at once must be a positive integer, got ${loader.window}`,
      );
    }
    this.#loader = loader;
    this.#prepare = prepare;
    this.#seed = seed;
    this.#stream = stream;
  }

  /** Largest number of images held. */
  get size(): number {
    return Math.min(this.#loader.window, this.#loader.count);
  }

  /** The image numbers in the window of batch `k`, each once (where a round ends, one may stand there twice). */
  indices(k: number): number[] {
    const { count } = this.#loader;
    if (this.size === count) return Array.from({ length: count }, (_, i) => i);
    return [...new Set(Array.from({ length: this.size }, (_, i) => this.#at(k + i)))];
  }

  #at(position: number): number {
    const { count } = this.#loader;
    const round = Math.floor(position / count);
    let order = this.#rounds.get(round);
    if (!order) {
      order = permutation(count, this.#seed, this.#stream, round);
      if (this.#rounds.size >= 2) this.#rounds.clear();
      this.#rounds.set(round, order);
    }
    return order[position % count] as number;
  }

  /** Image `index`; decoded unless it is held. A failed image is tried again when it is asked for again. */
  image(index: number): Promise<Held> {
    const held = this.#held.get(index);
    if (held) return held;
    const loading = this.#loader.load(index).then((image) => this.#prepare(toRgb(image), index));
    loading.catch(() => this.#held.delete(index));
    this.#held.set(index, loading);
    return loading;
  }

  /** Lets go of every image that is not in `keep`. */
  retain(keep: readonly number[]): void {
    const wanted = new Set(keep);
    for (const index of this.#held.keys()) {
      if (!wanted.has(index)) this.#held.delete(index);
    }
  }
}
