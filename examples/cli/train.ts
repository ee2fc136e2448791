/** `ganvas train SYSTEM`: trains on the user's own data, with checkpoints that continue exactly. */
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import type { System } from "../../models/system.ts";
import { findSystem, type SystemTable } from "../../models/systems.ts";
import { nodeHost } from "../../models/training/host-node.ts";
import { LastingRun } from "../../models/training/lasting.ts";
import { resultOf, type RunListener, type RunSettings } from "../../models/training/run.ts";
import { planRun, type RunPlan, type RunWishes } from "../../models/training/run-plan.ts";
import { folderStore } from "../../models/training/store-node.ts";
import { adapterName } from "./adapter.ts";
import {
  type Arguments,
  type Command,
  DEBUG_NAN,
  type OptionSpec,
  positionals,
  required,
  text,
  wholeNumber,
} from "./command.ts";
import { projectRoot } from "./files.ts";
import { duration, Progress } from "./progress.ts";
import { optionsGiven, specsOf, specsOfAll } from "./system-options.ts";
import { TUNED, useTuned } from "./tuned.ts";

const DATA: OptionSpec = { type: "string", value: "DIR", help: "what to train on" };

/** Options of every run, whatever it trains. */
const OF_RUNS = {
  out: {
    type: "string",
    value: "DIR",
    help: "gets log.jsonl, checkpoint.safetensors, sample.png, model.safetensors, best.safetensors (by the assessments) and result.json",
  },
  preset: { type: "string", value: "NAME", help: "a named set of options; see `ganvas train SYSTEM --help`" },
  stage: {
    type: "string",
    value: "NAME",
    help: "of a system whose networks are trained one after the other",
  },
  minutes: {
    type: "string",
    value: "M",
    help: "as many updates as fit into this time; the learning rate is planned for it",
  },
  "checkpoint-every": {
    type: "string",
    value: "N",
    help: "updates between checkpoints (by default one is written every minute)",
  },
  resume: { type: "boolean", help: "goes on from the checkpoint in the output folder" },
  "val-every": { type: "string", value: "N", help: "updates between assessments (500 by default)" },
  ...TUNED,
  ...DEBUG_NAN,
} as const satisfies Readonly<Record<string, OptionSpec>>;

export async function trainCommand(table: SystemTable): Promise<Command> {
  const names = Object.keys(table);
  return {
    usage: `${names.join("|")} --data DIR --out DIR`,
    options: { data: DATA, ...OF_RUNS, ...(await specsOfAll(table)) },
    helpFor: async ({ positionals: [name] }) =>
      name !== undefined && name in table ? helpOf(await findSystem(name, table)) : undefined,
    run: (args) => train(args, table),
  };
}

/** The command as its help shows it, of one system. */
function helpOf(system: System): Command {
  const { name, title, paper, summary, presets, usual, data, stages } = system;
  const listed = Object.entries(presets).map(
    ([key, preset]) =>
      `  --preset ${key}${key === usual ? " (by default)" : ""}: ${preset.title}. ${preset.sentence}`,
  );
  return {
    usage: `${name} --data DIR --out DIR`,
    description: [
      `${title} ${summary}.`,
      paper,
      "",
      ...listed,
      ...(stages ? ["", `Stages: ${stages.join(", ")}`] : []),
    ].join("\n"),
    options: { data: { ...DATA, help: data }, ...OF_RUNS, ...specsOf(system) },
    run: async () => undefined,
  };
}

async function train(args: Arguments, table: SystemTable): Promise<unknown> {
  debugNonFinite(args.values["debug-nan"] === true);
  const names = Object.keys(table);
  const [name = ""] = positionals(args, 1, `train takes one argument, ${names.join(" or ")}`);
  if (!Object.hasOwn(table, name))
    throw new InputError(`train knows ${names.slice(0, -1).join(", ")} and ${names.at(-1)}, got "${name}"`);
  const system = await findSystem(name, table);
  const given = await optionsGiven(
    args,
    "train",
    system,
    { data: DATA, ...OF_RUNS, json: DATA, help: DATA },
    table,
  );
  const path = required(args, "data");
  const assessEvery = wholeNumber(args, "val-every", 1);
  const checkpointEvery = wholeNumber(args, "checkpoint-every", 1);
  const wishes: RunWishes = {
    system,
    preset: text(args, "preset"),
    stage: text(args, "stage"),
    given,
    path,
    host: nodeHost(projectRoot()),
    store: folderStore(required(args, "out")),
    resume: args.values.resume === true,
    minutes: wholeNumber(args, "minutes", 1),
  };
  const plan = await planRun(wishes);
  const progress = new Progress("train", plan.from?.checkpoint.step ?? 0);
  const listener: RunListener = {
    say: (line) => progress.say(line),
    progress: (step, steps, note) => progress.update(step, steps, note),
    compiling: (compiled, asked) => progress.compiling(compiled, asked),
  };
  const settings: RunSettings = {
    listener,
    signal: args.signal,
    assessEvery,
    checkpointEvery,
    describe: adapterName,
  };
  return (await resultOf(plan, settings)) ?? drive(args, wishes, plan, settings, progress);
}

async function drive(
  args: Arguments,
  wishes: RunWishes,
  plan: RunPlan,
  settings: RunSettings,
  progress: Progress,
): Promise<unknown> {
  await plan.store.check();
  await init();
  await useTuned(args);
  args.signal.addEventListener("abort", () =>
    progress.say("stopping: the checkpoint is being written (Ctrl-C again ends at once)"),
  );
  const lasting = await LastingRun.begin(wishes, plan, settings);
  try {
    const result = await lasting.attempt((run) => run.toEnd());
    if (!args.json && result.finished) {
      console.log(`${result.model}: ${result.step} updates in ${duration(progress.seconds)}`);
      const best = lasting.run.describeBest();
      if (best) console.log(best);
    }
    return result;
  } finally {
    await lasting.close();
  }
}
