/** Vectors of pictures that a network knows already, or a file holds: computed once for a set, not in each update. */
import { InputError } from "../../engine/errors.ts";
import { concat, mean, reshape, resize, type Tensor, tensor } from "../../engine/index.ts";
import {
  type HostTensor,
  hostTensor,
  openWeights,
  readSafetensors,
  toFloat32,
  writeSafetensors,
} from "../../engine/io/index.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { parseSqueezeNet, type SqueezeNet } from "../features/squeezenet.ts";
import type { RunStore } from "../training/host.ts";

/** Several views of each picture (crops, mirrored ones), the first of which is the one that is judged. */
export interface PictureVectors {
  readonly views: number;
  readonly count: number;
  readonly dimension: number;
  /** [views, count, dimension] */
  readonly data: Float32Array;
}

/** Where vectors come from. */
export type VectorSource =
  | { readonly kind: "file"; readonly vectors: PictureVectors }
  | { readonly kind: "squeezenet"; readonly net: SqueezeNet };

const CACHE = "vectors.safetensors";
const NAME = "features";
/** Pictures that SqueezeNet looks at together, enlarged to this many pixels: it was trained on objects that fill 227. */
const TOGETHER = 16;
const LOOKED_AT = 128;
/** Places of the grid whose mean colours are told beside: names of things name colours, which ImageNet's classes do not. */
const GRID = 4;
/** Channels of what is taken of SqueezeNet, and three colours for each place of the grid. */
export const SQUEEZENET_VECTOR = 512 + 256 + 64 + 3 * GRID * GRID;

/**
 * A file of vectors (a safetensors file with "features" [pictures, numbers] or [views, pictures, numbers], in the order of the
 * pictures' names), or the weights of SqueezeNet.
 * @throws InputError for anything else
 */
export function vectorSource(bytes: Uint8Array, file: string): VectorSource {
  const { tensors } = openWeights(bytes, file);
  const own = tensors.get(NAME);
  return own
    ? { kind: "file", vectors: vectorsOf(own, file) }
    : { kind: "squeezenet", net: parseSqueezeNet(bytes, file) };
}

export const dimensionOf = (source: VectorSource): number =>
  source.kind === "file" ? source.vectors.dimension : SQUEEZENET_VECTOR;

function vectorsOf(given: HostTensor, file: string): PictureVectors {
  const { shape } = given;
  const [views, count, dimension] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || !views || !count || !dimension)
    throw new InputError(
      `${file}: "${NAME}" should be [pictures, numbers] or [views, pictures, numbers], it is [${shape.join(", ")}]`,
    );
  return { views, count, dimension, data: toFloat32(given) };
}

/**
 * The vectors of a set's pictures: from the run's store where they have been computed before.
 * @param own how many of the pictures, the first ones, say what mean and deviation of each number are: all by default
 * @throws InputError where a file has not one for each picture
 */
export async function pictureVectors(
  source: VectorSource,
  pictures: Dataset,
  store: RunStore,
  own = pictures.size,
): Promise<PictureVectors> {
  if (source.kind === "file") {
    if (source.vectors.count !== pictures.size)
      throw new InputError(
        `the file of vectors has ${source.vectors.count}, but there are ${pictures.size} pictures with captions`,
      );
    return source.vectors;
  }
  const stored = await store.read(CACHE);
  if (stored) {
    const { tensors, metadata } = readSafetensors(stored, store.path(CACHE));
    const found = tensors.get(NAME);
    if (found && metadata.pictures === pictures.fingerprint) return vectorsOf(found, CACHE);
  }
  const data = standardised(await squeezeNetVectors(source.net, pictures), SQUEEZENET_VECTOR, own);
  const kept = hostTensor(data, [pictures.size, SQUEEZENET_VECTOR]);
  await store.write(CACHE, writeSafetensors(new Map([[NAME, kept]]), { pictures: pictures.fingerprint }));
  return { views: 1, count: pictures.size, dimension: SQUEEZENET_VECTOR, data };
}

async function squeezeNetVectors(net: SqueezeNet, pictures: Dataset): Promise<Float32Array> {
  const [h, w] = pictures.shape;
  const vectors = new Float32Array(pictures.size * SQUEEZENET_VECTOR);
  for (let first = 0; first < pictures.size; first += TOGETHER) {
    // Always as many, so that all batches share one compiled program.
    const pixels = new Float32Array(TOGETHER * h * w * 3);
    for (let k = 0; k < TOGETHER; k++)
      pixels.set((await pictures.item(Math.min(first + k, pictures.size - 1))).picture, k * h * w * 3);
    const rows = await vectorsFrom(net, tensor(pixels, [TOGETHER, h, w, 3])).data();
    const wanted = Math.min(TOGETHER, pictures.size - first) * SQUEEZENET_VECTOR;
    vectors.set((rows as Float32Array).subarray(0, wanted), first * SQUEEZENET_VECTOR);
  }
  return vectors;
}

/** @param x [n, h, w, 3] from 0 to 255 @returns [n, SQUEEZENET_VECTOR] */
function vectorsFrom(net: SqueezeNet, x: Tensor): Tensor {
  const [n = 0] = x.shape;
  const [first, , fifth, , , , ninth] = net.features(resize(x, [LOOKED_AT, LOOKED_AT])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const colours = reshape(resize(x, [GRID, GRID], { method: "area" }), [n, 3 * GRID * GRID]);
  return concat([...[ninth, fifth, first].map((maps) => mean(maps, [1, 2])), colours], 1);
}

/** Each number with mean 0 and deviation 1 over the first `own` pictures. */
function standardised(data: Float32Array, d: number, own: number): Float32Array {
  const n = data.length / d;
  const out = new Float32Array(data.length);
  for (let j = 0; j < d; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < own; i++) sum += data[i * d + j] as number;
    for (let i = 0; i < own; i++) squares += ((data[i * d + j] as number) - sum / own) ** 2;
    const deviation = Math.sqrt(squares / own) || 1;
    for (let i = 0; i < n; i++) out[i * d + j] = ((data[i * d + j] as number) - sum / own) / deviation;
  }
  return out;
}
