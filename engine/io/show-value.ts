/** What a file holds, in a few words for a message: never deep, never long, whatever it is. */

const LONGEST = 80;

/** A text, cut where it is long. */
export const shorten = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;

/** Text in quotes, numbers as they are, of containers only what they are and how much is in them. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return value.every(isNumber) ? showNumbers(value) : `a list of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return String(value);
}

function showNumbers(numbers: readonly unknown[]): string {
  const some = numbers.slice(0, 8).join(", ");
  return numbers.length > 8 ? `[${some}, … ${numbers.length} in all]` : `[${some}]`;
}

const isNumber = (value: unknown): boolean => typeof value === "number";
