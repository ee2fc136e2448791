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

/**
 * Checks that `options` are an object that holds nothing but what is known.
 * @param owner whose options they are, for the message
 * @throws GanvasError naming the first that is not known, and the known one that is most like it
 */
export function checkOptions(owner: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new GanvasError(`${owner}: options are an object with ${known.join(", ")}, got ${shown(options)}`);
  for (const name in options) {
    if (known.includes(name)) continue;
    const [nearest = ""] = known.toSorted((a, b) => likeness(b, name) - likeness(a, name));
    const hint = likeness(nearest, name) > 0.4 ? `did you mean ${nearest}? It` : "it";
    throw new GanvasError(`${owner}: there is no option ${shown(name)}; ${hint} takes ${known.join(", ")}`);
  }
}

/** Checks that an option is one of a few words. @throws GanvasError naming them */
export function expectOneOf(owner: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string))
    throw new GanvasError(`${owner}: ${option} must be one of ${words.join(", ")}, got ${shown(value)}`);
}
