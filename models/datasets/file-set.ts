/** The files of a folder or of an archive, as every reader of data sets takes them. */
import { FormatError, InputError } from "../../engine/errors.ts";
import { isZip, readZipDirectory, readZipEntry } from "../../engine/io/zip.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { baseName, memoryFile, type NamedFile } from "./named-file.ts";
import { isTar, tarFiles } from "./tar.ts";

/** All files of a folder, of those within it, or of an archive. */
export interface FileSet {
  /** The folder's own name, for messages and cards. */
  readonly name: string;
  readonly files: readonly NamedFile[];
  /** A sentence for each entry that is no file to read (a pipe, a socket, a link to nothing). */
  readonly leftOut: readonly string[];
}

/** Largest archive that is opened: it is held in memory. */
const MAX_ARCHIVE_BYTES = 2 ** 31 - 1;

/** Hidden files, and what macOS and Windows leave in folders and archives. */
const isHidden = (name: string): boolean =>
  name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX") ||
  /^(thumbs\.db|desktop\.ini)$/i.test(baseName(name));

/** The files of a folder in an order that does not depend on the host. */
export function fileSet(name: string, files: readonly NamedFile[], leftOut: readonly string[] = []): FileSet {
  const seen = files.filter((file) => !isHidden(file.name));
  return { name, files: seen.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)), leftOut };
}

/** Is this an archive that {@link archiveSet} opens, by its name? */
export const isArchiveName = (name: string): boolean => /\.(zip|tar|tar\.gz|tgz)$/i.test(name);

/**
 * The files within a zip, tar or tar.gz archive.
 * @throws FormatError where it is damaged or none of these, InputError where it is too large to be held
 */
export async function archiveSet(archive: NamedFile): Promise<FileSet> {
  const { name, size } = archive;
  if (size > MAX_ARCHIVE_BYTES)
    throw new InputError(`${name}: archives over 2 GiB are not opened; unpack it and give the folder`);
  const packed = await archive.bytes();
  const stem = baseName(name).replace(/\.(zip|tar|tar\.gz|tgz)$/i, "");
  if (isZip(packed)) {
    const entries = [...readZipDirectory(packed, name).values()].filter((entry) => !entry.name.endsWith("/"));
    const open = (entry: (typeof entries)[number]) =>
      memoryFile(entry.name, entry.size, () => readZipEntry(packed, entry, name));
    return fileSet(stem, entries.map(open));
  }
  const bytes = isGzip(packed) ? gunzip(packed, name) : packed;
  if (!isTar(bytes)) throw new FormatError(`${name}: not a zip, tar or tar.gz archive`);
  return fileSet(stem, tarFiles(bytes, name));
}
