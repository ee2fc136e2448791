/** Captions, classes and pictures as rows of the joint space. */
import { tensor } from "../../engine/index.ts";
import type { CaptionedSet } from "../datasets/captioned.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import type { PictureSide, VectorSide } from "./picture-side.ts";
import type { PictureVectors } from "./picture-vectors.ts";
import type { Rows } from "./zero-shot.ts";

/** Captions or pictures that are embedded together: always as many, so that all share one compiled program. */
const TOGETHER = 64;
/** And those that somebody has typed. */
const FEW = 8;

/** @param encoder in evaluation mode */
export async function embedCaptions(encoder: CaptionEncoder, captions: readonly string[]): Promise<Rows> {
  const d = encoder.embedding;
  const data = new Float32Array(captions.length * d);
  const together = captions.length <= FEW ? FEW : TOGETHER;
  for (let first = 0; first < captions.length; first += together) {
    const part = Array.from({ length: together }, (_, k) => captions[first + k] ?? "");
    const rows = (await encoder.encode(part).data()) as Float32Array;
    data.set(rows.subarray(0, Math.min(together, captions.length - first) * d), first * d);
  }
  return { dimension: d, data };
}

/** Classes as the mean of the embeddings of all captions of their pictures. */
export async function embedClasses(
  encoder: CaptionEncoder,
  set: CaptionedSet,
  classes: readonly number[],
): Promise<Rows> {
  const rowOf = new Map(classes.map((label, row) => [label, row]));
  const captions: string[] = [];
  const rows: number[] = [];
  set.captions.forEach((said, picture) => {
    const row = rowOf.get(set.classOf[picture] as number);
    if (row === undefined) return;
    captions.push(...said);
    rows.push(...said.map(() => row));
  });
  return means(await embedCaptions(encoder, captions), rows, classes.length);
}

/** The means of the rows that belong together. */
export function means({ data, dimension: d }: Rows, groups: readonly number[], count: number): Rows {
  const sums = new Float32Array(count * d);
  const counts = new Float32Array(count);
  for (const [k, group] of groups.entries()) {
    counts[group] = (counts[group] as number) + 1;
    for (let j = 0; j < d; j++)
      sums[group * d + j] = (sums[group * d + j] as number) + (data[k * d + j] as number);
  }
  return {
    dimension: d,
    data: sums.map((sum, at) => sum / Math.max(counts[Math.floor(at / d)] as number, 1)),
  };
}

/** Vectors of some pictures, brought into the joint space. @param side in evaluation mode; none where they are there already */
export async function embedVectors(
  side: VectorSide | undefined,
  { dimension: d, data }: PictureVectors,
  pictures: Uint32Array,
): Promise<Rows> {
  const rows = new Float32Array(pictures.length * d);
  for (const [k, picture] of pictures.entries())
    rows.set(data.subarray(picture * d, (picture + 1) * d), k * d);
  if (!side) return { dimension: d, data: rows };
  return inParts(rows, [d], pictures.length, (x) => side.forward(tensor(x, [TOGETHER, d])));
}

/** @param pixels [n, size, size, 3] in [-1, 1] @param side in evaluation mode */
export function embedPictures(side: PictureSide, pixels: Float32Array, count: number): Promise<Rows> {
  const { size } = side.config;
  const shape = [size, size, 3];
  return inParts(pixels, shape, count, (x) => side.forward(tensor(x, [TOGETHER, ...shape])));
}

async function inParts(
  values: Float32Array,
  shape: readonly number[],
  count: number,
  forward: (x: Float32Array) => ReturnType<VectorSide["forward"]>,
): Promise<Rows> {
  const size = shape.reduce((a, b) => a * b, 1);
  const parts: Float32Array[] = [];
  for (let first = 0; first < count; first += TOGETHER) {
    const part = new Float32Array(TOGETHER * size);
    part.set(values.subarray(first * size, Math.min(first + TOGETHER, count) * size));
    parts.push((await forward(part).data()) as Float32Array);
  }
  const d = (parts[0]?.length ?? 0) / TOGETHER;
  const data = new Float32Array(parts.length * TOGETHER * d);
  for (const [k, part] of parts.entries()) data.set(part, k * TOGETHER * d);
  return { dimension: d, data: data.subarray(0, count * d) };
}
