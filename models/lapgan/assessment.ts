/** How a level under training does: the measure that its authors chose their models by, and a sheet to look at. */
import type { Tensor } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { PictureLoader } from "../datasets/loader.ts";
import { pictureSheet, repeated } from "../training/picture-sheet.ts";
import { tensorsOf } from "../training/trainer.ts";
import { nearestDraws } from "./approximate-parzen.ts";
import type { LapganModel, TrainedLevel } from "./files.ts";
import { openLevel } from "./level.ts";
import {
  noiseAt,
  type Origin,
  oneClass,
  originRows,
  refineOnce,
  sampleLevels,
  toPictures,
} from "./sampler.ts";

/** Pictures of each class, or rows of real ones, on the sheet. */
const SHOWN = 8;
const SHEET_SEED = 1;
/** Width of a sheet's pictures in pixels, at least. */
const LEAST_WIDTH = 48;

export interface Validation {
  readonly pictures: Dataset;
  /** How many of them count, and of how many samples the nearest. */
  readonly images: number;
  readonly draws: number;
}

/** Mean distance of real images to the nearest of some samples, ‖l + G(z, l) - I‖. */
export async function approximateParzen(
  model: LapganModel,
  level: TrainedLevel,
  { pictures, images, draws }: Validation,
): Promise<number> {
  const { image, condition } = await validationBatch(model, level, pictures, images);
  const nearest = await nearestDraws(level, image, condition, { draws, seed: SHEET_SEED });
  return nearest.reduce((sum, distance) => sum + distance, 0) / nearest.length;
}

/** The first images of a set as a level sees them. */
async function validationBatch(model: LapganModel, { form }: TrainedLevel, pictures: Dataset, count: number) {
  const size = model.sizes.at(-1) as number;
  const loader = new PictureLoader(pictures, { seed: 0, batchSize: count, range: "unit", crop: size });
  const batch = await loader.batch(0);
  const { image, split } = openLevel(form, model.normalisation, tensorsOf(batch, "picture").picture);
  const label = form.classes > 0 ? tensorsOf(batch, "label").label : undefined;
  return {
    image,
    split,
    condition: { label, ...(split && { coarse: split.coarse, lowPass: split.lowPass }) },
  };
}

/** Of the coarsest level a row a class; of a finer one rows of: the low pass, two samples made of it, the real image. */
export async function levelSheet(model: LapganModel, level: TrainedLevel, pictures: Dataset): Promise<Image> {
  const rows =
    level.form.level === 0 ? await baseRows(model, level) : await finerRows(model, level, pictures);
  const width = rows[0]?.[0]?.width ?? 1;
  const factor = Math.max(Math.floor(LEAST_WIDTH / width), 1);
  return pictureSheet(rows.map((row) => row.map((image) => repeated(image, factor))));
}

async function baseRows(model: LapganModel, level: TrainedLevel): Promise<Image[][]> {
  const alone = { ...model, levels: [level] };
  const labels = model.classes.length > 0 ? [...model.classes.keys()] : [0, 1, 2, 3];
  const rows = originRows(alone, { count: SHOWN, seed: SHEET_SEED, labels });
  const [made] = sampleLevels(alone, rows.flat());
  const images = await toPictures(model, made?.image as Tensor);
  return rows.map((_, row) => images.slice(row * SHOWN, (row + 1) * SHOWN));
}

async function finerRows(model: LapganModel, level: TrainedLevel, pictures: Dataset): Promise<Image[][]> {
  const count = Math.min(SHOWN, pictures.size);
  const { image, split } = await validationBatch(model, level, pictures, count);
  const labels = await Promise.all(
    Array.from({ length: count }, async (_, k) => (await pictures.item(k)).label),
  );
  const alone = { ...model, levels: [level] };
  const sample = (seed: number) => {
    const origins = labels.map((label, k): Origin => {
      const [noise] = noiseAt(alone, seed, k);
      return { noise: model.sizes.map(() => noise as Float32Array), classes: oneClass(model, label) };
    });
    return refineOnce(model, level, origins, split?.coarse as Tensor).image;
  };
  const columns = await Promise.all(
    [split?.lowPass as Tensor, sample(1), sample(2), image].map((x) => toPictures(model, x)),
  );
  return Array.from({ length: count }, (_, row) => columns.map((column) => column[row] as Image));
}
