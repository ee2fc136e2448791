/** Network weights from any file this project reads, told apart by content, not by name. */
import { expectBytes, FormatError } from "../errors.ts";
import type { HostTensor } from "./host-tensor.ts";
import { readPth } from "./pth.ts";
import { readSafetensors, type Safetensors } from "./safetensors.ts";
import { isZip } from "./zip.ts";

const PICKLE_PROTOCOL = 0x80;

/** The tensors alone of what `openWeights` reads. @throws FormatError as it does */
export const readWeights = (bytes: Uint8Array, filename: string): Map<string, HostTensor> =>
  openWeights(bytes, filename).tensors;

/**
 * Reads the tensors of a safetensors or PyTorch (`.pth`, `.pt`) file, and the metadata of the former.
 * @param filename for messages, and to say in a damaged file's error what it should have been
 * @throws FormatError when it is neither, or damaged, or a pickle that does more than hold tensors
 */
export function openWeights(bytes: Uint8Array, filename: string): Safetensors {
  expectBytes("openWeights", bytes);
  const fromPth = () => ({ tensors: readPth(bytes, filename), metadata: {} });
  // Before pickles: the first byte of safetensors is the low one of a length, so it may be any, theirs too.
  if (beginsAsSafetensors(bytes)) return readSafetensors(bytes, filename);
  if (isZip(bytes) || bytes[0] === PICKLE_PROTOCOL) return fromPth();
  if (filename.endsWith(".safetensors")) return readSafetensors(bytes, filename);
  const reason = knownMistake(bytes);
  // Old pickles have no signature; within a file that says it is one, the pickle reader finds the better words.
  if (reason === undefined && /\.(pth|pt|pkl)$/.test(filename) && bytes.length > 0) return fromPth();
  throw new FormatError(
    `${filename}: neither a safetensors nor a PyTorch weights file${reason ? ` (${reason})` : ""}`,
  );
}

/** The eight bytes of a header's length, below 4 GiB, and the header: JSON. */
const beginsAsSafetensors = (bytes: Uint8Array): boolean =>
  bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);

function knownMistake(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "it is empty";
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  if (start.startsWith("version https://git-lfs"))
    return "a Git LFS pointer: fetch the file itself with 'git lfs pull'";
  if (start.startsWith("<!doctype") || start.startsWith("<html"))
    return "a web page: the download went wrong";
  return undefined;
}
