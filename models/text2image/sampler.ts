/** Pictures of sentences that somebody types, and walks between noises and between sentences. */
import { InputError } from "../../engine/errors.ts";
import { slice } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import type { Pictures } from "../judging/pictures.ts";
import { drawBytes, imagesOf } from "../sampling/draw.ts";
import { type NoiseForm, noiseAt, noiseBetween } from "../sampling/noise.ts";
import type { SampleRequest, Sampler, Samples } from "../system.ts";
import type { Text2ImageFile } from "./files.ts";
import { SIDE, type Text2ImageForm } from "./recipe.ts";

/** A point to draw from. */
export interface Place {
  /** [latentDim] */
  readonly noise: Float32Array;
  /** [textDim], of a sentence or between two. */
  readonly text: Float32Array;
}

export const noiseForm = ({ latentDim }: Text2ImageForm): NoiseForm => ({ latentDim, noise: "normal" });

/** What the generator draws at each place. */
export function drawPlaces(
  { recipe, generator }: Pick<Text2ImageFile, "recipe" | "generator">,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<Pictures> {
  const { latentDim, textDim } = recipe;
  const whole = latentDim + textDim;
  const drawing = {
    generate(both: Parameters<typeof slice>[0]) {
      const n = both.shape[0] as number;
      return generator.forward(slice(both, [0, 0], [n, latentDim]), slice(both, [0, latentDim], [n, whole]));
    },
    shape: [SIDE, SIDE, 3] as const,
    range: [-1, 1] as const,
  };
  return drawBytes(
    drawing,
    places.map(({ noise, text }) => Float32Array.of(...noise, ...text)),
    signal,
  );
}

/** Sentences a share of the way from one to another: along a straight line, as GAN-INT has it. */
const between = (a: Float32Array, b: Float32Array, share: number): Float32Array =>
  a.map((value, k) => value + share * ((b[k] as number) - value));

/** `count` places on the way from one to another, both ends included. */
export function walk(form: Text2ImageForm, from: Place, to: Place, count: number): Place[] {
  return Array.from({ length: count }, (_, k) => {
    const share = k / Math.max(count - 1, 1);
    return {
      noise: noiseBetween(noiseForm(form), from.noise, to.noise, share),
      text: between(from.text, to.text, share),
    };
  });
}

/** A row a sentence; a column shares its noise, or its style. Walks go from sentence to sentence or, of one alone, from noise to noise. */
export class Text2ImageSampler implements Sampler {
  readonly title = "text to image";
  readonly classes: readonly string[] = [];
  readonly file: Text2ImageFile;

  constructor(file: Text2ImageFile) {
    this.file = file;
  }

  async sample({ count, seed, class: wanted, texts, walk, signal }: SampleRequest): Promise<Samples> {
    const { recipe } = this.file;
    if (wanted !== undefined)
      throw new InputError(`text to image knows no classes: say what you want by --text "${wanted}"`);
    const asked = texts && texts.length > 0 ? texts : recipe.shown;
    const told = await this.file.reader.read(asked);
    const rows = walk ? this.walks(told, count, seed) : this.grid(told, count, seed);
    const images = imagesOf(await drawPlaces(this.file, rows.flat(), signal));
    const labels = rows.map((_, row) =>
      walk && asked.length > 1 ? `${asked[row]} → ${asked[row + 1]}` : (asked[row] as string),
    );
    return { rows: rowsOf(images, count), labels };
  }

  private grid(told: readonly Float32Array[], count: number, seed: number): Place[][] {
    const noises = Array.from({ length: count }, (_, k) => noiseAt(noiseForm(this.file.recipe), seed, k));
    return told.map((text) => noises.map((noise) => ({ noise, text })));
  }

  private walks(told: readonly Float32Array[], count: number, seed: number): Place[][] {
    const { recipe } = this.file;
    const at = (index: number, text: Float32Array): Place => ({
      noise: noiseAt(noiseForm(recipe), seed, index),
      text,
    });
    const [first, ...rest] = told as readonly [Float32Array, ...Float32Array[]];
    if (rest.length === 0) return [walk(recipe, at(0, first), at(1, first), count)];
    return rest.map((text, row) => walk(recipe, at(0, told[row] as Float32Array), at(0, text), count));
  }
}

const rowsOf = (images: readonly Image[], columns: number): Image[][] =>
  Array.from({ length: Math.ceil(images.length / columns) }, (_, row) =>
    images.slice(row * columns, (row + 1) * columns),
  );
