/** What a training run is to do: begun anew from a preset, or read from the checkpoint it goes on from. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../engine/errors.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { readCheckpoint } from "../../engine/io/node.ts";
import { SRRESNET_PRESETS, type SRResNetRecipe } from "../../models/training/srresnet.ts";
import { type Arguments, oneOf, text, wholeNumber } from "./command.ts";

export interface TrainPlan {
  readonly recipe: SRResNetRecipe;
  /** Of a new run that is given a time instead of a number of updates. */
  readonly minutes: number | undefined;
  /** Where the run goes on from. */
  readonly from:
    | { readonly checkpoint: Checkpoint; readonly photographs: string | undefined; readonly notice: string }
    | undefined;
}

export const checkpointOf = (out: string): string => join(out, "checkpoint.safetensors");

/** @throws InputError where the options contradict each other or the run that is there */
export async function planTraining(args: Arguments, out: string): Promise<TrainPlan> {
  const steps = wholeNumber(args, "steps", 1);
  const minutes = wholeNumber(args, "minutes", 1);
  const seed = wholeNumber(args, "seed");
  const precision = oneOf(args, "precision", ["f32", "mixed"], "f32");
  const presets = Object.keys(SRRESNET_PRESETS);
  const preset = SRRESNET_PRESETS[oneOf(args, "preset", presets, "compact")];
  if (!preset) throw new InputError(`--preset takes ${presets.join(" or ")}`);
  const file = checkpointOf(out);
  const there = existsSync(file);

  if (args.values.resume !== true) {
    if (there)
      throw new InputError(
        `${out} holds a run already: add --resume to go on with it, or choose another folder`,
      );
    if (steps !== undefined && minutes !== undefined)
      throw new InputError("give --steps or --minutes, not both");
    return {
      recipe: {
        ...preset,
        steps: steps ?? preset.steps,
        seed: seed ?? 0,
        ...(precision === "mixed" && { precision }),
      },
      minutes,
      from: undefined,
    };
  }

  if (!there) throw new InputError(`there is nothing to resume: ${file} does not exist`);
  if (minutes !== undefined)
    throw new InputError("--minutes plans a new run; with --resume, --steps changes the number of updates");
  const checkpoint = await readCheckpoint(file);
  const { photographs, ...options } = checkpoint.options;
  const stored = options as unknown as SRResNetRecipe;
  if (typeof stored.network !== "object" || !Number.isSafeInteger(stored.steps))
    throw new InputError(`${file}: a checkpoint, but not of SRResNet`);
  if (seed !== undefined && seed !== stored.seed)
    throw new InputError(`--seed ${seed} contradicts the run in ${out}, which has seed ${stored.seed}`);
  const { precision: made = "f32" } = stored;
  if (text(args, "precision") !== undefined && precision !== made)
    throw new InputError(`--precision ${precision} contradicts the run in ${out}, which has ${made}`);
  const wanted = {
    ...preset,
    steps: stored.steps,
    seed: stored.seed,
    ...(stored.precision && { precision: stored.precision }),
  };
  if (text(args, "preset") !== undefined && !isDeepStrictEqual(wanted, stored))
    throw new InputError(`the run in ${out} has another recipe than --preset ${text(args, "preset")}`);
  const total = steps ?? stored.steps;
  if (total < checkpoint.step)
    throw new InputError(`--steps ${total}: the run in ${out} is at ${checkpoint.step} updates already`);
  return {
    recipe: { ...stored, steps: total },
    minutes,
    from: {
      checkpoint,
      photographs: typeof photographs === "string" ? photographs : undefined,
      notice: noticeOf(stored, total),
    },
  };
}

/** What a changed number of updates means for the learning rate. */
function noticeOf(stored: SRResNetRecipe, steps: number): string {
  if (steps === stored.steps) return "";
  const plan = `${steps} updates instead of ${stored.steps}`;
  return stored.schedule === "constant"
    ? `${plan}, at the same learning rate`
    : `${plan}: the learning rate goes on along a cosine for ${steps}, so it jumps here`;
}
