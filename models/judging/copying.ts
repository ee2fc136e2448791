/** Whether samples are copies of training pictures, as a number and to look at. */
import { makeImage, type Image } from "../../engine/io/image.ts";
import { nearestNeighbours, type Samples, shareOfCopies } from "../metrics/index.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import type { Score } from "./judge.ts";
import type { Pictures } from "./pictures.ts";

/** Samples, and held-out pictures, that neighbours are sought of. */
const AT_MOST = 1000;
/** Held-out pictures that lie as near to a training picture as a copy does. */
const TAIL = 0.01;

/** Share of the samples nearer to a training picture than 99 of 100 held-out pictures are. */
export async function copying(
  name: string,
  samples: Samples,
  train: Samples,
  heldOut: Samples,
): Promise<Score> {
  const asked = await nearestNeighbours(beginning(samples), train);
  const usual = await nearestNeighbours(beginning(heldOut), train);
  const share = shareOfCopies(asked, usual, TAIL);
  return {
    name,
    value: share,
    standardError: Math.sqrt((share * (1 - share)) / asked.nearest.length),
    real: TAIL,
    note: "share of samples nearer to a training picture than 99 % of held-out pictures are",
  };
}

function beginning({ count, dimension, data }: Samples): Samples {
  const n = Math.min(count, AT_MOST);
  return { count: n, dimension, data: data.subarray(0, n * dimension) };
}

/** One picture of a set. */
export function imageAt({ shape: [height, width, channels], data }: Pictures, index: number): Image {
  const size = height * width * channels;
  return makeImage(
    data.slice(index * size, (index + 1) * size),
    width,
    height,
    channels as Image["channels"],
  );
}

/** A sheet with each sample beside its nearest training pictures: by each of the lists, in their order. */
export function neighbourSheet(
  samples: Pictures,
  train: Pictures,
  nearest: readonly ArrayLike<number>[],
  columns = 8,
): Image {
  const rows: Image[][] = [];
  for (let i = 0; i < (nearest[0]?.length ?? 0); i++) {
    if (i % columns === 0) rows.push([]);
    rows.at(-1)?.push(imageAt(samples, i), ...nearest.map((list) => imageAt(train, list[i] as number)));
  }
  return pictureSheet(rows);
}
