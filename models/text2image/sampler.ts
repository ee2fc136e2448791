/** Pictures of sentences that somebody types, and walks between noises and between sentences. */
import { InputError } from "../../engine/errors.ts";
import { slice } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import type { Pictures } from "../judging/pictures.ts";
import { drawBytes, imagesOf } from "../sampling/draw.ts";
import { noiseBetween } from "../sampling/noise.ts";
import { squarePicture, WHITE } from "../datasets/square-picture.ts";
import { remarksOn } from "../text-encoder/remarks.ts";
import type { SampleRequest, Sampler, Samples, Told } from "../system.ts";
import type { Text2ImageFile } from "./files.ts";
import { drawnNoise, noiseForm } from "./noise.ts";
import { readStyles } from "./styles.ts";
import { SIDE, type Text2ImageForm } from "./recipe.ts";

/** What pictures are drawn by. */
export type Drawer = Omit<Text2ImageFile, "weights">;

/** A point to draw from. */
export interface Place {
  /** [latentDim] */
  readonly noise: Float32Array;
  /** [textDim], of a sentence or between two. */
  readonly text: Float32Array;
}

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
  return Array.from({ length: count }, (_, k) => placeBetween(form, from, to, k / Math.max(count - 1, 1)));
}

const placeBetween = (form: Text2ImageForm, from: Place, to: Place, share: number): Place => ({
  noise: noiseBetween(noiseForm(form), from.noise, to.noise, share),
  text: between(from.text, to.text, share),
});

/** A row a sentence; a column shares its noise, or its style. Walks go from sentence to sentence or, of one alone, from noise to noise. */
export class Text2ImageSampler implements Sampler {
  readonly title = "text to image";
  readonly classes: readonly string[] = [];
  readonly told: readonly Told[];
  readonly examples: readonly string[];
  readonly file: Drawer;

  constructor(file: Drawer) {
    this.file = file;
    this.told = file.style ? ["texts", "styles"] : ["texts"];
    this.examples = file.recipe.shown;
  }

  async sample(request: SampleRequest): Promise<Samples> {
    const { count, seed, class: wanted, texts, styles, share, walk, signal } = request;
    const { recipe, reader } = this.file;
    if (wanted !== undefined)
      throw new InputError(`text to image knows no classes: say what you want by --text "${wanted}"`);
    const asked = texts && texts.length > 0 ? texts : recipe.shown;
    if (share !== undefined && asked.length !== 2)
      throw new InputError(`a share of the way is one between two sentences, got ${asked.length}`);
    const told = await reader.read(asked);
    const noises = styles ? await this.noisesOf(styles) : this.drawn(walk ? 2 : count, seed);
    const rows =
      share !== undefined
        ? [this.onTheWay(told, noises, share)]
        : walk
          ? this.walks(told, noises, count)
          : this.grid(told, noises);
    const images = imagesOf(await drawPlaces(this.file, rows.flat(), signal));
    const labels = rows.map((_, row) =>
      (walk || share !== undefined) && asked.length > 1
        ? `${asked[row]} → ${asked[row + 1]}`
        : (asked[row] as string),
    );
    const notes = texts?.flatMap((text) => remarksOn(reader.encoder.network, text));
    return { rows: rowsOf(images, rows[0]?.length ?? 1), labels, ...(notes && { notes }) };
  }

  private drawn(count: number, seed: number): Float32Array[] {
    return Array.from({ length: count }, (_, k) => drawnNoise(this.file.recipe, seed, k));
  }

  /** What these pictures would be drawn from. @throws InputError where no style encoder has been trained */
  private async noisesOf(styles: readonly Image[]): Promise<Float32Array[]> {
    const { style } = this.file;
    if (!style)
      throw new InputError(
        "these weights have no style encoder: `ganvas train style-encoder --from FILE` adds one",
      );
    const form = { size: SIDE, channels: 3, background: WHITE } as const;
    return readStyles(
      style,
      styles.map((image) => squarePicture(image, form)),
    );
  }

  private grid(told: readonly Float32Array[], noises: readonly Float32Array[]): Place[][] {
    return told.map((text) => noises.map((noise) => ({ noise, text })));
  }

  /** Between two sentences, once in each style: in the first as a walk between them has it. */
  private onTheWay(told: readonly Float32Array[], noises: readonly Float32Array[], share: number): Place[] {
    const [from, to] = told as readonly [Float32Array, Float32Array];
    return noises.map((noise) =>
      placeBetween(this.file.recipe, { noise, text: from }, { noise, text: to }, share),
    );
  }

  /** From sentence to sentence in the first style, or of one alone from the first style to the second. */
  private walks(told: readonly Float32Array[], noises: readonly Float32Array[], count: number): Place[][] {
    const { recipe } = this.file;
    const [noise, other] = [noises[0], noises[1] ?? noises[0]] as [Float32Array, Float32Array];
    const [first, ...rest] = told as readonly [Float32Array, ...Float32Array[]];
    if (rest.length === 0)
      return [walk(recipe, { noise, text: first }, { noise: other, text: first }, count)];
    return rest.map((text, row) =>
      walk(recipe, { noise, text: told[row] as Float32Array }, { noise, text }, count),
    );
  }
}

const rowsOf = (images: readonly Image[], columns: number): Image[][] =>
  Array.from({ length: Math.ceil(images.length / columns) }, (_, row) =>
    images.slice(row * columns, (row + 1) * columns),
  );
