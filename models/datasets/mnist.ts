/** MNIST and sets in its form (Fashion-MNIST, KMNIST): two idx files for each part, plain or gzipped. */
import { InputError } from "../../engine/errors.ts";
import type { FileSet } from "./file-set.ts";
import { formed } from "./formed.ts";
import { DIGITS, idxDataset } from "./idx.ts";
import { baseName } from "./named-file.ts";
import type { OpenedDataset, OpenOptions } from "./options.ts";

/** Fashion-MNIST's files have MNIST's names; only the folder tells them apart. */
const FASHION = [
  ...["T-shirt", "trouser", "pullover", "dress", "coat"],
  ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
];

const PREFIX = { train: "train", test: "t10k", unlabeled: undefined } as const;

const find = (set: FileSet, name: RegExp) => set.files.find((file) => name.test(baseName(file.name)));

export const isMnist = (set: FileSet): boolean =>
  find(set, /^(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/) !== undefined;

/** Opens the part that is asked for. @throws InputError where one of its two files is missing, FormatError where one is damaged */
export async function openMnist(set: FileSet, options: OpenOptions): Promise<OpenedDataset> {
  const split = options.split ?? "train";
  const read = async (what: string, rank: number) => {
    const prefix = PREFIX[split];
    const found = prefix && find(set, new RegExp(`^${prefix}-${what}[-.]idx${rank}-ubyte(\\.gz)?$`));
    if (!found)
      throw new InputError(`${set.name} has no file ${prefix ?? split}-${what}-idx${rank}-ubyte.gz`);
    return { bytes: await found.bytes(), file: found.name };
  };
  const fashion = /fashion/i.test(set.name);
  const name = fashion ? "Fashion-MNIST" : "MNIST";
  const [pictures, labels] = [await read("images", 3), await read("labels", 1)];
  const dataset = idxDataset(name, pictures, labels, fashion ? FASHION : DIGITS);
  const what = `${name}, idx files, ${split === "train" ? "training" : "test"} part`;
  return { dataset: formed(dataset, options), what, leftOut: set.leftOut };
}
