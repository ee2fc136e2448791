/**
 * A training checkpoint: one safetensors file that holds all that continuing exactly needs.
 *
 * Tensors are named `model.*` (the network under its state-dict names) and `optimizer.*`; the rest is JSON in the metadata,
 * under the key "checkpoint". Any safetensors reader can take the weights out.
 */
import { FormatError, InputError } from "../errors.ts";
import type { HostTensor } from "./host-tensor.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { parseStrictJson, showJson } from "./strict-json.ts";

/** Plain data, as JSON can hold it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** The state of a training run after `step` updates. */
export interface Checkpoint {
  /** Updates done. */
  readonly step: number;
  /** The run's seed. */
  readonly seed: number;
  /** Counters of the random streams, by stream. */
  readonly rng: Readonly<Record<string, number>>;
  /** What was trained and how: the network's and the run's options. */
  readonly options: Readonly<Record<string, JsonValue>>;
  /** The network's parameters and running statistics. */
  readonly model: ReadonlyMap<string, HostTensor>;
  /** The optimiser's moments and the like. */
  readonly optimizer: ReadonlyMap<string, HostTensor>;
}

/** Version of the layout; a reader refuses all others. */
export const CHECKPOINT_VERSION = 1;

const MODEL = "model.";
const OPTIMIZER = "optimizer.";

/** A checkpoint as the bytes of a safetensors file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { step, seed, rng, options, model, optimizer } = checkpoint;
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of model) tensors.set(MODEL + name, tensor);
  for (const [name, tensor] of optimizer) tensors.set(OPTIMIZER + name, tensor);
  const state = { version: CHECKPOINT_VERSION, step, seed, rng, options };
  return writeSafetensors(tensors, { checkpoint: JSON.stringify(state) });
}

/**
 * Reads a checkpoint.
 * @throws FormatError when it is damaged, no checkpoint, or of another version, naming what is wrong
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, file);
  const state = readState(metadata.checkpoint, file);
  const model = new Map<string, HostTensor>();
  const optimizer = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(MODEL)) model.set(name.slice(MODEL.length), tensor);
    else if (name.startsWith(OPTIMIZER)) optimizer.set(name.slice(OPTIMIZER.length), tensor);
    else
      throw new FormatError(
        `${file}: tensor ${JSON.stringify(name)} belongs neither to the model nor to the optimizer`,
      );
  }
  if (model.size === 0) throw new FormatError(`${file}: the checkpoint holds no model`);
  return { ...state, model, optimizer };
}

function readState(text: string | undefined, file: string): Omit<Checkpoint, "model" | "optimizer"> {
  if (text === undefined)
    throw new FormatError(
      `${file}: weights, but not a training checkpoint (no "checkpoint" in its metadata)`,
    );
  let state: unknown;
  try {
    state = parseStrictJson(text);
  } catch (error) {
    throw new FormatError(`${file}: the checkpoint's state is not valid JSON (${(error as Error).message})`);
  }
  if (!isRecord(state)) throw new FormatError(`${file}: the checkpoint's state is not a JSON object`);
  const { version, step, seed, rng, options } = state;
  if (version !== CHECKPOINT_VERSION) {
    throw new FormatError(
      `${file}: checkpoint version ${showJson(version)} is not read here (expected ${CHECKPOINT_VERSION})`,
    );
  }
  const wrong = (what: string, got: unknown) =>
    new FormatError(`${file}: the checkpoint's ${what} is ${showJson(got)}`);
  if (!isCount(step)) throw wrong("step", step);
  if (!isCount(seed)) throw wrong("seed", seed);
  if (!isCounts(rng)) throw wrong("rng", rng);
  if (!isRecord(options)) throw wrong("options", options);
  return { step, seed, rng, options: options as Record<string, JsonValue> };
}

/**
 * Checks that a checkpoint was made with the options that are asked for now.
 * @param expected the options that must agree; others may differ
 * @throws InputError naming the first option that differs, with both values
 */
export function checkOptions(
  expected: Readonly<Record<string, JsonValue>>,
  checkpoint: Checkpoint,
  file: string,
): void {
  for (const [key, value] of Object.entries(expected)) {
    const [asked, made] = [canonical(value), canonical(checkpoint.options[key])];
    if (asked !== made) {
      throw new InputError(
        `${file}: the checkpoint was made with ${key} = ${made}, but ${key} = ${asked} is asked for`,
      );
    }
  }
}

/** JSON with sorted keys, so that equal options compare equal; "nothing" for an option that is not there. */
function canonical(value: JsonValue | undefined): string {
  const sortKeys = (_: string, v: unknown) =>
    isRecord(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v;
  return value === undefined ? "nothing" : JSON.stringify(value, sortKeys);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is Record<string, number> {
  return isRecord(value) && Object.values(value).every(isCount);
}
