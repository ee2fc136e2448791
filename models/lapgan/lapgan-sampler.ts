/** A trained pyramid as commands and pages ask for its pictures. */
import { InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import type { Sampler, SampleRequest, Samples } from "../system.ts";
import { pictureSheet, repeated } from "../training/picture-sheet.ts";
import type { LapganModel } from "./files.ts";
import {
  drawPictures,
  levelsFrom,
  noiseAt,
  type Origin,
  oneClass,
  originRows,
  stepPictures,
  thumbnailOf,
  walk,
} from "./sampler.ts";

/** Most pictures side by side, and on the sheets of what was made on the way. */
const ROW = 10;
const SHOWN = 8;

/** Rows are classes or walks; where there is one class only, or none is told, rows of ten are filled. */
export class LapganSampler implements Sampler {
  readonly title = "LAPGAN";
  readonly told = ["thumbnail"] as const;
  readonly classes: readonly string[];
  readonly model: LapganModel;

  constructor(model: LapganModel) {
    this.model = model;
    this.classes = model.classes;
  }

  async sample(request: SampleRequest): Promise<Samples> {
    const { model, classes } = this;
    const labels = request.class === undefined ? [...classes.keys()] : [this.labelOf(request.class)];
    const rows = request.walk ? this.walks(request, labels) : this.rows(request, labels);
    const thumbnail = request.thumbnail && (await thumbnailOf(model, request.thumbnail));
    const images = await drawPictures(model, rows.flat(), request.signal, thumbnail);
    let next = 0;
    const named = labels.length === rows.length;
    return {
      rows: rows.map((row) => row.map(() => images[next++] as Image)),
      ...(named && { labels: labels.map((label) => classes[label] as string) }),
      steps: await this.steps(
        rows.map((row) => row[0] as Origin),
        thumbnail,
      ),
    };
  }

  private rows({ count, seed }: SampleRequest, labels: readonly number[]): Origin[][] {
    if (labels.length > 1) return originRows(this.model, { count, seed, labels });
    const all = originRows(this.model, { count, seed, labels: [labels[0] ?? 0] }).flat();
    return Array.from({ length: Math.ceil(count / ROW) }, (_, row) => all.slice(row * ROW, (row + 1) * ROW));
  }

  /** Of each class from one noise to another; without classes as many walks as there would be rows. */
  private walks({ count, seed }: SampleRequest, labels: readonly number[]): Origin[][] {
    const steps = Math.max(count, 2);
    return (labels.length > 0 ? labels : [0]).map((label, row) => {
      const end = (which: number): Origin => ({
        noise: noiseAt(this.model, seed, 2 * row + which),
        classes: oneClass(this.model, label),
      });
      return walk(this.model, end(0), end(1), steps);
    });
  }

  /** The first picture of each row on its way: a sheet for every level's low pass, band and image. */
  private async steps(firsts: readonly Origin[], thumbnail?: Float32Array): Promise<Map<string, Image>> {
    const { model } = this;
    const shown = firsts.slice(0, SHOWN);
    const steps = await stepPictures(model, levelsFrom(model, shown, thumbnail));
    const full = model.sizes.at(-1) as number;
    return new Map(
      [...steps].map(([name, images]) => {
        const enlarged = images.map((image) => repeated(image, Math.max(Math.floor(full / image.width), 1)));
        return [name, pictureSheet([enlarged])];
      }),
    );
  }

  private labelOf(name: string): number {
    const { classes } = this;
    if (classes.length === 0)
      throw new InputError(`this pyramid is not told classes, so there is no class "${name}"`);
    const label = classes.indexOf(name);
    const number = /^\d+$/.test(name) ? Number(name) : -1;
    if (label < 0 && number < 0)
      throw new InputError(`there is no class "${name}"; there are ${classes.join(", ")}`);
    // Refuses a number that is too large.
    oneClass(this.model, label < 0 ? number : label);
    return label < 0 ? number : label;
  }
}
