/** Whether samples are copies of training pictures, as a number and to look at. */
import { makeImage, type Image } from "../../engine/io/image.ts";
import { nearestNeighbours, type Samples, shareOfCopies } from "../metrics/index.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import type { Evidence, Score } from "./score.ts";
import { firstOf, middleOf, type Pictures, pixelsOf } from "./pictures.ts";

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
): Promise<Score[]> {
  const asked = await nearestNeighbours(beginning(samples), train);
  const usual = await nearestNeighbours(beginning(heldOut), train);
  const share = shareOfCopies(asked, usual, TAIL);
  return [
    {
      name,
      value: share,
      standardError: Math.sqrt((share * (1 - share)) / asked.nearest.length),
      real: TAIL,
      note: "share of samples nearer to a training picture than 99 % of held-out pictures are",
    },
  ];
}

function beginning({ count, dimension, data }: Samples): Samples {
  const n = Math.min(count, AT_MOST);
  return { count: n, dimension, data: data.subarray(0, n * dimension) };
}

/** Samples on the sheet, and in a row of it. */
const SHOWN = 40;
const IN_A_ROW = 8;

/** A sheet with each sample beside its nearest training picture by pixels. */
export async function sheetOfNeighbours({
  samples,
  train,
}: Pick<Evidence, "samples" | "train">): Promise<Image> {
  const shown = firstOf(samples, SHOWN);
  const real = middleOf(train, samples.shape);
  const { nearest } = await nearestNeighbours(pixelsOf(shown), pixelsOf(real));
  const rows: Image[][] = [];
  nearest.forEach((index, i) => {
    if (i % IN_A_ROW === 0) rows.push([]);
    rows.at(-1)?.push(imageAt(shown, i), imageAt(real, index));
  });
  return pictureSheet(rows);
}

function imageAt({ shape: [height, width, channels], data }: Pictures, index: number): Image {
  const size = height * width * channels;
  return makeImage(
    data.slice(index * size, (index + 1) * size),
    width,
    height,
    channels as Image["channels"],
  );
}
