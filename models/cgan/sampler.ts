/** Pictures from a trained conditional GAN: any classes, and walks between noises and between classes. */
import { GanvasError, InputError } from "../../engine/errors.ts";
import { slice } from "../../engine/index.ts";
import type { Pictures } from "../judging/pictures.ts";
import { drawBytes, imagesOf } from "../sampling/draw.ts";
import { noiseAt, noiseBetween } from "../sampling/noise.ts";
import type { SampleRequest, Sampler, Samples } from "../system.ts";
import type { CganFile } from "./files.ts";
import { type CganNetworks, noiseForm } from "./recipe.ts";

/** A point to draw from. */
export interface Place {
  /** [latentDim]. */
  readonly noise: Float32Array;
  /** Share of each class, [classes]: one-hot, or between two. */
  readonly classes: Float32Array;
}

/** All of one class. @throws GanvasError where there is no such class */
export function oneClass({ classes }: CganNetworks, label: number): Float32Array {
  if (!(Number.isInteger(label) && label >= 0 && label < classes.length))
    throw new GanvasError(`oneClass: expects a class from 0 to ${classes.length - 1}, got ${label}`);
  const out = new Float32Array(classes.length);
  out[label] = 1;
  return out;
}

/** Noise number `index` of a seed, [latentDim]. */
function noiseOf(form: CganNetworks, seed: number, index: number): Float32Array {
  return noiseAt(noiseForm(form), seed, index).map((value) => value * form.truncation);
}

/** `steps` places on the way from one to another, both ends included. Classes change along a straight line. */
export function walk(form: CganNetworks, from: Place, to: Place, steps: number): Place[] {
  return Array.from({ length: steps }, (_, k) => {
    const share = k / Math.max(steps - 1, 1);
    return {
      noise: noiseBetween(noiseForm(form), from.noise, to.noise, share),
      classes: from.classes.map((value, c) => value + share * ((to.classes[c] as number) - value)),
    };
  });
}

/** What a generator draws at each place. */
export function drawPlaces(
  { form, draw }: CganFile,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<Pictures> {
  const { latentDim, height, width, classes } = form;
  const whole = latentDim + classes.length;
  const drawing = {
    generate(both: Parameters<typeof draw>[0]) {
      const n = both.shape[0] as number;
      return draw(slice(both, [0, 0], [n, latentDim]), slice(both, [0, latentDim], [n, whole]));
    },
    shape: [height, width, 1] as const,
    range: [0, 1] as const,
  };
  return drawBytes(
    drawing,
    places.map(({ noise, classes }) => Float32Array.of(...noise, ...classes)),
    signal,
  );
}

export interface RowsOptions {
  /** Pictures in a row. */
  readonly count: number;
  readonly seed: number;
}

/** A row of each of these classes; a column shares its noise. */
export function classRows(
  form: CganNetworks,
  labels: readonly number[],
  { count, seed }: RowsOptions,
): Place[][] {
  const noises = Array.from({ length: count }, (_, column) => noiseOf(form, seed, column));
  return labels.map((label) => {
    const classes = oneClass(form, label);
    return noises.map((noise) => ({ noise, classes }));
  });
}

/** Rows of walks from one noise to another, one for each of these classes. */
export function noiseWalks(
  form: CganNetworks,
  labels: readonly number[],
  { count, seed }: RowsOptions,
): Place[][] {
  return labels.map((label, row) => {
    const end = (which: number): Place => ({
      noise: noiseOf(form, seed, 2 * row + which),
      classes: oneClass(form, label),
    });
    return walk(form, end(0), end(1), count);
  });
}

/** Rows of walks from each of these classes to the next, from the last to the first; each row keeps its noise. */
export function classWalks(
  form: CganNetworks,
  labels: readonly number[],
  { count, seed }: RowsOptions,
): Place[][] {
  return labels.map((label, row) => {
    const noise = noiseOf(form, seed, row);
    const end = (each: number): Place => ({ noise, classes: oneClass(form, each) });
    return walk(form, end(label), end(labels[(row + 1) % labels.length] as number), count);
  });
}

/** Rows are classes. Walks go from class to class or, within the one that is asked for, from noise to noise. */
export class CganSampler implements Sampler {
  readonly title = "conditional GAN";
  readonly classes: readonly string[];
  private readonly file: CganFile;

  constructor(file: CganFile) {
    this.file = file;
    this.classes = file.form.classes;
  }

  /** @param request.count pictures in a row */
  async sample({ count, seed, class: wanted, walk, signal }: SampleRequest): Promise<Samples> {
    const { form } = this.file;
    const labels = wanted === undefined ? [...this.classes.keys()] : [this.labelOf(wanted)];
    const rowsOf = !walk ? classRows : wanted === undefined ? classWalks : noiseWalks;
    const places = rowsOf(form, labels, { count, seed });
    const images = imagesOf(await drawPlaces(this.file, places.flat(), signal));
    return {
      rows: labels.map((_, row) => images.slice(row * count, (row + 1) * count)),
      labels: labels.map((label) => this.classes[label] as string),
    };
  }

  /** By its name, else by its number. */
  private labelOf(wanted: string): number {
    const named = this.classes.indexOf(wanted);
    const label = named < 0 && /^\d+$/.test(wanted) ? Number(wanted) : named;
    if (label < 0 || label >= this.classes.length)
      throw new InputError(`there is no class "${wanted}"; there are ${this.classes.join(", ")}`);
    return label;
  }
}
