/** From noise to pictures, a batch at a time. */
import { type HostArray, type Tensor, tensor } from "../../engine/index.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";
import type { Pictures } from "../judging/pictures.ts";

/** Pictures drawn together. */
const BATCH = 100;

export interface Drawing {
  /** Pictures [n, h, w, c] of noise [n, latentDim]. */
  readonly generate: (z: Tensor) => Tensor;
  /** Height, width and channels of the pictures. */
  readonly shape: Pictures["shape"];
  /** Values that stand for black and for white. */
  readonly range: readonly [black: number, white: number];
}

/** The pictures that a generator makes of each of these noises. */
export async function drawBytes(
  { generate, shape, range }: Drawing,
  noises: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<Pictures> {
  const size = shape[0] * shape[1] * shape[2];
  const data = new Uint8Array(noises.length * size);
  for (let first = 0; first < noises.length; first += BATCH) {
    signal?.throwIfAborted();
    const some = noises.slice(first, first + BATCH);
    const z = Float32Array.from(some.flatMap((noise) => [...noise]));
    const values = await generate(tensor(z, [some.length, z.length / some.length])).data();
    data.set(asBytes(values, range), first * size);
  }
  return { count: noises.length, shape, data };
}

/** Numbers as bytes of pictures; those beyond the range as its ends. */
export const asBytes = (values: HostArray, [black, white]: Drawing["range"]): Uint8Array =>
  Uint8Array.from(values, (value) =>
    Math.min(Math.max(Math.round(((value - black) * 255) / (white - black)), 0), 255),
  );

/** Each picture as an image of its own. */
export function imagesOf({ count, shape: [h, w, c], data }: Pictures): Image[] {
  const size = h * w * c;
  return Array.from({ length: count }, (_, k) => makeImage(data.slice(k * size, (k + 1) * size), w, h, c));
}

/** Images as rows of a sheet, the last of which may be shorter. */
export const inRows = (images: readonly Image[], columns: number): Image[][] =>
  Array.from({ length: Math.ceil(images.length / columns) }, (_, row) =>
    images.slice(row * columns, (row + 1) * columns),
  );
