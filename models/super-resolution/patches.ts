/**
 * Training data for super-resolution by four (Ledig et al. 2017, section 3.2): random crops of photographs, and the same
 * crops reduced by MATLAB's bicubic.
 *
 * Every choice is drawn by counter from (seed, number of the batch, place in the batch), so batch k does not depend on
 * the batches before it: a resumed run sees what an uninterrupted one would have seen.
 */
import type { Batch, BatchField, BatchSource, ImageLoader } from "../../engine/data/index.ts";
import { ImageWindow, loadedImages } from "../../engine/data/image-window.ts";
import { imresize } from "../../engine/data/imresize.ts";
import { GanvasError, InputError } from "../../engine/errors.ts";
import { crop, type Image, makeImage } from "../../engine/io/image.ts";
import { integer, permutation, randomBits } from "../../engine/random.ts";
import { type Degradation, degrade } from "./degradation/degrade.ts";

const FACTOR = 4;
const UNIT = Float32Array.from({ length: 256 }, (_, v) => v / 255);
const SIGNED = Float32Array.from({ length: 256 }, (_, v) => v / 127.5 - 1);

/** What the random numbers of one seed are for (the last counter word). */
const STREAM = { images: 0x5a01, patches: 0x5a02, rounds: 0x5a03, within: 0x5a05 };

/**
 * Pixels by which a region that is degraded is larger than its patch: two of JPEG's largest blocks (16 pixels of the low
 * resolution), so that patches begin at every place of a block and see nothing of a border.
 */
const AROUND = 2 * 16 * FACTOR;

/** What a batch holds: low resolution in [0, 1], [n, patch / 4, patch / 4, 3], and high in [-1, 1], [n, patch, patch, 3]. */
export type PatchFields = "lr" | "hr";

/** How batches are made. Plain data, so that it can be sent to a worker. */
export interface PatchOptions {
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Patches in a batch. Default 16. */
  readonly batchSize?: number;
  /** Side of the high-resolution patch, a multiple of 4. Default 96. */
  readonly patch?: number;
  /** Mirror left and right at random. Default true. */
  readonly flipHorizontal?: boolean;
  /** Mirror top and bottom at random. Default false. */
  readonly flipVertical?: boolean;
  /** Exchange rows and columns at random; with both flips, all eight symmetries of the square. Default false. */
  readonly transpose?: boolean;
  /**
   * Random places that compete for a patch: the one with the most detail is taken, because skies teach little. Default 1,
   * any place.
   */
  readonly candidates?: number;
  /**
   * "crop" (default): the low resolution is made of the crop alone, mirrored at its border.
   * "image": of the whole image, and crops begin at multiples of 4, so that nothing is seen of a border within.
   */
  readonly lowResolution?: "crop" | "image";
  /** What happens to the low resolution, beside its reduction; it is then made of a larger part around the crop. Default "none". */
  readonly degrade?: Degradation;
}

/** One patch: where it lies and how it is turned. */
interface Draw {
  readonly x: number;
  readonly y: number;
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly transpose: boolean;
}

interface HeldImage {
  readonly hr: Image;
  /** The whole image reduced, where patches are cut from that. */
  readonly lr?: Image;
}

/** Copies a turned square out of an RGB image: the square is cut, transposed, then mirrored. */
function cutSquare(image: Image, side: number, x: number, y: number, draw: Draw): Uint8Array {
  const out = new Uint8Array(side * side * 3);
  let to = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const v = draw.flipY ? side - 1 - row : row;
      const u = draw.flipX ? side - 1 - column : column;
      const from = draw.transpose ? ((y + u) * image.width + x + v) * 3 : ((y + v) * image.width + x + u) * 3;
      out[to++] = image.data[from] as number;
      out[to++] = image.data[from + 1] as number;
      out[to++] = image.data[from + 2] as number;
    }
  }
  return out;
}

/** Sum of the steps between neighbours along rows and columns of a square, in green. */
function detail({ data, width }: Image, side: number, { x, y }: Draw): number {
  const at = (column: number, row: number) => data[(row * width + column) * 3 + 1] as number;
  let sum = 0;
  for (let row = y + 1; row < y + side; row++)
    for (let column = x + 1; column < x + side; column++) {
      const here = at(column, row);
      sum += Math.abs(here - at(column - 1, row)) + Math.abs(here - at(column, row - 1));
    }
  return sum;
}

function store(out: Float32Array, start: number, bytes: Uint8Array, table: Float32Array): void {
  for (let i = 0; i < bytes.length; i++) out[start + i] = table[bytes[i] as number] as number;
}

/** Makes batches of patches out of images in memory, or out of images that are decoded when their turn comes. */
export class PatchSource implements BatchSource<PatchFields> {
  readonly #options: Required<PatchOptions>;
  readonly #window: ImageWindow<HeldImage>;
  #closed = false;

  /**
   * @param images any sizes of at least patch x patch; grey is repeated to RGB, alpha dropped
   * @throws InputError if there are no images, or an option has a value that cannot be
   */
  constructor(images: readonly Image[] | ImageLoader, options: PatchOptions) {
    this.#options = {
      batchSize: 16,
      patch: 96,
      flipHorizontal: true,
      flipVertical: false,
      transpose: false,
      candidates: 1,
      lowResolution: "crop",
      degrade: "none",
      ...options,
    };
    const { seed, batchSize, patch, candidates, lowResolution } = this.#options;
    if (this.#options.degrade !== "none" && lowResolution === "image")
      throw new GanvasError("what is degraded is made of parts of images, not of whole ones");
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new InputError(`the batch size must be a positive integer, got ${batchSize}`);
    }
    if (!Number.isInteger(candidates) || candidates < 1) {
      throw new InputError(
        `the places that compete for a patch must be a positive integer, got ${candidates}`,
      );
    }
    if (!Number.isInteger(patch) || patch < FACTOR || patch % FACTOR !== 0) {
      throw new InputError(`the patch size must be a multiple of ${FACTOR}, got ${patch}`);
    }
    const loader = "load" in images ? images : loadedImages(images);
    this.#window = new ImageWindow(loader, seed, STREAM.rounds, (image, index) =>
      this.#prepare(image, index),
    );
  }

  #prepare(image: Image, index: number): HeldImage {
    const { patch, lowResolution } = this.#options;
    if (image.width < patch || image.height < patch) {
      throw new InputError(
        `training image ${index} has ${image.width}x${image.height} pixels, patches need at least ${patch}x${patch}`,
      );
    }
    if (lowResolution === "crop") return { hr: image };
    const { width, height, data } = imresize(image, { scale: 1 / FACTOR });
    return { hr: image, lr: makeImage(data, width, height, 3) };
  }

  /** Image numbers of batch `k`, out of its window: all different if there are enough, else each as often as the others. */
  #chooseImages(k: number, window: readonly number[]): number[] {
    const { seed, batchSize } = this.#options;
    const order = permutation(window.length, seed, STREAM.images, k, Math.min(window.length, batchSize));
    return Array.from(
      { length: batchSize },
      (_, place) => window[order[place % order.length] as number] as number,
    );
  }

  /** Where patch `place` of batch `k` is cut. */
  #draw(k: number, place: number, image: Image): Draw {
    const { candidates } = this.#options;
    const draws = Array.from({ length: candidates }, (_, n) => this.#candidate(k, place, n, image));
    if (draws.length === 1) return draws[0] as Draw;
    const details = draws.map((draw) => detail(image, this.#side(image), draw));
    return draws[details.indexOf(Math.max(...details))] as Draw;
  }

  /** Side of the square that is cut out of an image: the patch, or the region around it that is degraded. */
  #side({ width, height }: Image): number {
    const { degrade: kind, patch } = this.#options;
    if (kind === "none") return patch;
    const most = Math.min(width, height);
    return Math.min(patch + AROUND, most - (most % FACTOR));
  }

  #candidate(k: number, place: number, n: number, image: Image): Draw {
    const patch = this.#side(image);
    const { seed, lowResolution, flipHorizontal, flipVertical, transpose } = this.#options;
    const [xWord, yWord, turn] = randomBits(seed, k, place, n, STREAM.patches);
    const step = lowResolution === "image" ? FACTOR : 1;
    return {
      x: step * integer(xWord, Math.floor((image.width - patch) / step) + 1),
      y: step * integer(yWord, Math.floor((image.height - patch) / step) + 1),
      flipX: flipHorizontal && (turn & 1) !== 0,
      flipY: flipVertical && (turn & 2) !== 0,
      transpose: transpose && (turn & 4) !== 0,
    };
  }

  /**
   * @throws InputError if an image is smaller than a patch or cannot be decoded
   * @throws GanvasError after `close`
   */
  async batch(index: number): Promise<Batch<PatchFields>> {
    if (this.#closed) throw new GanvasError("the source of training batches has been closed");
    const { batchSize, patch } = this.#options;
    const small = patch / FACTOR;
    const lr = new Float32Array(batchSize * small * small * 3);
    const hr = new Float32Array(batchSize * patch * patch * 3);
    const window = this.#window.indices(index);
    this.#window.retain(window);
    const images = await Promise.all(this.#chooseImages(index, window).map((i) => this.#window.image(i)));
    for (const [place, held] of images.entries()) {
      const { original, reduced } = this.#cut(index, place, held);
      store(hr, place * original.length, original, SIGNED);
      store(lr, place * reduced.length, reduced, UNIT);
    }
    const squares = (data: BatchField["data"], side: number) => ({ shape: [batchSize, side, side, 3], data });
    return { index, count: batchSize, fields: { lr: squares(lr, small), hr: squares(hr, patch) } };
  }

  /** The bytes of a patch and of its low resolution. */
  #cut(k: number, place: number, held: HeldImage): { original: Uint8Array; reduced: Uint8Array } {
    const { seed, patch, degrade: kind } = this.#options;
    const draw = this.#draw(k, place, held.hr);
    const side = this.#side(held.hr);
    const square = cutSquare(held.hr, side, draw.x, draw.y, draw);
    if (kind === "none") {
      const reduced = held.lr
        ? cutSquare(held.lr, patch / FACTOR, draw.x / FACTOR, draw.y / FACTOR, draw)
        : imresize({ width: patch, height: patch, channels: 3, data: square }, { scale: 1 / FACTOR }).data;
      return { original: square, reduced };
    }
    const region = makeImage(square, side, side, 3);
    const low = degrade(region, kind, { seed, batch: k, place });
    const [right, down] = randomBits(seed, k, place, 0, STREAM.within);
    const room = (side - patch) / FACTOR + 1;
    const [x, y] = [integer(right, room), integer(down, room)];
    return {
      original: crop(region, FACTOR * x, FACTOR * y, patch, patch).data,
      reduced: crop(low, x, y, patch / FACTOR, patch / FACTOR).data,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#window.retain([]);
  }
}
