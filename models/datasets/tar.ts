/** The little of tar (POSIX ustar, with GNU's long names and pax paths) that archives of data sets use. */
import { FormatError } from "../../engine/errors.ts";
import { memoryFile, type NamedFile } from "./named-file.ts";

/** Everything in an archive fills whole blocks. */
export const TAR_BLOCK = 512;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
const octal = (bytes: Uint8Array): number => Number.parseInt(text(bytes).trim() || "0", 8);

/** Do these bytes begin with a tar header, by its checksum? */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= TAR_BLOCK && isHeader(bytes.subarray(0, TAR_BLOCK));
}

/** The header's bytes add up to the number that it states, its own field counted as blanks. */
function isHeader(block: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < TAR_BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  return sum === octal(block.subarray(148, 156));
}

/** The value of `path` among the records "LENGTH key=value\n" of a pax header. */
const paxPath = (bytes: Uint8Array): string | undefined => /(?:^|\n)\d+ path=(.*)\n/.exec(text(bytes))?.[1];

/** What the data behind a header are: a regular file, the name of the next one, or nothing that is wanted. */
export interface TarEntry {
  readonly kind: "file" | "name" | "other";
  readonly name: string;
  readonly size: number;
}

/** Reads the headers of one archive from the first to the last. */
export class TarHeaders {
  private longName: string | undefined;
  private readonly archive: string;

  constructor(archive: string) {
    this.archive = archive;
  }

  /** @returns undefined at the archive's end @throws FormatError where the block is no header */
  read(block: Uint8Array): TarEntry | undefined {
    if (block.every((byte) => byte === 0)) return undefined;
    const size = octal(block.subarray(124, 136));
    if (!isHeader(block) || !(size >= 0))
      throw new FormatError(`${this.archive}: the tar archive is damaged`);
    const type = String.fromCharCode(block[156] as number);
    if (type === "L" || type === "x") return { kind: "name", name: type, size };
    const prefix = text(block.subarray(257, 262)) === "ustar" ? text(block.subarray(345, 500)) : "";
    const short = text(block.subarray(0, 100));
    const name = (this.longName ?? (prefix ? `${prefix}/${short}` : short)).replace(/^(\.\/)+/, "");
    this.longName = undefined;
    return { kind: type === "0" || type === "\0" ? "file" : "other", name, size };
  }

  /** Takes the data behind a header of the kind "name". */
  rename(entry: TarEntry, data: Uint8Array): void {
    this.longName = entry.name === "L" ? text(data) : (paxPath(data) ?? this.longName);
  }

  /** @throws FormatError always */
  truncated(entry: TarEntry): never {
    throw new FormatError(`${this.archive}: the tar archive is truncated within ${entry.name}`);
  }
}

/**
 * The regular files of an archive, as views of its bytes.
 * @throws FormatError where it is truncated or a header is damaged
 */
export function tarFiles(bytes: Uint8Array, archive: string): NamedFile[] {
  const files: NamedFile[] = [];
  const headers = new TarHeaders(archive);
  for (let at = 0; at + TAR_BLOCK <= bytes.length; ) {
    const entry = headers.read(bytes.subarray(at, at + TAR_BLOCK));
    if (!entry) break;
    const { kind, name, size } = entry;
    const data = bytes.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size);
    if (data.length < size) headers.truncated(entry);
    if (kind === "name") headers.rename(entry, data);
    if (kind === "file") files.push(memoryFile(name, size, () => data));
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return files;
}
