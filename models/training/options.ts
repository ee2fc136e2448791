/**
 * The options of a system, each declared once: the command line, its help, the page's controls, stored recipes and their
 * validation all read the same declaration.
 */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";

export type OptionValue = number | string | boolean;

/** What is told of an option. */
export interface About<T extends OptionValue = OptionValue> {
  /** One sentence, or part of one. */
  readonly help: string;
  /** Where neither the user nor the preset says anything. Without one the option may be missing. */
  readonly default?: T;
  /** The paper's value, to be shown beside the default. */
  readonly paper?: T;
  /** What stands for the value in help; by its kind where nothing is said. */
  readonly placeholder?: string;
  /** A run that goes on may be told it again: where a file lies now, how much is shown. All others are settled when a run begins. */
  readonly again?: true;
}

/** One option; `Sure` where it always has a value. */
export interface Option<T extends OptionValue = OptionValue, Sure extends boolean = boolean> {
  readonly kind: "number" | "whole" | "choice" | "switch" | "flag" | "text";
  /** What is wrong with a value, said as "takes a number above 0". */
  readonly schema: v.GenericSchema<T>;
  readonly about: About<T>;
  /** Of a choice. */
  readonly words?: readonly T[];
  /** Only for the compiler: whether a default is there. */
  readonly sure?: Sure;
}

export type Options = Readonly<Record<string, Option>>;

type ValueOf<O> = O extends Option<infer T, boolean> ? T : never;
type SureNames<O extends Options> = {
  [K in keyof O]: O[K] extends Option<never, true> | Option<infer _, true> ? K : never;
}[keyof O];

/** What options say once they are read. */
export type Values<O extends Options> = { readonly [K in SureNames<O>]: ValueOf<O[K]> } & {
  readonly [K in Exclude<keyof O, SureNames<O>>]?: ValueOf<O[K]>;
};

type Made<T extends OptionValue, A extends About<T>> = Option<
  T,
  A extends { readonly default: T } ? true : false
>;

/** Which numbers an option takes. */
export interface Range {
  readonly above?: number;
  readonly least?: number;
  readonly below?: number;
  readonly most?: number;
}

/** A number, whole or not. */
export function number<A extends About<number>>(range: Range, about: A): Made<number, A> {
  const { above, least, below, most } = range;
  const limits = [
    above === undefined ? [] : [`above ${above}`],
    least === undefined ? [] : [`from ${least} on`],
    below === undefined ? [] : [`below ${below}`],
    most === undefined ? [] : [`up to ${most}`],
  ].flat();
  const message = `takes a number${limits.length > 0 ? ` ${limits.join(" and ")}` : ""}`;
  const fits = (x: number) =>
    Number.isFinite(x) &&
    (above === undefined || x > above) &&
    (least === undefined || x >= least) &&
    (below === undefined || x < below) &&
    (most === undefined || x <= most);
  return { kind: "number", schema: v.pipe(v.number(message), v.check(fits, message)), about };
}

/** A whole number of at least `least`. */
export function whole<A extends About<number>>(least: number, about: A): Made<number, A> {
  const message = `takes a whole number of at least ${least}`;
  const fits = (x: number) => Number.isSafeInteger(x) && x >= least;
  return { kind: "whole", schema: v.pipe(v.number(message), v.check(fits, message)), about };
}

/** One of several words. */
export function choice<const T extends string, A extends About<T>>(
  words: readonly T[],
  about: A,
): Made<T, A> {
  const schema = v.picklist(words, `takes ${words.join(" or ")}`) as unknown as v.GenericSchema<T>;
  return { kind: "choice", schema, words, about };
}

/** On or off, said by a word. */
export function onOff<A extends About<boolean>>(about: A): Made<boolean, A> {
  return { kind: "switch", schema: v.boolean("takes on or off"), about };
}

/** Off where it is not given. */
export function flag<A extends About<boolean>>(about: A): Made<boolean, A> {
  return { kind: "flag", schema: v.boolean("takes no value"), about };
}

/** A name or the path of a file. */
export function text<A extends About<string>>(about: A): Made<string, A> {
  return { kind: "text", schema: v.string("takes a text"), about };
}

/** Options that every run has. */
export const RUN_OPTIONS = {
  steps: whole(1, {
    help: "updates in all; with --resume it may be more than planned (a learning rate that falls is planned anew)",
    placeholder: "N",
    again: true,
  }),
  seed: whole(0, {
    help: "of initial weights and batches (0 by default)",
    placeholder: "S",
    again: true,
  }),
} as const;

/** Recipes of a system whose recipe is its options and nothing else: names it, so that another system's checkpoint is refused. */
export const recipeSchema = (system: string, options: Options): v.GenericSchema =>
  v.looseObject({ system: v.literal(system), preset: v.string(), ...entriesOf(options) });

const entriesOf = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, { schema }]) => [name, v.optional(schema)]));

/**
 * Reads the value of an option as a command line has it.
 * @throws InputError naming what the option takes, and what came
 */
export function parseOption(name: string, { kind, schema }: Option, given: string | boolean): OptionValue {
  const value = typeof given === "boolean" ? given : readText(kind, given);
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) throw new InputError(`--${name} ${issues[0].message}, got "${given}"`);
  return output;
}

function readText(kind: Option["kind"], given: string): unknown {
  if (kind === "whole") return /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (kind === "number") return given.trim() === "" ? Number.NaN : Number(given);
  if (kind === "switch") return given === "on" ? true : given === "off" ? false : given;
  return given;
}

/**
 * What the options say altogether: those given, else the preset's, else their defaults.
 * @throws InputError for a value that an option does not take
 */
export function resolveOptions<O extends Options>(
  options: O,
  given: Readonly<Record<string, OptionValue>>,
  preset: Readonly<Record<string, OptionValue>> = {},
): Values<O> {
  const values = Object.entries(options).flatMap(([name, { schema, about }]) => {
    const value = given[name] ?? preset[name] ?? about.default;
    if (value === undefined) return [];
    const { success, issues } = v.safeParse(schema, value);
    if (!success) throw new InputError(`${name} ${issues[0].message}, got ${JSON.stringify(value)}`);
    return [[name, value] as const];
  });
  return Object.fromEntries(values) as Values<O>;
}

/** What stands for the value of an option in help. */
export function placeholderOf({ kind, about, words }: Option): string | undefined {
  if (about.placeholder !== undefined) return about.placeholder;
  if (words) return words.join("|");
  return { number: "X", whole: "N", choice: "NAME", switch: "on|off", flag: undefined, text: "FILE" }[kind];
}

/** The sentence of an option with its default, that of a preset first, and the paper's value. */
export function describeOption({ about }: Option, preset?: OptionValue): string {
  const usual = preset ?? about.default;
  const show = (value: OptionValue) => (typeof value === "boolean" ? (value ? "on" : "off") : `${value}`);
  const notes = [
    usual === undefined ? [] : [`${show(usual)} by default`],
    about.paper === undefined ? [] : [`the paper's: ${show(about.paper)}`],
  ].flat();
  return `${about.help}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
}

/** The name among `known` that is written most like `name`. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => editDistance(name, other));
  return known[distances.indexOf(Math.min(...distances))];
}

/** Letters to be inserted, left out or exchanged between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] as number) + 1,
          (row[j] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
