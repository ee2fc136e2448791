/** What `profile`, `graph` and `tune` look at: a network's forward pass, or a system's training step. */
import { InputError } from "../../engine/errors.ts";
import { forwardPass, type Subject, trainingStep } from "../../models/subjects.ts";
import { allSystems, type SystemTable } from "../../models/systems.ts";
import {
  type Arguments,
  type OptionSpec,
  oneOf,
  positionals,
  PRECISION,
  PRECISIONS,
  text,
  wholeNumber,
} from "./command.ts";
import { loadModel } from "./files.ts";

const STEP = /-step$/;

/** `train-step` was the only one once. */
const systemOf = (name: string): string => (name === "train-step" ? "srresnet" : name.replace(STEP, ""));

export const subjectUsage = (table: SystemTable): string =>
  ["MODEL", ...Object.keys(table).map((name) => `${name}-step`)].join("|");

/** The options of these commands. */
export async function subjectOptions(table: SystemTable): Promise<Readonly<Record<string, OptionSpec>>> {
  const names = (await allSystems(table)).map(
    ({ name, rehearsals }) => `${name}-step: ${rehearsals.join(", ")}`,
  );
  return {
    size: { type: "string", value: "N", help: "side of the input in pixels (64 by default)" },
    ...PRECISION,
    preset: {
      type: "string",
      value: "NAME",
      help: `network and batch of a step (the first by default); ${names.join("; ")}`,
    },
  };
}

/** @throws InputError when there is no such model or preset */
export async function findSubject(args: Arguments, table: SystemTable): Promise<Subject> {
  const [name = ""] = positionals(args, 1, `takes one argument, ${subjectUsage(table)}`);
  const size = wholeNumber(args, "size", 1);
  if (STEP.test(name)) {
    if (args.values.precision !== undefined)
      throw new InputError("--precision belongs to a model's forward pass");
    return trainingStep(systemOf(name), text(args, "preset"), size, table);
  }
  const precision = oneOf(args, "precision", PRECISIONS, "f32");
  if (args.values.preset !== undefined) throw new InputError("--preset belongs to a system's training step");
  return forwardPass(await loadModel(name, precision), size ?? 64);
}
