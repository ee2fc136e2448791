/** What a command of the terminal is. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { InputError } from "../../engine/errors.ts";

type OptionSpec = { readonly type: "string" | "boolean"; readonly help: string; readonly value?: string };

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, as shown in the usage line. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** @returns the object that `--json` prints; without `--json` the command has written its result itself */
  run(args: Arguments): Promise<unknown>;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Options that every command has. */
const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: "boolean", help: "print one JSON object on stdout" },
  help: { type: "boolean", help: "show this text" },
};

/** @throws InputError for an unknown option, naming it */
export function parseCommand(
  command: Command,
  argv: readonly string[],
  signal: AbortSignal,
): Arguments & { help: boolean } {
  const specs = { ...command.options, ...COMMON };
  const options: ParseArgsConfig["options"] = Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => [name, { type }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      strict: true,
    });
    const flat = values as Record<string, string | boolean | undefined>;
    return { positionals, values: flat, json: flat.json === true, help: flat.help === true, signal };
  } catch (error) {
    throw new InputError(
      `${command.name}: ${(error as Error).message.split("\n")[0]} (see ganvas ${command.name} --help)`,
    );
  }
}

export function helpOf(command: Command): string {
  const specs = { ...command.options, ...COMMON };
  const rows = Object.entries(specs).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ""}`, help] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `ganvas ${command.name} ${command.usage}`,
    "",
    command.summary,
    "",
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join("\n");
}

/** A whole number given as an option. @throws InputError when it is none, or below `least` */
export function wholeNumber(args: Arguments, name: string, least = 0): number | undefined {
  const text = args.values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new InputError(`--${name} takes a whole number of at least ${least}, got "${text}"`);
  return value;
}

export const text = (args: Arguments, name: string): string | undefined =>
  args.values[name] as string | undefined;

/** An option that must be given. */
export function required(args: Arguments, name: string): string {
  const value = text(args, name);
  if (value === undefined) throw new InputError(`--${name} is missing`);
  return value;
}
