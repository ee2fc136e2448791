/** What a training run is to do: begun anew, or read from the checkpoint it goes on from. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Batch } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import type { Checkpoint, JsonValue } from "../../engine/io/index.ts";
import { readCheckpoint } from "../../engine/io/node.ts";
import type { Recipe, Trainer } from "../../models/training/recipe.ts";
import { deepened } from "../../models/super-resolution/srresnet-init.ts";
import type { WatchState } from "../../models/training/watch.ts";
import {
  SRRESNET_PRESETS,
  type SRResNetRecipe,
  SRResNetTraining,
} from "../../models/super-resolution/srresnet-training.ts";
import type { Best } from "./best-weights.ts";
import { type Arguments, decimal, oneOf, text, wholeNumber } from "./command.ts";
import { loadGenerator } from "./files.ts";

export interface TrainPlan {
  readonly recipe: Recipe;
  /** Of a new run that is given a time instead of a number of updates. */
  readonly minutes: number | undefined;
  /** Where the run goes on from. */
  readonly from: Resumed | undefined;
  /** The generator has been trained before, so what it can do is measured before the first update. */
  readonly measureFirst: boolean;
  /** Options beside the recipe that the checkpoint is to hold. */
  readonly extras: Readonly<Record<string, JsonValue>>;
  /** What the recipe leaves open until there are photographs; the recipe itself where nothing is. */
  settle(batch: (k: number) => Promise<Batch>): Promise<Recipe>;
  trainer(recipe: Recipe): Trainer;
}

/** The run that a folder holds. */
export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly photographs: string | undefined;
  /** Of those who look after the game; a run of before they kept one has none. */
  readonly watch: WatchState | undefined;
  readonly best: Best | undefined;
  readonly notice: string;
}

export const checkpointOf = (out: string): string => join(out, "checkpoint.safetensors");

/** The options of all runs. */
export interface Wishes {
  readonly steps: number | undefined;
  readonly minutes: number | undefined;
  readonly seed: number | undefined;
}

/** @throws InputError where options contradict each other, or a run that is not to be resumed is in the way */
export function wishesOf(args: Arguments, out: string): Wishes {
  const wishes = {
    steps: wholeNumber(args, "steps", 1),
    minutes: wholeNumber(args, "minutes", 1),
    seed: wholeNumber(args, "seed"),
  };
  const there = existsSync(checkpointOf(out));
  if (args.values.resume === true) {
    if (!there) throw new InputError(`there is nothing to resume: ${checkpointOf(out)} does not exist`);
    if (wishes.minutes !== undefined)
      throw new InputError("--minutes plans a new run; with --resume, --steps changes the number of updates");
  } else {
    if (there)
      throw new InputError(
        `${out} holds a run already: add --resume to go on with it, or choose another folder`,
      );
    if (wishes.steps !== undefined && wishes.minutes !== undefined)
      throw new InputError("give --steps or --minutes, not both");
  }
  return wishes;
}

/** What a checkpoint says of its run, checked against what is wished. */
export interface StoredRun<R extends Recipe> extends Resumed {
  readonly recipe: R;
  /** The recipe as it was. */
  readonly stored: R;
  readonly extras: Readonly<Record<string, JsonValue>>;
}

/**
 * Reads the run that lies in a folder.
 * @param isRecipe tells a recipe of the wanted kind from others
 * @param extraNames options that the checkpoint holds beside the recipe
 * @throws InputError when it is of another kind, or contradicts the wishes
 */
export async function readRun<R extends Recipe>(
  out: string,
  { steps, seed }: Wishes,
  what: string,
  isRecipe: (options: Readonly<Record<string, unknown>>) => boolean,
  extraNames: readonly string[] = [],
): Promise<StoredRun<R>> {
  const file = checkpointOf(out);
  const checkpoint = await readCheckpoint(file);
  const { photographs, watch, best, ...options } = checkpoint.options;
  const isExtra = ([name]: readonly [string, JsonValue]) => extraNames.includes(name);
  const extras = Object.fromEntries(Object.entries(options).filter(isExtra));
  const own = Object.fromEntries(Object.entries(options).filter((entry) => !isExtra(entry)));
  if (typeof own.network !== "object" || !Number.isSafeInteger(own.steps) || !isRecipe(own))
    throw new InputError(`${file}: a checkpoint, but not of ${what}`);
  const stored = own as unknown as R;
  if (seed !== undefined && seed !== stored.seed)
    throw new InputError(`--seed ${seed} contradicts the run in ${out}, which has seed ${stored.seed}`);
  const total = steps ?? stored.steps;
  if (total < checkpoint.step)
    throw new InputError(`--steps ${total}: the run in ${out} is at ${checkpoint.step} updates already`);
  return {
    checkpoint,
    photographs: typeof photographs === "string" ? photographs : undefined,
    watch: watch as unknown as WatchState | undefined,
    best: best as unknown as Best | undefined,
    notice: noticeOf(stored, total),
    recipe: { ...stored, steps: total },
    stored,
    extras,
  };
}

/** @throws InputError where the options contradict each other or the run that is there */
export async function planSRResNet(args: Arguments, out: string): Promise<TrainPlan> {
  const presets = Object.keys(SRRESNET_PRESETS);
  const preset = SRRESNET_PRESETS[oneOf(args, "preset", presets, "compact")];
  if (!preset) throw new InputError(`--preset takes ${presets.join(" or ")}`);
  const wishes = wishesOf(args, out);
  const precision = oneOf(args, "precision", ["f32", "mixed"], "f32");
  if (args.values.resume !== true) {
    const { steps = preset.steps, seed = 0, minutes } = wishes;
    const file = text(args, "from");
    const begins =
      file === undefined
        ? undefined
        : { weights: await deepened(await loadGenerator(file), preset.network, seed, file), file };
    const lr = decimal(args, "lr", { above: 0 }) ?? preset.lr;
    const batchSize = wholeNumber(args, "batch", 1) ?? preset.batchSize;
    const candidates = wholeNumber(args, "candidates", 1);
    const recipe: SRResNetRecipe = {
      ...preset,
      steps,
      seed,
      lr,
      batchSize,
      ...(candidates !== undefined && { candidates }),
      ...(precision === "mixed" && { precision }),
      ...(begins && { start: "trained" }),
    };
    return {
      recipe,
      minutes,
      from: undefined,
      measureFirst: begins !== undefined,
      extras: {},
      settle: async () => recipe,
      trainer: (settled) => new SRResNetTraining(settled as SRResNetRecipe, begins),
    };
  }
  const run = await readRun<SRResNetRecipe>(
    out,
    wishes,
    "SRResNet",
    ({ start }) => typeof start === "string",
  );
  refuseSettled(args, ["from", "lr", "batch", "candidates"]);
  const made = run.stored.precision ?? "f32";
  if (text(args, "precision") !== undefined && precision !== made)
    throw new InputError(`--precision ${precision} contradicts the run in ${out}, which has ${made}`);
  // What options cannot change.
  const { network, patch, schedule, allSymmetries } = preset;
  const wanted = { ...run.stored, network, patch, schedule, allSymmetries };
  if (text(args, "preset") !== undefined && !isDeepStrictEqual(wanted, run.stored))
    throw new InputError(`the run in ${out} has another recipe than --preset ${text(args, "preset")}`);
  return {
    recipe: run.recipe,
    minutes: undefined,
    from: run,
    measureFirst: false,
    extras: {},
    settle: async () => run.recipe,
    trainer: (recipe) => new SRResNetTraining(recipe as SRResNetRecipe),
  };
}

/** @throws InputError for an option that only a new run takes */
export function refuseSettled(args: Arguments, options: readonly string[]): void {
  const given = options.find((option) => args.values[option] !== undefined);
  if (given !== undefined)
    throw new InputError(`--${given} is settled when a run begins; --resume goes on with what it was`);
}

/** What a changed number of updates means for the learning rate. */
function noticeOf({ schedule, steps: planned }: Recipe, steps: number): string {
  if (steps === planned) return "";
  const plan = `${steps} updates instead of ${planned}`;
  if (schedule === "constant") return `${plan}, at the same learning rate`;
  return schedule === "cosine"
    ? `${plan}: the learning rate goes on along a cosine for ${steps}, so it jumps here`
    : `${plan}: the learning rate falls to a tenth after ${Math.ceil(steps / 2)} instead of ${Math.ceil(planned / 2)}`;
}
