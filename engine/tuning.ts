/**
 * Kernels chosen by measurement. Off unless asked for: a choice changes the order of sums, and so the last bits of results.
 */
import { version } from "../package.json";
import { expectFunction, InputError } from "./errors.ts";
import type { Tile } from "./graph/node.ts";
import { runtime } from "./graph/runtime.ts";
import { type TunedKernel, type TuneOptions, tunableKernels, tuneKernel } from "./graph/tuner.ts";
import { loadWinograd } from "./ops/conv-kernels.ts";

export type { TriedTile, TunedKernel, TuneOptions } from "./graph/tuner.ts";

/** Where choices outlive the program: a file, or a browser's database. */
export interface TuningCache {
  /** The text stored under this name, if there is one. */
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

/**
 * Does `work` (a training step, a forward pass) once, then tries every form and tile size of the convolutions and matrix
 * products it has run, each compared with the naive kernel and timed on random numbers. From now on the fastest are used, for
 * sizes alike up to powers of two, too. Nothing else should run meanwhile.
 *
 * @returns what was tried and chosen, and why, kernel by kernel
 */
export async function tune(work: () => unknown, options: TuneOptions = {}): Promise<readonly TunedKernel[]> {
  expectFunction("tune", "work", work);
  await loadWinograd();
  const programs = await runtime.programsOf(work);
  const gpu = await runtime.gpu();
  const target = runtime.target(gpu);
  const steps = programs.flatMap((program) => program.steps);
  const kernels = tunableKernels(steps, target);
  const tuned: TunedKernel[] = [];
  for (const kernel of kernels) {
    options.onProgress?.(tuned.length, kernels.length);
    tuned.push(await tuneKernel(kernel, gpu, target, options));
  }
  const chosen = tuned.map((kernel) => [kernel.key, kernel.chosen] as const);
  runtime.useTiles(new Map([...runtime.choices, ...chosen]));
  return tuned;
}

/** Uses the kernels that are usual on this adapter again. */
export const forgetTuning = (): void => runtime.useTiles(new Map());

/** Names the choices of this adapter and this version of the engine. */
async function cacheName(): Promise<string> {
  const { vendor, architecture, device, description, host } = (await runtime.gpu()).info;
  const words = [version, host, vendor, architecture, device, description].join(" ").toLowerCase();
  return words.replace(/[^a-z0-9.]+/g, "-").replace(/^-|-$/g, "");
}

/** Keeps what has been chosen so far for programs to come. */
export async function saveTuning(cache: TuningCache): Promise<void> {
  await cache.write(await cacheName(), JSON.stringify([...runtime.choices], null, 1));
}

/**
 * Uses what `saveTuning` has kept for this adapter and this version of the engine, if anything.
 * @returns how many choices there were
 * @throws InputError when what is kept cannot be understood
 */
export async function loadTuning(cache: TuningCache): Promise<number> {
  await loadWinograd();
  const name = await cacheName();
  const text = await cache.read(name);
  if (text === undefined) return 0;
  const tiles = parse(text);
  if (!tiles) throw new InputError(`the kernels chosen for ${name} cannot be read; tune again`);
  runtime.useTiles(tiles);
  return tiles.size;
}

const isTile = (value: unknown): value is Tile => {
  const { form, block, columns } = (value ?? {}) as Partial<Tile>;
  return (
    ["flat", "tile", "subgroup", "winograd"].includes(form ?? "") &&
    Number.isInteger(block) &&
    Number.isInteger(columns)
  );
};

/** A choice that is no candidate of its kernel is passed over where it would be used. */
function parse(text: string): Map<string, Tile> | undefined {
  try {
    const entries: unknown = JSON.parse(text);
    const sound = (entry: unknown) =>
      Array.isArray(entry) && typeof entry[0] === "string" && isTile(entry[1]);
    return Array.isArray(entries) && entries.every(sound) ? new Map(entries) : undefined;
  } catch {
    return undefined;
  }
}
