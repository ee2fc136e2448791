/** Data sets in a page: dropped folders, chosen files, zip archives. */
import { InputError } from "../../engine/errors.ts";
import { decodeImage } from "../../engine/io/image-browser.ts";
import { archiveSet, type FileSet, fileSet, isArchiveName } from "./file-set.ts";
import type { NamedFile } from "./named-file.ts";
import { openFileSet } from "./open.ts";
import type { OpenedDataset, OpenOptions, PictureDecoder } from "./options.ts";

const decode: PictureDecoder = (bytes, name) => decodeImage(new Blob([bytes as BlobPart]), name);

/** Opens what was dropped or chosen. See {@link openFileSet} for what is recognised. @throws InputError */
export async function openDataset(files: FileSet, options: OpenOptions = {}): Promise<OpenedDataset> {
  return openFileSet(files, decode, options);
}

/** A file and its path below what was chosen or dropped. Can be sent to a worker, which a set of files cannot. */
export interface PathedFile {
  readonly path: string;
  readonly file: File;
}

/** Chosen files (`<input type="file" multiple>` or `webkitdirectory`). */
export const pathedFiles = (files: Iterable<File>): PathedFile[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** The same as a set; a single archive is opened. @throws InputError where there are none */
export const chosenFiles = (files: Iterable<File>): Promise<FileSet> => setOfFiles(pathedFiles(files));

/**
 * What was dropped: a folder, files, or one archive. Call it within the drop event's handler, before anything is awaited:
 * afterwards a browser shows no entries any more.
 * @throws InputError where it cannot be read
 */
export async function droppedPaths(transfer: DataTransfer): Promise<PathedFile[]> {
  const found = [...transfer.items].map((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry) return filesBelow(entry);
    // What a script has put into the transfer is a file without an entry.
    const file = item.getAsFile();
    return file ? [{ path: file.name, file }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** The same as a set. @throws InputError where nothing was dropped */
export const droppedFiles = async (transfer: DataTransfer): Promise<FileSet> =>
  setOfFiles(await droppedPaths(transfer));

async function filesBelow(entry: FileSystemEntry): Promise<PathedFile[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (isFile(entry)) return [{ path, file: await promised(path, entry.file.bind(entry)) }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  // A browser gives about a hundred entries at a time, and none at the end.
  for (;;) {
    const some = await promised(path, reader.readEntries.bind(reader));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(filesBelow))).flat();
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

function promised<T>(path: string, ask: (done: (value: T) => void, failed: (error: Error) => void) => void) {
  return new Promise<T>((resolve, reject) => {
    ask(resolve, (error) => reject(new InputError(`cannot read ${path}: ${error.message}`)));
  });
}

/** The files as readers of data sets take them; a single archive is opened. @throws InputError where there are none */
export async function setOfFiles(chosen: readonly PathedFile[]): Promise<FileSet> {
  const files = chosen.map(({ path, file }) => blobFile(file, path));
  const [first, ...rest] = files;
  if (!first) throw new InputError("no files were given");
  if (rest.length === 0 && isArchiveName(first.name)) return archiveSet(first);
  const top = first.name.split("/")[0] as string;
  const oneFolder = first.name.includes("/") && files.every(({ name }) => name.startsWith(`${top}/`));
  if (!oneFolder) return fileSet("the chosen files", files);
  return fileSet(
    top,
    files.map((file) => ({ ...file, name: file.name.slice(top.length + 1) })),
  );
}

function blobFile(blob: Blob, name: string): NamedFile {
  const read = async (part: Blob) => {
    try {
      return new Uint8Array(await part.arrayBuffer());
    } catch (error) {
      throw new InputError(`cannot read ${name}: ${(error as Error).message}`);
    }
  };
  return {
    name,
    size: blob.size,
    bytes: () => read(blob),
    slice: (start, end) => read(blob.slice(start, end)),
  };
}
