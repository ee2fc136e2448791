/** The terminal's commands: `ganvas COMMAND …`. */
import { constants } from "node:os";
import { DeviceError, InputError, NonFiniteError } from "../../engine/errors.ts";
import { type SystemTable, systems } from "../../models/systems.ts";
import { toJson } from "../../models/training/json.ts";
import { type Command, helpOf, parseCommand } from "./command.ts";

/** Each command is loaded when it is called for, so that help and errors come at once. */
const COMMANDS: Readonly<
  Record<string, { readonly summary: string; load(table: SystemTable): Promise<Command> }>
> = {
  upscale: {
    summary: "makes images four times larger; several files, or a folder, go into a folder",
    load: async () => (await import("./upscale.ts")).upscale,
  },
  eval: {
    summary:
      "judges a model: PSNR and SSIM of enlarged images, or samples from noise by a system's protocols",
    load: async (table) => (await import("./eval.ts")).evaluateCommand(table),
  },
  train: {
    summary: "trains a system on your own data",
    load: async (table) => (await import("./train.ts")).trainCommand(table),
  },
  sample: {
    summary: "pictures out of noise, by class, or between two",
    load: async (table) => (await import("./sample.ts")).sampleCommand(table),
  },
  data: {
    summary: "sets of pictures to learn from: lists and downloads published ones, checks any folder",
    load: async () => (await import("./data.ts")).dataCommand,
  },
  draw: {
    summary: "pictures of letters, shapes and lines, to train on beside photographs",
    load: async () => (await import("./draw.ts")).drawCommand,
  },
  convert: {
    summary: "weights from .pth or .safetensors to .safetensors",
    load: async () => (await import("./convert.ts")).convert,
  },
  export: {
    summary: "a generator as an ONNX file, for other runtimes",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  handoff: {
    summary: "a training as a PyTorch script that goes on with it, on a cluster; and back",
    load: async (table) => (await import("./handoff.ts")).handoffCommand(table),
  },
  check: {
    summary: "tests every op, its gradient and second gradient on this adapter against float64 results",
    load: async () => (await import("./check.ts")).check,
  },
  profile: {
    summary: "time, flops and bytes of every kernel of a network or a training step",
    load: async (table) => (await import("./profile.ts")).profileCommand(table),
  },
  graph: {
    summary: "a network or a training step as text or picture: ops, or the kernels they become",
    load: async (table) => (await import("./graph.ts")).graphCommand(table),
  },
  tune: {
    summary: "measures which kernels are fastest on this adapter, for commands that are given --tuned",
    load: async (table) => (await import("./tune.ts")).tuneCommand(table),
  },
  info: {
    summary: "the adapter in use, its limits, and the models that are there",
    load: async () => (await import("./info.ts")).info,
  },
};

const USAGE = `ganvas COMMAND [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}  ${summary}`)
  .join("\n")}

Every command has --help and --json.
Exit codes: 0 done, 1 a failure of the program or the adapter, 2 bad input, 130 ended by Ctrl-C.`;

/** The first signal asks the command to finish what must not be left half done; a second one ends it at once. */
const interrupted = new AbortController();
let exitOfSignal: number | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (exitOfSignal !== undefined) process.exit(exitOfSignal);
    exitOfSignal = 128 + constants.signals[signal];
    interrupted.abort(new InputError("interrupted"));
  });
// A reader that has gone (`ganvas … | head`, a closed window) must not end the work.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** @returns the exit code */
async function main(argv: readonly string[], table: SystemTable): Promise<number> {
  const [first, ...others] = argv;
  const [name, rest] = first === "help" && others[0] ? [others[0], ["--help"]] : [first, others];
  if (name === undefined || ["--help", "-h", "help"].includes(name)) {
    await print(USAGE);
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry)
    throw new InputError(`there is no command "${name}"; there are ${Object.keys(COMMANDS).join(", ")}`);
  const command = await entry.load(table);
  const args = parseCommand(name, command, rest, interrupted.signal);
  if (args.help) {
    await print(helpOf(name, entry.summary, (await command.helpFor?.(args)) ?? command));
    return 0;
  }
  const result = await command.run(args);
  if (args.json) await print(toJson(result));
  return exitOfSignal ?? Number(process.exitCode ?? 0);
}

/** Resolves when the text has left the process, which `process.exit` would not wait for. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

function explain(error: unknown): number {
  const known =
    [InputError, DeviceError, NonFiniteError].some((kind) => error instanceof kind) ||
    (error instanceof Error && error.cause instanceof DeviceError);
  const message =
    error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`ganvas: ${message}\n`);
  return exitOfSignal ?? (error instanceof InputError ? 2 : 1);
}

/** Runs the command that the process was started with, and ends the process. @param table systems that commands know */
export async function runProcess(table: SystemTable = systems): Promise<never> {
  const code = await main(process.argv.slice(2), table).catch(explain);
  // Dawn keeps the process alive; everything is written by now.
  process.exit(code);
}
