/** What `profile`, `graph` and `tune` look at: a network's forward pass, or a training step. */
import { InputError } from "../../engine/errors.ts";
import { forwardPass, srganTrainingStep, type Subject, trainingStep } from "../../models/subjects.ts";
import { SRGAN_SIZES } from "../../models/super-resolution/srgan-recipe.ts";
import { SRRESNET_PRESETS } from "../../models/super-resolution/srresnet-training.ts";
import { type Arguments, oneOf, positionals, PRECISION, PRECISIONS, text, wholeNumber } from "./command.ts";
import { loadModel } from "./files.ts";

export const SUBJECT_USAGE = "MODEL|train-step|srgan-step";

const STEPS: ReadonlyMap<string, (preset: string, side?: number) => Subject> = new Map([
  ["train-step", trainingStep],
  ["srgan-step", srganTrainingStep],
]);

/** The options of these commands. */
export const SUBJECT_OPTIONS = {
  size: { type: "string", value: "N", help: "side of the input in pixels (64 by default)" },
  ...PRECISION,
  preset: {
    type: "string",
    value: "NAME",
    help: `network, batch and patch (compact by default); train-step: ${Object.keys(SRRESNET_PRESETS).join(", ")}; srgan-step: ${Object.keys(SRGAN_SIZES).join(", ")}`,
  },
} as const;

/** @throws InputError when there is no such model or preset */
export async function findSubject(args: Arguments): Promise<Subject> {
  const [name = ""] = positionals(args, 1, `takes one argument, ${SUBJECT_USAGE}`);
  const size = wholeNumber(args, "size", 1);
  const step = STEPS.get(name);
  if (step) {
    if (args.values.precision !== undefined)
      throw new InputError("--precision belongs to a model's forward pass");
    return step(text(args, "preset") ?? "compact", size);
  }
  const precision = oneOf(args, "precision", PRECISIONS, "f32");
  if (args.values.preset !== undefined) throw new InputError("--preset belongs to train-step and srgan-step");
  const model = await loadModel(name, precision);
  return forwardPass(model, size ?? 64);
}
