/**
 * CIFAR-10 and CIFAR-100, binary version (Krizhevsky 2009; cs.toronto.edu/~kriz/cifar.html): records of one or two labels
 * and the red, green and blue planes of 32×32 pixels.
 */
import { FormatError, InputError } from "../../engine/errors.ts";
import type { Dataset, Item } from "./dataset.ts";
import type { FileSet } from "./file-set.ts";
import { fingerprint } from "./fingerprint.ts";
import { formed } from "./formed.ts";
import { baseName, type NamedFile } from "./named-file.ts";
import type { OpenedDataset, OpenOptions } from "./options.ts";

const SIDE = 32;
const PLANE = SIDE * SIDE;

export const CIFAR10_CLASSES = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

/** The two sets, by the names of their files. */
const KINDS = [
  {
    title: "CIFAR-10",
    train: /^data_batch_\d\.bin$/,
    test: /^test_batch\.bin$/,
    names: /^batches\.meta\.txt$/,
    labels: 1,
    classes: CIFAR10_CLASSES,
  },
  {
    title: "CIFAR-100",
    train: /^train\.bin$/,
    test: /^test\.bin$/,
    names: /^fine_label_names\.txt$/,
    // The coarse label comes first; the fine one is the class.
    labels: 2,
    classes: Array.from({ length: 100 }, (_, k) => `class ${k}`),
  },
] as const;

type Kind = (typeof KINDS)[number];

const matching = (set: FileSet, name: RegExp): NamedFile[] =>
  set.files.filter((file) => name.test(baseName(file.name)));
const kindOf = (set: FileSet): Kind | undefined =>
  KINDS.find(({ train, test }) => matching(set, train).length + matching(set, test).length > 0);

/** Does the folder hold one of the two sets, in this or in the Python version? */
export const isCifar = (set: FileSet): boolean =>
  kindOf(set) !== undefined || matching(set, /^data_batch_\d$/).length > 0;

/**
 * Opens the part that is asked for.
 * @throws InputError where it is not there, FormatError where a file is truncated or a label out of range
 */
export async function openCifar(set: FileSet, options: OpenOptions): Promise<OpenedDataset> {
  const kind = kindOf(set);
  if (!kind)
    throw new InputError(`${set.name}: the Python version of CIFAR-10 is not read; take the binary version`);
  const split = options.split ?? "train";
  const files = split === "unlabeled" ? [] : matching(set, kind[split]);
  if (files.length === 0)
    throw new InputError(`${set.name}: ${kind.title} has no files of its part "${split}"`);
  const classes = await classNames(set, kind);
  const record = kind.labels + 3 * PLANE;
  const batches = await Promise.all(files.map((file) => file.bytes()));
  const counts = batches.map((bytes, k) => countRecords(bytes.length, record, files[k] as NamedFile));
  const short = counts.findIndex((count) => count < Math.max(...counts));
  if (short >= 0)
    throw new FormatError(
      `${files[short]?.name}: holds ${counts[short]} pictures, the other files ${Math.max(...counts)}: it is truncated`,
    );
  const perFile = counts[0] as number;
  const labelOf = (index: number) => {
    const batch = batches[Math.floor(index / perFile)] as Uint8Array;
    return batch[(index % perFile) * record + kind.labels - 1] as number;
  };
  const size = perFile * files.length;
  for (let k = 0; k < size; k++)
    if (labelOf(k) >= classes.length)
      throw new FormatError(
        `${files[Math.floor(k / perFile)]?.name}: the label of picture ${k % perFile} is ${labelOf(k)}, there are ${classes.length} classes`,
      );
  const item = (index: number): Item => {
    const from = (index % perFile) * record + kind.labels;
    const planes = (batches[Math.floor(index / perFile)] as Uint8Array).subarray(from, from + 3 * PLANE);
    return { picture: interleaved(planes), label: labelOf(index) };
  };
  const dataset: Dataset = {
    name: kind.title,
    size,
    shape: [SIDE, SIDE, 3],
    classes,
    fingerprint: fingerprint(kind.title, ...files.flatMap(({ name, size }) => [baseName(name), size])),
    item,
  };
  const what = `${kind.title}, binary version, ${split === "train" ? "training" : "test"} part`;
  return { dataset: formed(dataset, options), what, leftOut: set.leftOut };
}

/** The names that lie beside the data, or else those that are known. */
async function classNames(set: FileSet, kind: Kind): Promise<readonly string[]> {
  const [file] = matching(set, kind.names);
  if (!file) return kind.classes;
  const names = new TextDecoder()
    .decode(await file.bytes())
    .split(/\s+/)
    .filter(Boolean);
  if (names.length === kind.classes.length) return names;
  throw new FormatError(`${file.name}: names ${names.length} classes, expected ${kind.classes.length}`);
}

function countRecords(bytes: number, record: number, { name }: NamedFile): number {
  if (bytes > 0 && bytes % record === 0) return bytes / record;
  throw new FormatError(
    `${name}: ${bytes} bytes are no whole number of records of ${record}: it is truncated or of another kind`,
  );
}

/** Three planes as [h, w, 3]. */
function interleaved(planes: Uint8Array): Uint8Array {
  const out = new Uint8Array(3 * PLANE);
  for (let pixel = 0; pixel < PLANE; pixel++)
    for (let c = 0; c < 3; c++) out[3 * pixel + c] = planes[c * PLANE + pixel] as number;
  return out;
}
