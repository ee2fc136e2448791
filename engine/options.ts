/** Options of functions and layers: a name that nobody knows is told instead of ignored. */
import { GanvasError, shown } from "./errors.ts";

/** Neighbouring letters, whatever their case. */
const pairsOf = (word: string): string[] =>
  [...word.toLowerCase()].map((letter, k, all) => letter + (all[k + 1] ?? ""));

/** The share of neighbouring letters that two words have in common (Dice's coefficient). */
function likeness(a: string, b: string): number {
  const [x, y] = [pairsOf(a), pairsOf(b)];
  return (2 * x.filter((pair) => y.includes(pair)).length) / (x.length + y.length);
}

/** Whether an object is one of braces, of no class. */
export const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/**
 * Checks that `options` are an object that holds nothing but what is known, flags as true or false, amounts as numbers.
 * @param owner whose options they are, for the message
 * @throws GanvasError naming the first that is not known, and the known one that is most like it
 */
export function checkOptions(owner: string, options: unknown, known: readonly string[]): void {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  // A Map, a Promise or a Date has no names that could be unknown.
  if (!isObject || (!isPlain(options) && Object.keys(options).length === 0))
    throw new GanvasError(`${owner}: options are an object with ${known.join(", ")}, got ${shown(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) {
      expectKind(owner, name, value);
      continue;
    }
    const [nearest = ""] = known.toSorted((a, b) => likeness(b, name) - likeness(a, name));
    const hint = likeness(nearest, name) > 0.4 ? `did you mean ${nearest}? It` : "it";
    throw new GanvasError(`${owner}: there is no option ${shown(name)}; ${hint} takes ${known.join(", ")}`);
  }
}

/** What options of these names are, whosever they are. */
const FLAGS: ReadonlySet<string> = new Set([
  "affine",
  "alignCorners",
  "amsgrad",
  "bias",
  "ceilMode",
  "centered",
  "countIncludePad",
  "descending",
  "dropLast",
  "keepDims",
  "largest",
  "nesterov",
  "shuffle",
]);
const AMOUNTS: ReadonlySet<string> = new Set(["correction", "eps", "momentum"]);

/** Everything is true or false to JavaScript, and a word is no number to it: what is no option of its kind is told. */
function expectKind(owner: string, name: string, value: unknown): void {
  if (value === undefined) return;
  if (FLAGS.has(name) && typeof value !== "boolean")
    throw new GanvasError(`${owner}: ${name} must be true or false, got ${shown(value)}`);
  if (AMOUNTS.has(name) && !(typeof value === "number" && value >= 0 && Math.fround(value) < Infinity))
    throw new GanvasError(`${owner}: ${name} must be a number of at least 0, got ${shown(value)}`);
}

/** Checks that an option is one of a few words. @throws GanvasError naming them */
export function expectOneOf(owner: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string))
    throw new GanvasError(`${owner}: ${option} must be one of ${words.join(", ")}, got ${shown(value)}`);
}
