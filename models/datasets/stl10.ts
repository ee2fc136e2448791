/**
 * STL-10, binary version (Coates, Lee, Ng, AISTATS 2011; cs.stanford.edu/~acoates/stl10): pictures of 96×96 pixels, the
 * planes red, green and blue, each stored column by column. The unlabelled part is 2.7 GB: pictures are read one by one.
 */
import { FormatError, InputError } from "../../engine/errors.ts";
import type { Dataset } from "./dataset.ts";
import type { FileSet } from "./file-set.ts";
import { fingerprint } from "./fingerprint.ts";
import { formed } from "./formed.ts";
import { baseName } from "./named-file.ts";
import type { OpenedDataset, OpenOptions } from "./options.ts";

const SIDE = 96;
const PLANE = SIDE * SIDE;
const BYTES = 3 * PLANE;

const CLASSES = [
  ...["airplane", "bird", "car", "cat", "deer"],
  ...["dog", "horse", "monkey", "ship", "truck"],
];

const find = (set: FileSet, name: string) => set.files.find((file) => baseName(file.name) === name);

export const isStl10 = (set: FileSet): boolean =>
  ["train", "test", "unlabeled"].some((split) => find(set, `${split}_X.bin`) !== undefined);

/**
 * Opens the part that is asked for; pictures of "unlabeled" have no classes.
 * @throws InputError where it is not there, FormatError where a file is truncated or a label out of range
 */
export async function openStl10(set: FileSet, options: OpenOptions): Promise<OpenedDataset> {
  const split = options.split ?? "train";
  const pictures = find(set, `${split}_X.bin`);
  if (!pictures) throw new InputError(`${set.name}: STL-10 has no file ${split}_X.bin`);
  if (pictures.size === 0 || pictures.size % BYTES !== 0)
    throw new FormatError(
      `${pictures.name}: ${pictures.size} bytes are no whole number of pictures of ${BYTES}: it is truncated or of another kind`,
    );
  const size = pictures.size / BYTES;
  const labels = split === "unlabeled" ? undefined : await readLabels(set, `${split}_y.bin`, size);
  const dataset: Dataset = {
    name: "STL-10",
    size,
    shape: [SIDE, SIDE, 3],
    classes: labels ? CLASSES : [],
    fingerprint: fingerprint("STL-10", split, size),
    async item(k) {
      const planes = await pictures.slice(k * BYTES, (k + 1) * BYTES);
      return { picture: upright(planes), label: labels?.[k] ?? 0 };
    },
  };
  const part = { train: "training part", test: "test part", unlabeled: "part without labels" }[split];
  return { dataset: formed(dataset, options), what: `STL-10, binary version, ${part}`, leftOut: set.leftOut };
}

/** Classes counted from 0; the file counts from 1. */
async function readLabels(set: FileSet, name: string, count: number): Promise<Uint8Array> {
  const file = find(set, name);
  if (!file) throw new InputError(`${set.name}: STL-10 has no file ${name}`);
  const labels = await file.bytes();
  if (labels.length !== count)
    throw new FormatError(`${file.name}: ${labels.length} labels for ${count} pictures`);
  const wrong = labels.findIndex((label) => label < 1 || label > CLASSES.length);
  if (wrong >= 0)
    throw new FormatError(
      `${file.name}: the label of picture ${wrong} is ${labels[wrong]}, expected 1 to ${CLASSES.length}`,
    );
  return labels.map((label) => label - 1);
}

/** Planes of columns as [h, w, 3]. */
function upright(planes: Uint8Array): Uint8Array {
  const out = new Uint8Array(BYTES);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      for (let c = 0; c < 3; c++) out[3 * (y * SIDE + x) + c] = planes[c * PLANE + x * SIDE + y] as number;
  return out;
}
