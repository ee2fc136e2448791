/** Sets of pictures as judges see them: all of one size, as bytes. */
import { InputError } from "../../engine/errors.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Samples } from "../metrics/index.ts";

export interface Pictures {
  readonly count: number;
  /** Of each picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** [count, h, w, c], 0 to 255. */
  readonly data: Uint8Array;
  /** Class of each: what it shows, or what was asked for. */
  readonly labels?: readonly number[];
}

/** Pictures `first` to `first + count - 1` of a set; to its end by default. */
export async function picturesOf(
  dataset: Dataset,
  first = 0,
  count = dataset.size - first,
): Promise<Pictures> {
  const { shape, classes } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const data = new Uint8Array(count * size);
  const labels: number[] = [];
  for (let k = 0; k < count; k++) {
    const { picture, label } = await dataset.item(first + k);
    data.set(picture, k * size);
    labels.push(label);
  }
  return { count, shape, data, ...(classes.length > 0 && { labels }) };
}

/** The first `count` pictures, or all where there are fewer. */
export function firstOf(pictures: Pictures, count: number): Pictures {
  const n = Math.min(count, pictures.count);
  const size = pictures.data.length / pictures.count;
  const labels = pictures.labels?.slice(0, n);
  return { ...pictures, count: n, data: pictures.data.subarray(0, n * size), ...(labels && { labels }) };
}

/**
 * The middle of each picture: real ones as large as samples that were trained on crops.
 * @throws InputError where they are smaller, or have other channels
 */
export function middleOf(pictures: Pictures, [h, w, c]: Pictures["shape"]): Pictures {
  const [height, width, channels] = pictures.shape;
  if (channels !== c || height < h || width < w)
    throw new InputError(`samples are ${w}×${h}×${c}, the data's pictures ${width}×${height}×${channels}`);
  if (height === h && width === w) return pictures;
  const [top, left] = [(height - h) >> 1, (width - w) >> 1];
  const data = new Uint8Array(pictures.count * h * w * c);
  for (let i = 0, to = 0; i < pictures.count; i++)
    for (let y = 0; y < h; y++, to += w * c) {
      const from = ((i * height + top + y) * width + left) * c;
      data.set(pictures.data.subarray(from, from + w * c), to);
    }
  return { ...pictures, shape: [h, w, c], data };
}

/** As points in [0, 1]. */
export function pixelsOf({ count, shape, data }: Pictures): Samples {
  const out = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) out[at] = (data[at] as number) / 255;
  return { count, dimension: shape[0] * shape[1] * shape[2], data: out };
}

/** Takes from every value the mean of `by` at its place, and divides by the deviation there: the units of LAPGAN's likelihoods. */
export function standardised(points: Samples, by: Samples): Samples {
  const { dimension, count } = by;
  const [mean, square] = [new Float64Array(dimension), new Float64Array(dimension)];
  for (let at = 0; at < by.data.length; at++) {
    const [value, k] = [by.data[at] as number, at % dimension];
    mean[k] = (mean[k] as number) + value / count;
    square[k] = (square[k] as number) + (value * value) / count;
  }
  const data = new Float32Array(points.data.length);
  for (let at = 0; at < data.length; at++) {
    const [m, k] = [mean[at % dimension] as number, at % dimension];
    const deviation = Math.sqrt(Math.max((square[k] as number) - m * m, 0));
    data[at] = ((points.data[at] as number) - m) / (deviation + 1e-7);
  }
  return { count: points.count, dimension, data };
}
