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

/**
 * Chosen files (`<input type="file" multiple>` or `webkitdirectory`); a single archive is opened.
 * @throws InputError where there are none
 */
export async function chosenFiles(files: Iterable<File>): Promise<FileSet> {
  return collected([...files].map((file) => blobFile(file, file.webkitRelativePath || file.name)));
}

/**
 * What was dropped: a folder, files, or one archive. Call it within the drop event's handler, before anything is awaited:
 * afterwards a browser shows no entries any more.
 * @throws InputError where nothing was dropped, or it cannot be read
 */
export async function droppedFiles(transfer: DataTransfer): Promise<FileSet> {
  const found = [...transfer.items].map((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry) return filesBelow(entry);
    // What a script has put into the transfer is a file without an entry.
    const file = item.getAsFile();
    return file ? [blobFile(file, file.name)] : [];
  });
  return collected((await Promise.all(found)).flat());
}

async function filesBelow(entry: FileSystemEntry): Promise<NamedFile[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (isFile(entry)) return [blobFile(await promised(path, entry.file.bind(entry)), path)];
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

async function collected(files: readonly NamedFile[]): Promise<FileSet> {
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
