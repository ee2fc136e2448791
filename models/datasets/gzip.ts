/** Gzip (RFC 1952) of files that are held in memory, checked by their checksum. */
import { gunzipSync } from "fflate";
import { FormatError } from "../../engine/errors.ts";
import { crc32 } from "../../engine/io/crc32.ts";

/** No deflate stream packs better than this; what claims more is a bomb or damaged. */
const MAX_RATIO = 1032;
const MAX_UNPACKED_BYTES = 2 ** 31 - 1;

/** Do these bytes begin like a gzip file? */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * The unpacked bytes.
 * @param file its name, for messages
 * @throws FormatError where the file is truncated, damaged, or would unpack to more than 2 GiB
 */
export function gunzip(bytes: Uint8Array, file: string): Uint8Array {
  // The last eight bytes are the checksum and the size of what is packed.
  if (bytes.length < 18) throw new FormatError(`${file}: the gzip file is truncated`);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8);
  const size = trailer.getUint32(4, true);
  if (size > MAX_UNPACKED_BYTES || size > bytes.length * MAX_RATIO)
    throw new FormatError(
      `${file}: the gzip file is truncated or damaged (it claims ${size} bytes out of ${bytes.length})`,
    );
  let unpacked: Uint8Array;
  try {
    unpacked = gunzipSync(bytes);
  } catch (error) {
    throw new FormatError(`${file}: the gzip data are truncated or damaged (${(error as Error).message})`);
  }
  if (unpacked.length !== size || crc32(unpacked) !== trailer.getUint32(0, true))
    throw new FormatError(`${file}: the gzip file is truncated or damaged (checksum)`);
  return unpacked;
}
