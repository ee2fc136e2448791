/** The terminal's one entry: `ganvas COMMAND …`. */
import { runPrefetchWorker } from "../../engine/data/prefetch-node.ts";
import { DeviceError, InputError } from "../../engine/errors.ts";
import { check } from "./check.ts";
import { type Command, helpOf, parseCommand } from "./command.ts";
import { convert } from "./convert.ts";
import { evaluateCommand } from "./eval.ts";
import { info } from "./info.ts";
import { train } from "./train.ts";
import { upscale } from "./upscale.ts";

const COMMANDS: readonly Command[] = [upscale, evaluateCommand, train, convert, check, info];

const USAGE = `ganvas COMMAND [OPTIONS]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(8)}  ${summary}`).join("\n")}

Every command has --help and --json.`;

/** Exit codes: 0 done, 1 a failure of the program or the device, 2 something to be mended by the caller, 130 Ctrl-C. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "help") {
    console.log(USAGE);
    return 0;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (!command) throw new InputError(`there is no command "${name}"\n\n${USAGE}`);
  const interrupted = new AbortController();
  let asked = false;
  const stop = () => {
    if (asked) process.exit(130);
    asked = true;
    interrupted.abort(new InputError("interrupted"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const args = parseCommand(command, rest, interrupted.signal);
  if (args.help) {
    console.log(helpOf(command));
    return 0;
  }
  const result = await command.run(args);
  if (args.json) console.log(JSON.stringify(result));
  return asked ? 130 : 0;
}

function explain(error: unknown): number {
  const known = error instanceof InputError || error instanceof DeviceError;
  const message =
    error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  console.error(`ganvas: ${message}`);
  if (message === "interrupted") return 130;
  return error instanceof InputError ? 2 : 1;
}

// The same bundle serves as the worker that makes training batches.
if (!runPrefetchWorker())
  main(process.argv.slice(2))
    .catch(explain)
    // Dawn keeps the process alive; everything is written by now.
    .then((code) => process.exit(code));
