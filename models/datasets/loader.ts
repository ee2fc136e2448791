/**
 * Batches of pictures. Every choice is drawn by counter from (seed, batch, place), so batch k does not depend on those before
 * it: a resumed run sees what an unbroken one would have seen.
 */
import type { Batch, BatchSource } from "../../engine/data/index.ts";
import { GanvasError, InputError } from "../../engine/errors.ts";
import { integer, randomBits } from "../../engine/random.ts";
import type { Dataset } from "./dataset.ts";
import { Rounds } from "./rounds.ts";

/** Purposes of the random numbers. */
const ORDER = 0x5b01;
const PLACES = 0x5b02;

export interface LoaderOptions {
  readonly seed: number;
  readonly batchSize: number;
  /** Value of a byte: "unit" in [0, 1], "signed" in [-1, 1]. */
  readonly range: "unit" | "signed";
  /** Side of a random square cut out of each picture; the whole picture by default. */
  readonly crop?: number;
  /** Mirrors half of the pictures left to right. */
  readonly mirror?: boolean;
}

/** What a batch holds: pictures [n, h, w, c], and their classes as one-hot rows [n, classes] where the set has classes. */
export type PictureFields = "picture" | "label";

export const VALUES = {
  unit: Float32Array.from({ length: 256 }, (_, v) => v / 255),
  signed: Float32Array.from({ length: 256 }, (_, v) => v / 127.5 - 1),
} as const;

/** A part of a picture, mirrored or not. */
export interface Cut {
  readonly top: number;
  readonly left: number;
  readonly h: number;
  readonly w: number;
  readonly flip: boolean;
}

/** Goes through the bytes of a part of a picture [h, width, channels]. @param put is told each byte and its place in the part */
export function cutOut(
  picture: Uint8Array,
  [width, channels]: readonly [number, number],
  { top, left, h, w, flip }: Cut,
  put: (byte: number, at: number) => void,
): void {
  let to = 0;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const from = ((top + y) * width + left + (flip ? w - 1 - x : x)) * channels;
      for (let c = 0; c < channels; c++) put(picture[from + c] as number, to++);
    }
}

/** Goes through a set in shuffled rounds, each holding every picture once. */
export class PictureLoader implements BatchSource {
  readonly dataset: Dataset;
  readonly options: LoaderOptions;
  private readonly rounds: Rounds;
  private closed = false;

  /** @throws InputError where the set is empty or its pictures are smaller than the crop */
  constructor(dataset: Dataset, options: LoaderOptions) {
    const [h, w] = dataset.shape;
    const { crop } = options;
    if (dataset.size < 1) throw new InputError(`${dataset.name} holds no pictures`);
    if (crop !== undefined && (crop > h || crop > w))
      throw new InputError(
        `${dataset.name} has pictures of ${w}×${h} pixels, too small for crops of ${crop}`,
      );
    this.dataset = dataset;
    this.options = options;
    this.rounds = new Rounds(dataset.size, options.seed, ORDER);
  }

  async batch(index: number): Promise<Batch> {
    if (this.closed) throw new GanvasError("the source of training batches has been closed");
    const { batchSize: n, crop, mirror = false, range, seed } = this.options;
    const { shape, classes } = this.dataset;
    const [height, width, channels] = shape;
    const [h, w] = crop === undefined ? [height, width] : [crop, crop];
    const pictures = new Float32Array(n * h * w * channels);
    const labels = new Float32Array(n * classes.length);
    const values = VALUES[range];
    const items = await Promise.all(
      Array.from({ length: n }, (_, place) => this.dataset.item(this.rounds.at(index * n + place))),
    );
    for (const [place, { picture, label }] of items.entries()) {
      const [down, right, turn] = randomBits(seed, index, place, 0, PLACES);
      const [top, left] = [integer(down, height - h + 1), integer(right, width - w + 1)];
      const flip = mirror && (turn & 1) === 1;
      cutOut(picture, [width, channels], { top, left, h, w, flip }, (value, at) => {
        pictures[place * h * w * channels + at] = values[value] as number;
      });
      if (classes.length > 0) labels[place * classes.length + label] = 1;
    }
    return {
      index,
      count: n,
      fields: {
        picture: { shape: [n, h, w, channels], data: pictures },
        ...(classes.length > 0 && { label: { shape: [n, classes.length], data: labels } }),
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
