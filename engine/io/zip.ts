/**
 * The little of ZIP that PyTorch's files use: a directory at the end, entries stored or deflated.
 *
 * Sizes come from the central directory and bound everything: an entry is inflated into a buffer of exactly its declared
 * size, and all declared sizes together may not exceed a limit, so a zip bomb costs what its directory admits or nothing.
 */
import { inflateSync } from "fflate";
import { FormatError } from "../errors.ts";
import { crc32 } from "./crc32.ts";

/** One entry of the central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_HEADER = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;
const SATURATED = 0xffffffff;

/** Bytes that the entries of one archive may unpack to. */
const MAX_UNPACKED_BYTES = 2 ** 31;

/** No deflate stream packs better than this; what claims more is a bomb or damaged. */
const MAX_DEFLATE_RATIO = 1032;

/** Do these bytes begin like a zip file? */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && view(bytes).getUint32(0, true) === LOCAL_HEADER;
}

/**
 * Reads the central directory.
 * @throws FormatError for a truncated, damaged, encrypted, multi-part or over 4 GB archive, and for zip bombs
 */
export function readZipDirectory(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const data = view(bytes);
  const end = findDirectoryEnd(data, file);
  const count = data.getUint16(end + 10, true);
  const directorySize = data.getUint32(end + 12, true);
  let position = data.getUint32(end + 16, true);
  if (count === 0xffff || position === SATURATED)
    throw new FormatError(`${file}: zip archives over 4 GB are not read`);
  if (position + directorySize > end) throw new FormatError(`${file}: the zip directory is damaged`);

  const entries = new Map<string, ZipEntry>();
  let unpacked = 0;
  let packed = 0;
  for (let i = 0; i < count; i++) {
    if (position + 46 > end || data.getUint32(position, true) !== DIRECTORY_HEADER) {
      throw new FormatError(`${file}: the zip directory is damaged at entry ${i} of ${count}`);
    }
    const nameLength = data.getUint16(position + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(position + 46, position + 46 + nameLength));
    const entry: ZipEntry = {
      name,
      method: data.getUint16(position + 10, true),
      crc: data.getUint32(position + 16, true),
      packedSize: data.getUint32(position + 20, true),
      size: data.getUint32(position + 24, true),
      headerOffset: data.getUint32(position + 42, true),
    };
    if (data.getUint16(position + 8, true) & 1)
      throw new FormatError(`${file}: zip entry ${name} is encrypted`);
    checkSizes(entry, file);
    unpacked += entry.size;
    if (unpacked > MAX_UNPACKED_BYTES)
      throw new FormatError(`${file}: the zip archive would unpack to more than 2 GiB`);
    packed += entry.packedSize;
    if (packed > bytes.length)
      throw new FormatError(
        `${file}: the entries of the zip archive lie over each other: refused as a zip bomb`,
      );
    if (entries.has(name)) throw new FormatError(`${file}: zip entry ${name} appears twice`);
    entries.set(name, entry);
    position += 46 + nameLength + data.getUint16(position + 30, true) + data.getUint16(position + 32, true);
  }
  return entries;
}

function checkSizes(entry: ZipEntry, file: string): void {
  const { name, method, packedSize, size, headerOffset } = entry;
  if (packedSize === SATURATED || size === SATURATED || headerOffset === SATURATED) {
    throw new FormatError(`${file}: zip entry ${name} is over 4 GB, which is not read`);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new FormatError(
      `${file}: zip entry ${name} is packed by method ${method}; only stored (0) and deflated (8) are read`,
    );
  }
  if (method === STORED && size !== packedSize) {
    throw new FormatError(
      `${file}: zip entry ${name} is stored, but ${packedSize} bytes are said to be ${size}`,
    );
  }
  if (method === DEFLATED && size > packedSize * MAX_DEFLATE_RATIO) {
    throw new FormatError(
      `${file}: zip entry ${name} claims ${size} bytes out of ${packedSize}: refused as a zip bomb`,
    );
  }
}

/** The end record lies within the last 64 KiB; behind it only a comment of the length it states. */
function findDirectoryEnd(data: DataView, file: string): number {
  const first = Math.max(0, data.byteLength - 22 - 0xffff);
  for (let i = data.byteLength - 22; i >= first; i--) {
    if (
      data.getUint32(i, true) === DIRECTORY_END &&
      i + 22 + data.getUint16(i + 20, true) === data.byteLength
    )
      return i;
  }
  throw new FormatError(`${file}: no zip directory at the end: the file is truncated or damaged`);
}

/**
 * The unpacked bytes of an entry; a view of `bytes` where it was stored.
 * @throws FormatError when the entry is damaged (bounds, deflate stream, size or checksum)
 */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  const { name, headerOffset, packedSize } = entry;
  const data = view(bytes);
  if (headerOffset + 30 > bytes.length || data.getUint32(headerOffset, true) !== LOCAL_HEADER) {
    throw new FormatError(`${file}: zip entry ${name} is not where the directory says`);
  }
  const start =
    headerOffset + 30 + data.getUint16(headerOffset + 26, true) + data.getUint16(headerOffset + 28, true);
  if (start + packedSize > bytes.length) throw new FormatError(`${file}: zip entry ${name} is truncated`);
  const packed = bytes.subarray(start, start + packedSize);
  const unpacked = entry.method === STORED ? packed : inflate(packed, entry, file);
  // PyTorch can be told not to compute checksums; it then writes zero.
  if (entry.crc !== 0 && crc32(unpacked) !== entry.crc) {
    throw new FormatError(`${file}: zip entry ${name} is damaged (checksum)`);
  }
  return unpacked;
}

function inflate(packed: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(packed, { out: new Uint8Array(entry.size) });
  } catch (error) {
    throw new FormatError(`${file}: zip entry ${entry.name} is damaged (${(error as Error).message})`);
  }
  if (unpacked.length !== entry.size) {
    throw new FormatError(
      `${file}: zip entry ${entry.name} unpacks to ${unpacked.length} bytes, not ${entry.size}`,
    );
  }
  return unpacked;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
