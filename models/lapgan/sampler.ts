/**
 * Pictures from a trained pyramid, coarse to fine (MODELS 3.8): from noise, from a class, from a real thumbnail, and walks
 * between two of them. Every level's low pass, band and image are kept.
 */
import { GanvasError, InputError } from "../../engine/errors.ts";
import { add, type Tensor, tensor } from "../../engine/index.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";
import { fillNormal, fillUniform } from "../../engine/random.ts";
import { squarePicture, WHITE } from "../datasets/square-picture.ts";
import { repeated } from "../training/picture-sheet.ts";
import type { LapganModel, TrainedLevel } from "./files.ts";
import { isNormal, makeBand, noiseShape } from "./level.ts";
import { pyrDown, pyrUp } from "./pyramid.ts";
import { sizeOfLevel } from "./recipe.ts";

/** Pictures made together. */
const BATCH = 50;

/** The purpose of the random numbers, one a level. */
const NOISE = 0x1a91;
const MOST_LEVELS = 16;

/** What one picture is made of. */
export interface Origin {
  /** Noise of each level, coarse to fine. */
  readonly noise: readonly Float32Array[];
  /** Share of each class, [classes]; empty for networks without. */
  readonly classes: Float32Array;
}

/** What sampling made at one level, as tensors of the normalised pictures. */
export interface SampledLevel {
  readonly size: number;
  /** [n, size, size, 3]. */
  readonly image: Tensor;
  /** Absent at the level that sampling began with. */
  readonly lowPass?: Tensor;
  readonly bandPass?: Tensor;
}

/** Noise number `index` of a seed: the same whatever else is drawn. */
export function noiseAt({ levels }: LapganModel, seed: number, index: number): Float32Array[] {
  return levels.map(({ form, generator }, level) => {
    const size = noiseShape(generator).reduce((product, n) => product * n, 1);
    const stream = NOISE + index * MOST_LEVELS + level;
    const out = new Float32Array(size);
    const { truncation = 1 } = form;
    if (isNormal(form)) fillNormal(out, seed, stream, 0, truncation);
    else fillUniform(out, seed, stream, -truncation, truncation);
    return out;
  });
}

/** All of one class; nothing for networks without classes. @throws InputError where there is no such class */
export function oneClass({ classes }: LapganModel, label: number): Float32Array {
  if (classes.length > 0 && !(Number.isInteger(label) && label >= 0 && label < classes.length))
    throw new InputError(
      `there are classes 0 to ${classes.length - 1} (${classes.join(", ")}), got ${label}`,
    );
  return Float32Array.from(classes, (_, k) => (k === label ? 1 : 0));
}

/**
 * `steps` origins on the way from one to another, both ends included. Normal noise turns on an arc, which keeps its variance;
 * uniform noise and classes go straight.
 */
export function walk({ levels }: LapganModel, from: Origin, to: Origin, steps: number): Origin[] {
  return Array.from({ length: steps }, (_, k) => {
    const share = k / Math.max(steps - 1, 1);
    const angle = (share * Math.PI) / 2;
    const mixed = (a: Float32Array, b: Float32Array, ofA: number, ofB: number) =>
      a.map((value, at) => ofA * value + ofB * (b[at] as number));
    return {
      noise: levels.map(({ form }, level) => {
        const [a, b] = [from.noise[level] as Float32Array, to.noise[level] as Float32Array];
        return isNormal(form) ? mixed(a, b, Math.cos(angle), Math.sin(angle)) : mixed(a, b, 1 - share, share);
      }),
      classes: mixed(from.classes, to.classes, 1 - share, share),
    };
  });
}

/** Rows of a tensor [n, ...] out of one array an origin. */
function stacked(rows: readonly Float32Array[], shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const data = new Float32Array(rows.length * size);
  for (const [k, row] of rows.entries()) data.set(row, k * size);
  return tensor(data, [rows.length, ...shape]);
}

/** The noise of a level, [n, ...]. */
const noiseOf = ({ form, generator }: TrainedLevel, origins: readonly Origin[]): Tensor =>
  stacked(
    origins.map((origin) => origin.noise[form.level] as Float32Array),
    noiseShape(generator),
  );

const labelsOf = ({ classes }: LapganModel, origins: readonly Origin[]): Tensor | undefined =>
  classes.length > 0
    ? stacked(
        origins.map((origin) => origin.classes),
        [classes.length],
      )
    : undefined;

/**
 * What each level makes of these origins. The tensors are not computed until they are read.
 * @param thumbnails normalised images of the first level's size, [n, s, s, 3], to begin with instead of its generator's
 */
export function sampleLevels(
  model: LapganModel,
  origins: readonly Origin[],
  thumbnails?: Tensor,
): SampledLevel[] {
  const [base, ...finer] = model.levels as readonly [TrainedLevel, ...TrainedLevel[]];
  checkWhole(model);
  const image = thumbnails ?? baseImage(base, noiseOf(base, origins), labelsOf(model, origins));
  const made: SampledLevel[] = [{ size: sizeOfLevel(base.form), image }];
  for (const level of finer)
    made.push(refineOnce(model, level, origins, (made.at(-1) as SampledLevel).image));
  return made;
}

/** What each level makes of these origins, all of them from the same coarsest image where there is one. */
export function levelsFrom(
  model: LapganModel,
  origins: readonly Origin[],
  thumbnail: Float32Array | undefined,
): SampledLevel[] {
  const side = model.sizes[0] as number;
  const same = thumbnail && origins.map(() => thumbnail);
  return sampleLevels(model, origins, same && stacked(same, [side, side, 3]));
}

/** What one finer level makes of coarse images [n, s, s, 3]: the true ones of photographs, or samples. */
export function refineOnce(
  model: LapganModel,
  level: TrainedLevel,
  origins: readonly Origin[],
  coarse: Tensor,
): SampledLevel {
  const { form, generator } = level;
  const size = sizeOfLevel(form);
  const lowPass = pyrUp(coarse, size, form.pyramid); // [n, size, size, 3]
  const condition = { label: labelsOf(model, origins), coarse, lowPass };
  const bandPass = makeBand(generator, noiseOf(level, origins), condition, form.consistent);
  return { size, image: add(lowPass, bandPass), lowPass, bandPass };
}

/** Levels that follow each other from the coarsest on. @throws InputError naming the first that is missing */
function checkWhole({ levels, sizes }: LapganModel): void {
  const missing = levels.findIndex(({ form }, k) => form.level !== k);
  if (missing >= 0)
    throw new InputError(
      `the level of ${sizes[missing]}×${sizes[missing]} pixels is not trained yet: finer ones need its images`,
    );
}

function baseImage({ generator }: TrainedLevel, noise: Tensor, label: Tensor | undefined): Tensor {
  if (!("latentDim" in generator))
    throw new GanvasError("LAPGAN: the first level's generator needs an image");
  return generator.forward(noise, label);
}

/** Pictures of the first level's size out of real ones of the full size. @param pictures [n, full, full, 3], from 0 to 1 */
export function thumbnailsOf({ normalisation, sizes, levels }: LapganModel, pictures: Tensor): Tensor {
  const pyramid = (levels[0] as TrainedLevel).form.pyramid;
  return [...sizes]
    .reverse()
    .slice(1)
    .reduce((image, size) => pyrDown(image, size, pyramid), normalisation.forward(pictures));
}

/** A picture of any size as the normalised image that finer levels go on from, [s, s, 3]. */
export async function thumbnailOf(model: LapganModel, picture: Image): Promise<Float32Array> {
  const [full, base] = [model.sizes.at(-1) as number, model.sizes[0] as number];
  const shorter = Math.min(picture.width, picture.height);
  // Reduced again, pixels that were repeated are what they were; between interpolated ones they would blur.
  const large = shorter > base ? picture : repeated(picture, Math.ceil(full / shorter));
  const bytes = squarePicture(large, { size: full, channels: 3, background: WHITE });
  const pixels = Float32Array.from(bytes, (byte) => byte / 255);
  return (await thumbnailsOf(model, tensor(pixels, [1, full, full, 3])).data()) as Float32Array;
}

/** The pictures of normalised images [n, s, s, 3]. */
export async function toPictures({ normalisation }: LapganModel, images: Tensor): Promise<Image[]> {
  return toImages((await normalisation.inverse(images).data()) as Float32Array, images.shape[1] as number);
}

/** Bands as pictures: grey where nothing is to be added, one deviation of a pixel an eighth of the range. */
export async function bandPictures(bands: Tensor): Promise<Image[]> {
  const values = ((await bands.data()) as Float32Array).map((value) => 0.5 + value / 8);
  return toImages(values, bands.shape[1] as number);
}

/** @param values from 0 to 1, others are clipped; [n, size, size, 3] */
export function toImages(values: Float32Array, size: number): Image[] {
  const each = size * size * 3;
  return Array.from({ length: values.length / each }, (_, k) => {
    const bytes = Uint8Array.from(values.subarray(k * each, (k + 1) * each), (value) =>
      Math.round(Math.min(Math.max(value, 0), 1) * 255),
    );
    return makeImage(bytes, size, size, 3);
  });
}

/**
 * The finished pictures of origins, batch by batch.
 * @param signal ends the drawing
 * @param thumbnail what all of them begin with (`thumbnailOf`), instead of what the first level makes
 */
export async function drawPictures(
  model: LapganModel,
  origins: readonly Origin[],
  signal?: AbortSignal,
  thumbnail?: Float32Array,
): Promise<Image[]> {
  const pictures: Image[] = [];
  for (let first = 0; first < origins.length; first += BATCH) {
    signal?.throwIfAborted();
    const levels = levelsFrom(model, origins.slice(first, first + BATCH), thumbnail);
    pictures.push(...(await toPictures(model, (levels.at(-1) as SampledLevel).image)));
  }
  return pictures;
}

/** What was made on the way, as pictures: every level's image, low pass and band under the names of MODELS (I, l, h). */
export async function stepPictures(
  model: LapganModel,
  made: readonly SampledLevel[],
): Promise<Map<string, readonly Image[]>> {
  const steps = new Map<string, readonly Image[]>();
  for (const { size, image, lowPass, bandPass } of made) {
    if (lowPass) steps.set(`l${size}`, await toPictures(model, lowPass));
    if (bandPass) steps.set(`h${size}`, await bandPictures(bandPass));
    steps.set(`I${size}`, await toPictures(model, image));
  }
  return steps;
}

/** A row of each of these classes: a column shares its noise. Without classes all pictures are of their own. */
export function originRows(
  model: LapganModel,
  {
    count,
    seed,
    labels,
  }: { readonly count: number; readonly seed: number; readonly labels: readonly number[] },
): Origin[][] {
  const told = model.classes.length > 0;
  return labels.map((label, row) => {
    const classes = oneClass(model, label);
    return Array.from({ length: count }, (_, column) => ({
      noise: noiseAt(model, seed, told ? column : row * count + column),
      classes,
    }));
  });
}
