/** The little of tar (POSIX ustar, with GNU's long names and pax paths) that archives of data sets use. */
import { FormatError } from "../../engine/errors.ts";
import { memoryFile, type NamedFile } from "./named-file.ts";

const BLOCK = 512;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
const octal = (bytes: Uint8Array): number => Number.parseInt(text(bytes).trim() || "0", 8);

/** Do these bytes begin with a tar header, by its checksum? */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && isHeader(bytes.subarray(0, BLOCK));
}

/** The header's bytes add up to the number that it states, its own field counted as blanks. */
function isHeader(block: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  return sum === octal(block.subarray(148, 156));
}

/** The value of `path` among the records "LENGTH key=value\n" of a pax header. */
const paxPath = (bytes: Uint8Array): string | undefined => /(?:^|\n)\d+ path=(.*)\n/.exec(text(bytes))?.[1];

/**
 * The regular files of an archive, as views of its bytes.
 * @throws FormatError where it is truncated or a header is damaged
 */
export function tarFiles(bytes: Uint8Array, archive: string): NamedFile[] {
  const files: NamedFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!isHeader(header)) throw new FormatError(`${archive}: the tar archive is damaged at byte ${at}`);
    const size = octal(header.subarray(124, 136));
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (!(size >= 0) || data.length < size)
      throw new FormatError(
        `${archive}: the tar archive is truncated within ${text(header.subarray(0, 100))}`,
      );
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] as number);
    if (type === "L") longName = text(data);
    else if (type === "x") longName = paxPath(data) ?? longName;
    else {
      const prefix = text(header.subarray(257, 262)) === "ustar" ? text(header.subarray(345, 500)) : "";
      const short = text(header.subarray(0, 100));
      const name = (longName ?? (prefix ? `${prefix}/${short}` : short)).replace(/^(\.\/)+/, "");
      longName = undefined;
      if (type === "0" || type === "\0") files.push(memoryFile(name, size, () => data));
    }
  }
  return files;
}
