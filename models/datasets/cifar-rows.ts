/** Pictures of 32×32 pixels as the rows of larger ones: cifar10_batch_K.png, of ConvNetJS, with labels.bin beside them. */
import { FormatError, InputError } from "../../engine/errors.ts";
import { toRgb } from "../../engine/io/image.ts";
import { CIFAR10_CLASSES } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import type { FileSet } from "./file-set.ts";
import { fingerprint } from "./fingerprint.ts";
import { formed } from "./formed.ts";
import { baseName } from "./named-file.ts";
import type { OpenedDataset, OpenOptions, PictureDecoder } from "./options.ts";

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const BYTES = 3 * PIXELS;

const batchesOf = (set: FileSet) =>
  set.files.filter((file) => /^cifar10_batch_\d+\.png$/.test(baseName(file.name)));

export const isCifarRows = (set: FileSet): boolean => batchesOf(set).length > 0;

/** @throws FormatError where the pictures are of another form, or the labels do not belong to them */
export async function openCifarRows(
  set: FileSet,
  decode: PictureDecoder,
  options: OpenOptions,
): Promise<OpenedDataset> {
  if (options.split !== undefined && options.split !== "train")
    throw new InputError(`${set.name}: pictures of CIFAR-10 as rows have no part "${options.split}"`);
  const number = (name: string) => Number(/(\d+)\.png$/.exec(name)?.[1]);
  const files = batchesOf(set).sort((a, b) => number(a.name) - number(b.name));
  const rows: Uint8Array[] = [];
  for (const file of files) {
    const { width, height, data } = toRgb(await decode(await file.bytes(), file.name));
    if (width !== PIXELS)
      throw new FormatError(
        `${file.name}: rows of ${width} pixels, expected ${PIXELS} (a 32×32 picture each)`,
      );
    for (let y = 0; y < height; y++) rows.push(data.subarray(y * BYTES, (y + 1) * BYTES));
  }
  const labelFile = set.files.find((file) => baseName(file.name) === "labels.bin");
  const labels = await labelFile?.bytes();
  if (labels && labels.length !== rows.length)
    throw new FormatError(`${labelFile?.name}: ${labels.length} labels for ${rows.length} pictures`);
  const wrong = labels?.findIndex((label) => label >= CIFAR10_CLASSES.length) ?? -1;
  if (wrong >= 0)
    throw new FormatError(`${labelFile?.name}: label ${wrong} is ${labels?.[wrong]}, there are 10 classes`);
  const dataset: Dataset = {
    name: "CIFAR-10",
    size: rows.length,
    shape: [SIDE, SIDE, 3],
    classes: labels ? CIFAR10_CLASSES : [],
    fingerprint: fingerprint("rows", ...files.flatMap(({ name, size }) => [baseName(name), size])),
    item: (k) => ({ picture: rows[k] as Uint8Array, label: labels?.[k] ?? 0 }),
  };
  const what = `pictures of CIFAR-10 as rows of larger ones, ${labels ? "with labels" : "without labels"}`;
  return { dataset: formed(dataset, options), what, leftOut: set.leftOut };
}
