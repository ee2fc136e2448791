/** From noise to pictures, a batch at a time. */
import { type Tensor, tensor } from "../../engine/index.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";

/** Pictures drawn together. */
const BATCH = 100;

/** Values of a generator's pixels that stand for black and white. */
export type PixelRange = readonly [black: number, white: number];

/** What draws pictures [n, h, w, c] from noise [n, latentDim]. */
export interface Drawing {
  readonly generate: (z: Tensor) => Tensor;
  readonly range: PixelRange;
}

/** Bytes of the pictures [n, h, w, c] that a generator makes of each of these noises. */
export async function drawBytes(
  { generate, range: [black, white] }: Drawing,
  noises: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<{ readonly shape: readonly number[]; readonly data: Uint8Array }> {
  let [shape, data]: [readonly number[], Uint8Array] = [[], new Uint8Array()];
  for (let first = 0; first < noises.length; first += BATCH) {
    signal?.throwIfAborted();
    const some = noises.slice(first, first + BATCH);
    const z = Float32Array.from(some.flatMap((noise) => [...noise]));
    const drawn = generate(tensor(z, [some.length, z.length / some.length]));
    const values = await drawn.data();
    if (first === 0) {
      shape = drawn.shape.slice(1);
      data = new Uint8Array((noises.length * drawn.size) / some.length);
    }
    const scale = 255 / (white - black);
    const start = (first * drawn.size) / some.length;
    for (const [k, value] of values.entries())
      data[start + k] = Math.min(Math.max(Math.round((value - black) * scale), 0), 255);
  }
  return { shape: [noises.length, ...shape], data };
}

/** The same as images, one for each noise. */
export async function drawImages(
  drawing: Drawing,
  noises: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<Image[]> {
  const { shape, data } = await drawBytes(drawing, noises, signal);
  const [, h = 0, w = 0, c = 0] = shape;
  const size = h * w * c;
  return noises.map((_, k) => makeImage(data.slice(k * size, (k + 1) * size), w, h, c));
}
