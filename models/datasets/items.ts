/** Pictures of a set as items of a `DataLoader`: `for (const { image, label } of new DataLoader(items, { batchSize: 64, shuffle: true }))`. */
import type { Items, Numbers } from "../../engine/extra/index.ts";
import { InputError, shown } from "../../engine/errors.ts";
import { checkOptions, expectOneOf } from "../../engine/options.ts";
import { picturesOf } from "../judging/pictures.ts";
import type { Dataset } from "./dataset.ts";
import { VALUES } from "./loader.ts";

export interface PictureItem {
  /** f32, [h, w, c]. */
  readonly image: Numbers;
  /** i32, []: the number of its class, 0 where the set has no classes. */
  readonly label: Numbers;
}

export interface ItemOptions {
  /** Value of a byte: "unit" in [0, 1] (by default), "signed" in [-1, 1]. */
  readonly range?: keyof typeof VALUES;
  /** The first so many pictures; by default all. */
  readonly count?: number;
}

export interface PictureItems extends Items<PictureItem> {
  /** Names of the classes in the order of their numbers. */
  readonly classes: readonly string[];
}

/**
 * The set's pictures, which are held as bytes: numbers are made of those that are asked for.
 * @throws InputError for a range or count that is none, or where a picture cannot be read
 */
export async function pictureItems(dataset: Dataset, options: ItemOptions = {}): Promise<PictureItems> {
  checkOptions("pictureItems", options, ["range", "count"]);
  const { range = "unit", count = dataset.size } = options;
  expectOneOf("pictureItems", "range", range, Object.keys(VALUES));
  if (!Number.isInteger(count) || count < 1)
    throw new InputError(`pictureItems: count should be a whole number from 1 on, got ${shown(count)}`);
  const length = Math.min(count, dataset.size);
  const { shape, data, labels } = await picturesOf(dataset, 0, length);
  const [size, values] = [data.length / length, VALUES[range]];
  return {
    length,
    classes: dataset.classes,
    at: (index) => {
      const k = index < 0 ? index + length : index;
      if (k < 0 || k >= length) return undefined;
      const bytes = data.subarray(k * size, (k + 1) * size);
      return {
        image: { shape, data: Float32Array.from(bytes, (byte) => values[byte] as number) },
        label: { shape: [], data: Int32Array.of(labels?.[k] ?? 0) },
      };
    },
  };
}
