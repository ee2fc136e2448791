/** What a command of the terminal is. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { InputError } from "../../engine/errors.ts";
import { nearest } from "../../models/training/options.ts";

export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly help: string;
  readonly value?: string;
  readonly short?: string;
  /** May be given several times; see `Arguments.lists`. */
  readonly repeated?: true;
}

export interface Command {
  /** Positional arguments, as shown in the usage line. */
  readonly usage: string;
  /** What the help says between the summary and the options. */
  readonly description?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The command as help shows it where it is asked about some of its arguments only. */
  helpFor?(args: Arguments): Promise<Command | undefined>;
  /** @returns the object that `--json` prints; without `--json` the command has written its result itself */
  run(args: Arguments): Promise<unknown>;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** All values of options that may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly json: boolean;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** For commands that compute: see `debugNonFinite`. */
export const DEBUG_NAN = {
  "debug-nan": {
    type: "boolean",
    help: "looks through every result and names the op, layer and update that made the first NaN or infinite number; slower",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands that use a trained network. */
export const PRECISIONS = ["f32", "f16"] as const;
export type Precision = (typeof PRECISIONS)[number];

export const PRECISION = {
  precision: {
    type: "string",
    value: PRECISIONS.join("|"),
    help: "f16 computes in half precision, in half the memory (f32 by default)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Options that every command has. */
const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: "boolean", help: "print one JSON object on stdout" },
  help: { type: "boolean", short: "h", help: "show this text" },
};

/** @throws InputError for an option that the command does not have, or one without its value */
export function parseCommand(
  name: string,
  command: Command,
  argv: readonly string[],
  signal: AbortSignal,
): Arguments & { help: boolean } {
  const specs = { ...command.options, ...COMMON };
  const options: ParseArgsConfig["options"] = Object.fromEntries(
    Object.entries(specs).map(([key, { type, short, repeated = false }]) => [
      key,
      { type, multiple: repeated, ...(short && { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      strict: true,
    });
    const isList = ([, value]: readonly [string, unknown]) => Array.isArray(value);
    const flat = Object.fromEntries(Object.entries(values).filter((entry) => !isList(entry)));
    const lists = Object.fromEntries(Object.entries(values).filter(isList));
    return {
      positionals,
      values: flat as Record<string, string | boolean | undefined>,
      lists: lists as Record<string, string[]>,
      json: flat.json === true,
      help: flat.help === true,
      signal,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const option = /--[\w-]+|-\w/.exec(message)?.[0];
    const known = Object.keys(specs).map((key) => `--${key}`);
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw new InputError(
        `${name} has no option ${option}; it has ${known.join(", ")} (did you mean ${nearest(`${option}`, known)}?)`,
      );
    if (message.includes("does not take")) throw new InputError(`${name}: ${option} takes no value`);
    throw new InputError(
      `${name}: ${option} needs a value (one that begins with a dash is given as ${option}=-…)`,
    );
  }
}

export function helpOf(name: string, summary: string, command: Command): string {
  const specs = { ...command.options, ...COMMON };
  const rows = Object.entries(specs).map(([key, { value, short, help }]) => {
    const left = `--${key}${value ? ` ${value}` : ""}${short ? `, -${short}` : ""}`;
    return [left, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `ganvas ${name} ${command.usage}`.trimEnd(),
    "",
    summary,
    "",
    ...(command.description ? [command.description, ""] : []),
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join("\n");
}

/** @throws InputError when the command was given another number of arguments than it takes */
export function positionals(args: Arguments, count: number, what: string): readonly string[] {
  if (args.positionals.length === count) return args.positionals;
  const came = args.positionals.length === 0 ? "nothing" : `"${args.positionals.join(" ")}"`;
  throw new InputError(`${what}, got ${came}`);
}

/** A whole number given as an option. @throws InputError when it is none, or below `least` */
export function wholeNumber(args: Arguments, name: string, least = 0): number | undefined {
  const given = text(args, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(value) || value < least)
    throw new InputError(`--${name} takes a whole number of at least ${least}, got "${given}"`);
  return value;
}

/** A number given as an option. @throws InputError when it is none, or out of range */
export function decimal(
  args: Arguments,
  name: string,
  range: { readonly above?: number; readonly least?: number; readonly below?: number },
): number | undefined {
  const given = text(args, name);
  if (given === undefined) return undefined;
  const value = given.trim() === "" ? Number.NaN : Number(given);
  const { above, least, below } = range;
  const fits =
    Number.isFinite(value) &&
    (above === undefined || value > above) &&
    (least === undefined || value >= least) &&
    (below === undefined || value < below);
  if (fits) return value;
  const limits = [
    above === undefined ? [] : [`above ${above}`],
    least === undefined ? [] : [`from ${least} on`],
    below === undefined ? [] : [`below ${below}`],
  ];
  throw new InputError(`--${name} takes a number ${limits.flat().join(" and ")}, got "${given}"`);
}

export const text = (args: Arguments, name: string): string | undefined =>
  args.values[name] as string | undefined;

/** One of several words given as an option. @throws InputError when it is none of them */
export function oneOf<T extends string>(args: Arguments, name: string, words: readonly T[], fallback: T): T {
  const given = text(args, name);
  const word = given === undefined ? fallback : words.find((known) => known === given);
  if (word === undefined) throw new InputError(`--${name} takes ${words.join(" or ")}, got "${given}"`);
  return word;
}

/** An option that must be given. @throws InputError when it is not */
export function required(args: Arguments, name: string): string {
  const value = text(args, name);
  if (value === undefined) throw new InputError(`--${name} is missing`);
  return value;
}
