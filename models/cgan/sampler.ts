/** Pictures from a trained conditional GAN: any classes, and walks between noises and between classes. */
import { GanvasError, InputError } from "../../engine/errors.ts";
import { tensor } from "../../engine/index.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";
import { fillNormal, fillUniform } from "../../engine/random.ts";
import type { SampleRequest, Sampler, Samples } from "../system.ts";
import type { CganFile } from "./files.ts";
import type { CganNetworks } from "./recipe.ts";

/** Pictures drawn together. */
const BATCH = 100;

/** The purpose of the random numbers. */
const NOISE = 0x5a3e;

/** A point to draw from. */
export interface Place {
  /** [latentDim]. */
  readonly noise: Float32Array;
  /** Share of each class, [classes]: one-hot, or between two. */
  readonly classes: Float32Array;
}

/** Noise number `index` of a seed, [latentDim]: the same whatever else is drawn. */
export function noiseAt({ noise, latentDim }: CganNetworks, seed: number, index: number): Float32Array {
  const out = new Float32Array(latentDim);
  const stream = NOISE + index;
  if (noise === "normal") return fillNormal(out, seed, stream);
  return fillUniform(out, seed, stream, noise === "unit" ? 0 : -1);
}

/** All of one class, [classes]. @throws GanvasError where there is no such class */
export function oneClass({ classes }: CganNetworks, label: number): Float32Array {
  if (!(Number.isInteger(label) && label >= 0 && label < classes.length))
    throw new GanvasError(`oneClass: expects a class from 0 to ${classes.length - 1}, got ${label}`);
  const out = new Float32Array(classes.length);
  out[label] = 1;
  return out;
}

/**
 * The noise a share of the way from one to another. Normal noise of many numbers lies near a sphere, which a straight line would
 * leave: there the way is the arc between them (Shoemake 1985). Uniform noise fills a cube, in which straight lines stay.
 */
export function noiseBetween(
  { noise }: CganNetworks,
  from: Float32Array,
  to: Float32Array,
  share: number,
): Float32Array {
  if (noise !== "normal") return mixed(from, to, 1 - share, share);
  const lengths = Math.hypot(...from) * Math.hypot(...to);
  const cosine = from.reduce((sum, a, k) => sum + a * (to[k] as number), 0) / Math.max(lengths, 1e-12);
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  const sine = Math.sin(angle);
  if (sine < 1e-4) return mixed(from, to, 1 - share, share);
  return mixed(from, to, Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine);
}

const mixed = (a: Float32Array, b: Float32Array, ofA: number, ofB: number): Float32Array =>
  a.map((value, k) => ofA * value + ofB * (b[k] as number));

/** `steps` places on the way from one to another, both ends included. Classes change along a straight line. */
export function walk(form: CganNetworks, from: Place, to: Place, steps: number): Place[] {
  return Array.from({ length: steps }, (_, k) => {
    const share = k / Math.max(steps - 1, 1);
    return {
      noise: noiseBetween(form, from.noise, to.noise, share),
      classes: mixed(from.classes, to.classes, 1 - share, share),
    };
  });
}

/** What a generator draws at each place: [places, h, w] in [0, 1]. */
export async function drawPlaces(
  { form, draw }: CganFile,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { latentDim, height, width } = form;
  const classes = form.classes.length;
  const out = new Float32Array(places.length * height * width);
  for (let first = 0; first < places.length; first += BATCH) {
    signal?.throwIfAborted();
    const some = places.slice(first, first + BATCH);
    const z = new Float32Array(some.length * latentDim);
    const y = new Float32Array(some.length * classes);
    for (const [k, place] of some.entries()) {
      z.set(place.noise, k * latentDim);
      y.set(place.classes, k * classes);
    }
    const drawn = draw(tensor(z, [some.length, latentDim]), tensor(y, [some.length, classes]));
    out.set((await drawn.data()) as Float32Array, first * height * width);
  }
  return out;
}

/** The same as grey images. */
async function drawImages(
  file: CganFile,
  places: readonly Place[],
  signal: AbortSignal | undefined,
): Promise<Image[]> {
  const { height, width } = file.form;
  const values = await drawPlaces(file, places, signal);
  const size = height * width;
  return places.map((_, k) => {
    const bytes = Uint8Array.from(values.subarray(k * size, (k + 1) * size), (value) =>
      Math.round(value * 255),
    );
    return makeImage(bytes, width, height, 1);
  });
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
  const noises = Array.from({ length: count }, (_, column) => noiseAt(form, seed, column));
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
      noise: noiseAt(form, seed, 2 * row + which),
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
    const noise = noiseAt(form, seed, row);
    const end = (each: number): Place => ({ noise, classes: oneClass(form, each) });
    return walk(form, end(label), end(labels[(row + 1) % labels.length] as number), count);
  });
}

/** Pictures of a row of one class, or on the way of a walk. */
const ROW = 10;

/** Rows are classes, or walks; one class alone fills rows of ten. */
export class CganSampler implements Sampler {
  readonly title = "conditional GAN";
  readonly classes: readonly string[];
  readonly file: CganFile;

  constructor(file: CganFile) {
    this.file = file;
    this.classes = file.form.classes;
  }

  async sample({ count, seed, class: wanted, walk: walking, signal }: SampleRequest): Promise<Samples> {
    const { form } = this.file;
    const labels = wanted === undefined ? [...this.classes.keys()] : [this.labelOf(wanted)];
    const rows = Math.ceil(count / ROW);
    const inTurn = Array.from({ length: rows }, (_, row) => labels[row % labels.length] as number);
    const options = { count: ROW, seed };
    const places = walking
      ? (wanted === undefined ? classWalks : noiseWalks)(form, inTurn, options)
      : wanted === undefined
        ? classRows(form, labels, { count: Math.ceil(count / labels.length), seed })
        : inRows(classRows(form, labels, { count, seed }).flat());
    const images = await drawImages(this.file, places.flat(), signal);
    let next = 0;
    return {
      rows: places.map((row) => row.map(() => images[next++] as Image)),
      labels: (walking || wanted !== undefined ? inTurn : labels).map(
        (label) => this.classes[label] as string,
      ),
    };
  }

  private labelOf(name: string): number {
    const label = this.classes.indexOf(name);
    if (label < 0) throw new InputError(`there is no class "${name}"; there are ${this.classes.join(", ")}`);
    return label;
  }
}

const inRows = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / ROW) }, (_, row) => items.slice(row * ROW, (row + 1) * ROW));
