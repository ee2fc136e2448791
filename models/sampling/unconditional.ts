/** Samples of a generator that is told nothing but noise. */
import { InputError } from "../../engine/errors.ts";
import type { Pictures } from "../judging/pictures.ts";
import type { SampleRequest, Sampler, Samples } from "../system.ts";
import { type Drawing, drawBytes, imagesOf, inRows } from "./draw.ts";
import { type NoiseForm, noiseAt, noiseWalk } from "./noise.ts";

/** Pictures of a walk from one noise to the next. */
const WALK = 10;

/** Sheets are about as wide as high; a walk is a row. */
export class NoiseSampler implements Sampler {
  readonly title: string;
  readonly classes: readonly string[] = [];
  private readonly form: NoiseForm;
  private readonly drawing: Drawing;

  constructor(title: string, form: NoiseForm, drawing: Drawing) {
    this.title = title;
    this.form = form;
    this.drawing = drawing;
  }

  async sample({ count, seed, class: wanted, walk, signal }: SampleRequest): Promise<Samples> {
    if (wanted !== undefined)
      throw new InputError(`${this.title} knows no classes, so it cannot make one of "${wanted}"`);
    if (!walk)
      return {
        rows: inRows(imagesOf(await this.pictures(count, seed, signal)), Math.ceil(Math.sqrt(count))),
      };
    const rows = Array.from({ length: Math.ceil(count / WALK) }, (_, row) =>
      noiseWalk(this.form, seed, row, WALK),
    );
    return { rows: inRows(imagesOf(await drawBytes(this.drawing, rows.flat(), signal)), WALK) };
  }

  /** Samples as the measures see them. */
  pictures(count: number, seed: number, signal?: AbortSignal): Promise<Pictures> {
    const noises = Array.from({ length: count }, (_, k) => noiseAt(this.form, seed, k));
    return drawBytes(this.drawing, noises, signal);
  }
}
