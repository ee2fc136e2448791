/**
 * Folders of pictures of any kind: a class a subfolder, or none; captions beside the pictures or in a table. Every picture
 * is decoded once, when the set is opened, so that what cannot be read is known before a run begins.
 */
import { isImageName } from "../../engine/data/image-names.ts";
import { InputError } from "../../engine/errors.ts";
import { type Captions, findCaptions } from "./captions.ts";
import type { Item } from "./dataset.ts";
import type { FileSet } from "./file-set.ts";
import { fingerprint } from "./fingerprint.ts";
import { checkedSize } from "./formed.ts";
import { baseName, type NamedFile } from "./named-file.ts";
import type { OpenedDataset, OpenOptions, PictureDecoder } from "./options.ts";
import { squarePicture, WHITE } from "./square-picture.ts";

const DEFAULT_SIZE = 64;
const MEMORY_BYTES = 2 ** 31;
/** Pictures decoded at the same time: each may take 400 MB for a moment. */
const AT_ONCE = 4;
/** Larger files are no pictures that anybody would train on, and several are read at the same time. */
const MAX_FILE_BYTES = 2 ** 28;
/** A picture whose shorter side has less than this share of the size asked for is left out: there is nothing to see in it. */
const LEAST_SHARE = 1 / 4;

/** Names of a subfolder that holds a part of the set. */
const PARTS: Readonly<Record<string, string>> = {
  train: "train",
  training: "train",
  test: "test",
  val: "test",
  valid: "test",
  validation: "test",
};

/** A picture with the number of its class. */
interface Picture {
  readonly file: NamedFile;
  readonly label: number;
}

interface Layout {
  readonly pictures: readonly Picture[];
  readonly classes: readonly string[];
  readonly leftOut: readonly string[];
}

/** Does the folder hold anything that is a picture by its name? */
export const hasPictures = (set: FileSet): boolean => set.files.some(isPicture);

const isPicture = (file: NamedFile): boolean => isImageName(baseName(file.name));
const parts = (file: NamedFile): string[] => file.name.split("/");

/**
 * Opens a folder of pictures.
 * @throws InputError where none of them can be used, or together they need more memory than allowed
 */
export async function openPictureFolder(
  set: FileSet,
  decode: PictureDecoder,
  options: OpenOptions,
): Promise<OpenedDataset> {
  const { channels = 3, background = WHITE, memoryBytes = MEMORY_BYTES } = options;
  const size = checkedSize(options.size ?? DEFAULT_SIZE);
  const form = { size, channels, background };
  const own = partOf(set, options.split);
  const found = layout(own.filter(isPicture));
  const captions = await findCaptions(
    own,
    found.pictures.map(({ file }) => file),
  );
  const wanted = found.pictures.filter(({ file }) => !captions || captions.of.has(file));
  const needed = wanted.length * size * size * channels;
  if (needed > memoryBytes)
    throw new InputError(
      `${set.name}: ${wanted.length} pictures of ${size}×${size} pixels take ${gigabytes(needed)} of memory, ` +
        `more than ${gigabytes(memoryBytes)}; open them smaller, or fewer`,
    );
  const items = new Map<NamedFile, Item>();
  const refused = new Map<NamedFile, string>();
  let done = 0;
  await inTurn(wanted, AT_ONCE, async ({ file, label }) => {
    options.signal?.throwIfAborted();
    try {
      if (file.size > MAX_FILE_BYTES)
        throw new InputError(`${file.name}: the file has ${gigabytes(file.size)}, too much for a picture`);
      const image = await decode(await file.bytes(), file.name);
      const shorter = Math.min(image.width, image.height);
      if (shorter < size * LEAST_SHARE)
        throw new InputError(
          `${file.name}: ${image.width}×${image.height} pixels are too few to be shown as ${size}×${size}`,
        );
      const picture = squarePicture(image, form);
      items.set(file, { picture, label, ...captions?.of.get(file) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.set(file, error.message);
    }
    options.onProgress?.(++done, wanted.length);
  });
  // Reading ends in any order; the set and the sentences are in that of the names.
  const used = wanted.filter(({ file }) => items.has(file));
  const reasons = wanted.flatMap(({ file }) => refused.get(file) ?? []);
  if (used.length === 0)
    throw new InputError(
      `${set.name}: none of its ${wanted.length} pictures can be used; the first: ${reasons[0]}`,
    );
  const inOrder = used.map(({ file }) => items.get(file) as Item);
  const { classes } = found;
  const dataset = {
    name: set.name,
    size: used.length,
    shape: [size, size, channels] as const,
    classes,
    fingerprint: fingerprint(
      size,
      channels,
      ...background,
      ...used.flatMap(({ file }) => [file.name, file.size]),
    ),
    item: (index: number) => inOrder[index] as Item,
  };
  const kind = classes.length > 0 ? `${classes.length} classes, a subfolder each` : "without classes";
  const said = captions ? `, captions from ${captions.from}` : "";
  const leftOut = [
    ...reasons,
    ...set.leftOut,
    ...found.leftOut,
    ...others(own, captions),
    ...withoutCaption(found, captions),
  ];
  return { dataset, what: `a folder of pictures, ${kind}${said}`, leftOut };
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Does `work` on all, some at the same time. The first that fails ends it. */
async function inTurn<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const turns = list.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of turns) await work(one);
    }),
  );
}

/** Where the set has a folder for training and another for tests, the files of the one asked for. */
function partOf(set: FileSet, split: OpenOptions["split"]): readonly NamedFile[] {
  const depth = commonDepth(set.files.filter(isPicture));
  const partName = (file: NamedFile) => PARTS[(parts(file)[depth] ?? "").toLowerCase()];
  const named = set.files.filter((file) => isPicture(file) && parts(file).length > depth + 1).map(partName);
  const divided = named.includes("train") && named.includes("test");
  if (!divided && split !== undefined && split !== "train")
    throw new InputError(`${set.name} has no part "${split}": no folders train and test within it`);
  return divided ? set.files.filter((file) => partName(file) === (split ?? "train")) : set.files;
}

/** How many folders all these files have in common. */
function commonDepth(files: readonly NamedFile[]): number {
  const [first, ...rest] = files.map(parts);
  if (!first) return 0;
  let depth = first.length - 1;
  for (const path of rest) {
    let same = 0;
    while (same < depth && same < path.length - 1 && path[same] === first[same]) same++;
    depth = same;
  }
  return depth;
}

/** Which pictures belong to which class. Where some lie in subfolders and some do not, the many decide. */
function layout(pictures: readonly NamedFile[]): Layout {
  const depth = commonDepth(pictures);
  const classOf = (file: NamedFile) => (parts(file).length > depth + 1 ? parts(file)[depth] : undefined);
  const classed = pictures.filter((file) => classOf(file) !== undefined);
  if (2 * classed.length < pictures.length) {
    const flat = pictures.filter((file) => classOf(file) === undefined);
    const leftOut = classed.map(
      ({ name }) => `${name}: in a subfolder, while most pictures lie outside of any`,
    );
    return { pictures: flat.map((file) => ({ file, label: 0 })), classes: [], leftOut };
  }
  const classes = [...new Set(classed.map((file) => classOf(file) as string))].sort();
  const numbers = new Map(classes.map((name, number) => [name as string | undefined, number]));
  return {
    pictures: classed.map((file) => ({ file, label: numbers.get(classOf(file)) as number })),
    classes,
    leftOut: pictures
      .filter((file) => classOf(file) === undefined)
      .map(({ name }) => `${name}: in no subfolder, while most pictures lie in one for their class`),
  };
}

/** Files that are neither pictures nor where the captions come from. */
const others = (files: readonly NamedFile[], captions: Captions | undefined): string[] =>
  files
    .filter((file) => !isPicture(file) && !captions?.sources.has(file))
    .map(({ name }) => `${name}: not a picture by its name`);

function withoutCaption({ pictures }: Layout, captions: Captions | undefined): string[] {
  if (!captions) return [];
  const bare = pictures.filter(({ file }) => !captions.of.has(file));
  return [...bare.map(({ file }) => `${file.name}: no caption`), ...captions.leftOut];
}
