/** Data sets on disk (Node and Deno). */
import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { decodeImage, readFileBytes } from "../../engine/io/node.ts";
import { openBuiltIn } from "./built-in.ts";
import { archiveSet, type FileSet, fileSet, isArchiveName } from "./file-set.ts";
import type { NamedFile } from "./named-file.ts";
import { openFileSet } from "./open.ts";
import type { OpenedDataset, OpenOptions } from "./options.ts";

/**
 * Opens a data set: a folder, a zip, tar or tar.gz of one, or a set that needs no files by its name. See {@link openFileSet} for what is recognised.
 * @throws InputError where there is nothing, or nothing that can be used
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  return openBuiltIn(path, options) ?? openFileSet(await filesOnDisk(path), decodeImage, options);
}

/** The files of a folder or an archive. @throws InputError where it cannot be read */
export async function filesOnDisk(path: string): Promise<FileSet> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" ? "there is no such folder or file" : error.message;
    throw new InputError(`cannot read ${path}: ${missing}`);
  });
  if (info.isDirectory()) {
    const walk: Walk = { files: [], leftOut: [], entered: new Set() };
    await enter(path, "", walk);
    return fileSet(basename(resolve(path)), walk.files, walk.leftOut);
  }
  if (!info.isFile() || !isArchiveName(path))
    throw new InputError(`cannot read ${path}: expected a folder, or a .zip, .tar or .tar.gz of one`);
  return archiveSet(diskFile(path, basename(path), info.size));
}

interface Walk {
  readonly files: NamedFile[];
  readonly leftOut: string[];
  /** Folders by their true path: links may go round in a circle. */
  readonly entered: Set<string>;
}

async function enter(folder: string, prefix: string, walk: Walk): Promise<void> {
  const truth = await realpath(folder);
  if (walk.entered.has(truth)) return;
  walk.entered.add(truth);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "EACCES" ? "permission is denied" : error.message;
    throw new InputError(`cannot read the folder ${folder}: ${reason}`);
  });
  for (const name of names) {
    if (name.startsWith(".")) continue;
    const [path, inner] = [join(folder, name), prefix + name];
    // Opening a pipe would wait for its other end, so what an entry is comes first.
    const info = await stat(path).catch(() => undefined);
    if (!info) walk.leftOut.push(`${inner}: a link to nothing`);
    else if (info.isDirectory()) await enter(path, `${inner}/`, walk);
    else if (info.isFile()) walk.files.push(diskFile(path, inner, info.size));
    else walk.leftOut.push(`${inner}: not a regular file`);
  }
}

function diskFile(path: string, name: string, size: number): NamedFile {
  return {
    name,
    size,
    bytes: () => readFileBytes(path),
    async slice(start, end) {
      const file = await open(path).catch((error: Error) => {
        throw new InputError(`cannot read ${path}: ${error.message}`);
      });
      try {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        if (bytesRead < bytes.length)
          throw new InputError(`cannot read ${path}: it ends at byte ${start + bytesRead}`);
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}
