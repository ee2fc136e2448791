/** `ganvas handoff`: a training as a PyTorch script that goes on with it, and back. */
import { resolveOptions } from "../../models/training/options.ts";
import { safeParse } from "valibot";
import { basename, dirname, extname, join, resolve } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type JsonValue,
  readSafetensors,
} from "../../engine/io/index.ts";
import { readFileBytes, writeFileAtomic } from "../../engine/io/node.ts";
import { PictureLoader } from "../../models/datasets/loader.ts";
import { expectHandedOver, handOver, takeBack } from "../../models/handoff/handoff.ts";
import type { System } from "../../models/system.ts";
import { allSystems, findSystem, type SystemTable, systemNamed } from "../../models/systems.ts";
import { nodeHost } from "../../models/training/host-node.ts";
import { CHECKPOINT, planRun, type RunWishes } from "../../models/training/run-plan.ts";
import { memoryStore } from "../../models/training/store-memory.ts";
import { folderStore } from "../../models/training/store-node.ts";
import {
  type Arguments,
  type Command,
  type OptionSpec,
  positionals,
  required,
  text,
  wholeNumber,
} from "./command.ts";
import { makeFolder, projectRoot } from "./files.ts";
import { optionsGiven, specsOfAll } from "./system-options.ts";

/** Updates that are made here too, so that the script can be checked. */
const COUNT = 10;
const RESULT = "result.safetensors";

const OWN = {
  data: { type: "string", value: "DIR", help: "the data, as for `ganvas train`" },
  out: {
    type: "string",
    value: "DIR",
    help: "the folder to write; with --back the run's, which gets the checkpoint",
  },
  preset: { type: "string", value: "NAME", help: "of a new run: a named set of options" },
  stage: {
    type: "string",
    value: "NAME",
    help: "of a system whose networks are trained one after the other",
  },
  batches: {
    type: "string",
    value: "N",
    help: `batches that go along, and updates that are made here for --check (${COUNT} by default)`,
  },
  back: { type: "string", value: "DIR", help: "takes back what the script in this folder has made" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export async function handoffCommand(table: SystemTable): Promise<Command> {
  return {
    usage: "SYSTEM|CHECKPOINT --data DIR --out DIR",
    description: `Writes weights, optimiser state, batches and a script, train.py, that goes on with the same updates in PyTorch:

  python train.py --check                     compares updates with those made here
  python train.py                             one process; needs PyTorch and NumPy
  torchrun --nproc_per_node 8 train.py        DistributedDataParallel
  ganvas handoff --back DIR --out RUN         then: ganvas train SYSTEM --data … --out RUN --resume

Sets of pictures of one size go along as a whole. Of photographs, and of points, the next N batches do.`,
    options: { ...OWN, ...(await specsOfAll(table)) },
    run: (args) => (text(args, "back") === undefined ? write(args, table) : back(args, table)),
  };
}

async function write(args: Arguments, table: SystemTable): Promise<unknown> {
  const [what = ""] = positionals(args, 1, "handoff takes a system or a checkpoint");
  const out = required(args, "out");
  const count = wholeNumber(args, "batches", 1) ?? COUNT;
  const wishes = await wishesOf(args, what, table);
  const { system, host, stored, preset = system.usual, given } = wishes;
  const settings = stored ?? resolveOptions(system.options, given, system.presets[preset]?.options ?? {});
  await expectHandedOver(system.name, settings, host.shipped);
  const plan = await planRun(wishes);
  const { request, data, from } = plan;
  await init();
  const recipe = from?.recipe ?? (await system.plan(request, data));
  const training = await system.start(recipe, data, request);
  const { trainer, source } = training;
  try {
    if (from) trainer.restore(from.checkpoint, what);
    const state = await trainer.checkpoint();
    const beside = { ...data.extras, photographs: data.fingerprint } as Record<string, JsonValue>;
    const checkpoint = from?.checkpoint ?? { ...state, options: { ...state.options, ...beside } };
    const files = await handOver({
      system: system.name,
      trainer,
      checkpoint,
      batch: (index) => source.batch(index),
      count,
      pictures: source instanceof PictureLoader ? source : undefined,
      shipped: request.host.shipped,
    });
    makeFolder(out);
    for (const [name, bytes] of files) await writeFileAtomic(join(out, name), bytes);
    if (!args.json)
      console.log(
        `${join(out, "train.py")}: ${system.title} from update ${checkpoint.step} on; compare with python ${join(out, "train.py")} --check`,
      );
    return { system: system.name, step: checkpoint.step, out, files: [...files.keys()] };
  } finally {
    await source.close();
  }
}

/** A new run of a system, or the one that a checkpoint is of, with what that stores. */
async function wishesOf(
  args: Arguments,
  what: string,
  table: SystemTable,
): Promise<RunWishes & { readonly stored?: object }> {
  const host = nodeHost(projectRoot());
  const others = { ...OWN, json: OWN.data, help: OWN.data };
  const common = { path: required(args, "data"), host, preset: text(args, "preset") };
  if (Object.hasOwn(table, what)) {
    const system = await findSystem(what, table);
    const given = await optionsGiven(args, "handoff", system, others, table);
    return { ...common, system, given, store: memoryStore(), resume: false, stage: text(args, "stage") };
  }
  if (extname(what) !== ".safetensors")
    throw new InputError(
      `handoff takes ${Object.keys(table).join(", ")} or a checkpoint (.safetensors), got "${what}"`,
    );
  const bytes = await readFileBytes(what);
  const { system, stage, options } = await runOf(bytes, what, table);
  const given = await optionsGiven(args, "handoff", system, others, table);
  if (basename(what) !== CHECKPOINT)
    throw new InputError(`the checkpoint of a run is called ${CHECKPOINT}, got ${basename(what)}`);
  const folder = dirname(resolve(what));
  const store = folderStore(stage === undefined ? folder : dirname(folder));
  return { ...common, system, given, store, resume: true, stage, stored: options };
}

/** Which system a checkpoint is of, and which of its stages. */
async function runOf(bytes: Uint8Array, file: string, table: SystemTable) {
  const { options } = decodeCheckpoint(bytes, file);
  const name = systemNamed(readSafetensors(bytes, file).metadata);
  const system = name === undefined ? await systemOf(options, file, table) : await findSystem(name, table);
  return { system, stage: system.stageOf?.(options as never), options };
}

/** Of recipes that do not name their system. @throws InputError for a recipe of none */
async function systemOf(options: unknown, file: string, table: SystemTable): Promise<System> {
  const found = (await allSystems(table)).find(({ recipe }) => safeParse(recipe, options).success);
  if (!found) throw new InputError(`${file}: a checkpoint, but of no system that is known here`);
  return found;
}

async function back(args: Arguments, table: SystemTable): Promise<unknown> {
  positionals(args, 0, "handoff --back DIR takes no other argument than --out");
  const from = required(args, "back");
  const out = required(args, "out");
  const [given, made] = await Promise.all(
    [CHECKPOINT, RESULT].map(async (name) => {
      const file = join(from, name);
      return { file, bytes: await readFileBytes(file) };
    }),
  );
  const checkpoint = takeBack(given as NonNullable<typeof given>, made as NonNullable<typeof made>);
  const { system, stage } = await runOf((given as NonNullable<typeof given>).bytes, from, table);
  const folder = stage === undefined ? out : join(out, stage);
  makeFolder(folder);
  const file = join(folder, CHECKPOINT);
  await writeFileAtomic(file, encodeCheckpoint(checkpoint));
  if (!args.json)
    console.log(
      `${file}: update ${checkpoint.step}; ganvas train ${system.name}${stage === undefined ? "" : ` --stage ${stage}`} --data … --out ${out} --resume goes on`,
    );
  return { out: file, step: checkpoint.step };
}
