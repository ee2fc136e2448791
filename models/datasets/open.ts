/** Any set of pictures, recognised by its files. Runs in every host; see open-node.ts and open-browser.ts for where files come from. */
import { InputError } from "../../engine/errors.ts";
import { isCifar, openCifar } from "./cifar.ts";
import { isCifarRows, openCifarRows } from "./cifar-rows.ts";
import { archiveSet, type FileSet, isArchiveName } from "./file-set.ts";
import { hasPictures, openPictureFolder } from "./folder.ts";
import { isMnist, openMnist } from "./mnist.ts";
import type { OpenedDataset, OpenOptions, PictureDecoder } from "./options.ts";
import { isStl10, openStl10 } from "./stl10.ts";

/** What a folder may be, in the order in which it is asked; every set that lies in pictures would pass for a folder of them. */
const READERS: readonly {
  is(set: FileSet): boolean;
  open(set: FileSet, decode: PictureDecoder, options: OpenOptions): Promise<OpenedDataset>;
}[] = [
  { is: isMnist, open: (set, _, options) => openMnist(set, options) },
  { is: isCifar, open: (set, _, options) => openCifar(set, options) },
  { is: isCifarRows, open: openCifarRows },
  { is: isStl10, open: (set, _, options) => openStl10(set, options) },
  { is: hasPictures, open: openPictureFolder },
];

/**
 * Finds out what a folder or archive holds, and opens it.
 * @throws InputError where it holds nothing that is known, or what it holds is damaged
 */
export async function openFileSet(
  set: FileSet,
  decode: PictureDecoder,
  options: OpenOptions = {},
): Promise<OpenedDataset> {
  const reader = READERS.find(({ is }) => is(set));
  if (reader) return reader.open(set, decode, options);
  // As it was downloaded: nothing but the archive of a set.
  const [archive, ...others] = set.files.filter((file) => isArchiveName(file.name));
  if (archive && others.length === 0) return openFileSet(await archiveSet(archive), decode, options);
  if (set.files.length === 0)
    throw new InputError(`${set.name} is empty${set.leftOut.map((s) => `; ${s}`)[0] ?? ""}`);
  throw new InputError(
    `${set.name} holds no pictures (PNG, JPEG, WebP, AVIF, TIFF or GIF) and no set that is known ` +
      "(MNIST's idx files, CIFAR-10, CIFAR-100 or STL-10 in the binary version)",
  );
}
