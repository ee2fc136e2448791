/** What a run is to do: begun anew, or read from the checkpoint it goes on from. All that can be wrong is told here, before any work. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { type Checkpoint, decodeCheckpoint, type JsonValue } from "../../engine/io/index.ts";
import type { Data, Request, Resumed, System } from "../system.ts";
import type { Best } from "./best.ts";
import type { Host, RunStore } from "./host.ts";
import { type OptionValue, resolveOptions } from "./options.ts";
import { expectSized } from "./stored-recipe.ts";
import type { RunRecipe } from "./trainer.ts";
import type { WatchState } from "./watch.ts";

export const CHECKPOINT = "checkpoint.safetensors";
/** The last file of a run to be written: it says that all the others are there. */
export const RESULT = "result.json";

/** What somebody wants of a run. */
export interface RunWishes {
  readonly system: System;
  /** The system's usual one by default. */
  readonly preset?: string | undefined;
  readonly stage?: string | undefined;
  /** Options that were given, checked one by one; see `parseOption`. */
  readonly given: Readonly<Record<string, OptionValue>>;
  /** The data, as the user names it. */
  readonly path: string;
  readonly host: Host;
  /** Of the whole run. */
  readonly store: RunStore;
  readonly resume: boolean;
  /** As many updates as fit into this time. */
  readonly minutes?: number | undefined;
}

/** A run that can begin. */
export interface RunPlan {
  readonly system: System;
  readonly store: RunStore;
  readonly request: Request;
  readonly data: Data;
  readonly minutes: number | undefined;
  readonly from: FromCheckpoint | undefined;
  /** Files that have been left out so far. */
  readonly leftOut: string[];
  /** Set while the run is under way: told of those left out later. */
  listener?: (message: string) => void;
}

/** Where a run goes on from. */
export interface FromCheckpoint extends Resumed {
  readonly checkpoint: Checkpoint;
  readonly fingerprint: string | undefined;
  readonly watch: WatchState | undefined;
  readonly best: Best | undefined;
  /** What a changed number of updates means. */
  readonly notice: string;
}

/**
 * Looks at everything that a run needs, and opens its data. Nothing is written, and no device is opened.
 * @throws InputError where wishes contradict each other, the data, or the run that is there
 */
export async function planRun(wishes: RunWishes): Promise<RunPlan> {
  const { system, given, path, host, resume, minutes } = wishes;
  const stage = stageOf(wishes);
  const store = stage === undefined ? wishes.store : wishes.store.within(stage);
  const preset = system.presets[wishes.preset ?? system.usual];
  const names = Object.keys(system.presets);
  if (!preset || !names.includes(wishes.preset ?? system.usual))
    throw new InputError(`--preset takes ${names.join(" or ")}, got "${wishes.preset}"`);
  const bytes = await store.read(CHECKPOINT);
  refuseContradictions(wishes, store, bytes !== undefined);
  const from = resume && bytes ? readRun(wishes, store, bytes) : undefined;
  const leftOut: string[] = [];
  const plan: { listener?: (message: string) => void } = {};
  const request: Request = {
    options: resolveOptions(system.options, given, preset.options),
    chosen: new Set(Object.keys(given)),
    preset: wishes.preset ?? system.usual,
    stage,
    path,
    host,
    store,
    whole: wishes.store,
    resumed: from,
    leaveOut: (message) => {
      leftOut.push(message);
      plan.listener?.(message);
    },
  };
  const data = await system.open(request);
  if (from?.fingerprint !== undefined && from.fingerprint !== data.fingerprint)
    throw new InputError(
      `the ${data.items} are not those that the run in ${store.path()} began with, so it cannot go on exactly; give the same --data`,
    );
  return Object.assign(plan, { system, store, request, data, minutes, from, leftOut });
}

function stageOf({ system, stage }: RunWishes): string | undefined {
  const { stages, name } = system;
  if (!stages) {
    if (stage !== undefined) throw new InputError(`${name} has no stages, got --stage ${stage}`);
    return undefined;
  }
  if (stage === undefined || !stages.includes(stage))
    throw new InputError(
      `--stage takes ${stages.join(" or ")}, got ${stage === undefined ? "nothing" : `"${stage}"`}`,
    );
  return stage;
}

function refuseContradictions({ resume, minutes, given }: RunWishes, store: RunStore, there: boolean): void {
  if (resume) {
    if (!there) throw new InputError(`there is nothing to resume: ${store.path(CHECKPOINT)} does not exist`);
    if (minutes !== undefined)
      throw new InputError("--minutes plans a new run; with --resume, --steps changes the number of updates");
    return;
  }
  if (there)
    throw new InputError(
      `${store.path()} holds a run already: add --resume to go on with it, or choose another folder`,
    );
  if (given.steps !== undefined && minutes !== undefined)
    throw new InputError("give --steps or --minutes, not both");
}

function readRun({ system, given, preset }: RunWishes, store: RunStore, bytes: Uint8Array): FromCheckpoint {
  const file = store.path(CHECKPOINT);
  const checkpoint = decodeCheckpoint(bytes, file);
  // The data's fingerprint is called so since the first runs, which were all on photographs.
  const { photographs, watch, best, ...options } = checkpoint.options;
  const isExtra = (name: string) => system.extras?.includes(name) ?? false;
  const part = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => keep(name)));
  const own = part((name) => !isExtra(name));
  const stored = recipeOf(system, own, file);
  expectSized(stored, checkpoint.model, file);
  const folder = store.path();
  if (given.seed !== undefined && given.seed !== stored.seed)
    throw new InputError(
      `--seed ${given.seed} contradicts the run in ${folder}, which has seed ${stored.seed}`,
    );
  const steps = (given.steps as number | undefined) ?? stored.steps;
  if (steps < checkpoint.step)
    throw new InputError(`--steps ${steps}: the run in ${folder} is at ${checkpoint.step} updates already`);
  const settled = Object.keys(given).find((name) => !system.options[name]?.about.again);
  if (settled !== undefined)
    throw new InputError(`--${settled} is settled when a run begins; --resume goes on with what it was`);
  const matches = (name: string) =>
    system.matches?.(stored, name) ?? (stored as { preset?: string }).preset === name;
  if (preset !== undefined && !matches(preset))
    throw new InputError(`the run in ${folder} has another recipe than --preset ${preset}`);
  const same = steps === stored.steps;
  const extended = same ? undefined : system.extend?.(stored, steps);
  return {
    checkpoint,
    fingerprint: typeof photographs === "string" ? photographs : undefined,
    watch: watch as unknown as WatchState | undefined,
    best: best as unknown as Best | undefined,
    stored,
    recipe: extended?.recipe ?? { ...stored, steps },
    notice: extended?.notice ?? (same ? "" : `${steps} updates instead of ${stored.steps}`),
    extras: part(isExtra),
  };
}

/** @throws InputError for options of a checkpoint that are no recipe of this system */
function recipeOf(system: System, options: Readonly<Record<string, JsonValue>>, file: string): RunRecipe {
  const other = options.system;
  if (typeof other === "string" && other !== system.name)
    throw new InputError(`${file}: a checkpoint, but not of ${system.title}: it is of ${other}`);
  const { success, issues } = v.safeParse(system.recipe, options);
  if (success) return options as unknown as RunRecipe;
  const [{ path, message }] = issues;
  const where = path?.map(({ key }) => String(key)).join(".");
  throw new InputError(
    `${file}: a checkpoint, but not of ${system.title}${where ? ` (its ${where}: ${message})` : ""}`,
  );
}
