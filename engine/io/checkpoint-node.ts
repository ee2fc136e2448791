/** Checkpoints and weights as files, in Node. */
import {
  type Checkpoint,
  checkOptions,
  decodeCheckpoint,
  encodeCheckpoint,
  type JsonValue,
} from "./checkpoint.ts";
import { readFileBytes, writeFileAtomic } from "./fs-node.ts";
import type { HostTensor } from "./host-tensor.ts";
import { writeSafetensors } from "./safetensors.ts";
import { readWeights } from "./weights.ts";

/**
 * Writes a checkpoint; the one that lay there before stays until the new one is complete.
 * @throws InputError when it cannot be written
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomic(path, encodeCheckpoint(checkpoint));
}

/**
 * Reads a checkpoint.
 * @param expectedOptions options that it must have been made with
 * @throws InputError (FormatError for a damaged file) naming what is wrong
 */
export async function readCheckpoint(
  path: string,
  expectedOptions: Readonly<Record<string, JsonValue>> = {},
): Promise<Checkpoint> {
  const checkpoint = decodeCheckpoint(await readFileBytes(path), path);
  checkOptions(expectedOptions, checkpoint, path);
  return checkpoint;
}

/**
 * Reads a safetensors or PyTorch file.
 * @throws InputError when it cannot be read, FormatError when it holds no weights
 */
export async function readWeightsFile(path: string): Promise<Map<string, HostTensor>> {
  return readWeights(await readFileBytes(path), path);
}

/**
 * Writes a safetensors file, whole or not at all.
 * @throws InputError when it cannot be written
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, writeSafetensors(tensors, metadata));
}
