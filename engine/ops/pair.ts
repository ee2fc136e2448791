/** Options that are whole numbers, some for both axes of an image. */
import { GanvasError, ShapeError, shown } from "../errors.ts";
import { MAX_ELEMENTS } from "../shape.ts";

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** A number that f32 can hold. */
export function finiteNumber(op: string, option: string, n: number): number {
  if (typeof n !== "number" || !Number.isFinite(Math.fround(n)))
    throw new GanvasError(`${op}: ${option} must be a finite number, got ${shown(n)}`);
  return n;
}

/** No tensor has axes that are longer than its elements can be numbered. */
const isWhole = (n: number, least: number): boolean => Number.isInteger(n) && n >= least && n <= MAX_ELEMENTS;

/** An option that is a whole number and at least `least`. */
export function whole(op: string, option: string, n: number, least: number): number {
  if (!isWhole(n, least))
    throw new ShapeError(`${op}: ${option} must be a whole number from ${least} on, got ${shown(n)}`);
  return n;
}

/** Both numbers of an option, which are whole and at least `least`. */
export function pair(op: string, option: string, p: Pair, least: number): readonly [number, number] {
  const both = typeof p === "number" ? ([p, p] as const) : p;
  if (!Array.isArray(both) || both.length !== 2 || !both.every((n) => isWhole(n, least)))
    throw new ShapeError(
      `${op}: ${option} must be whole numbers from ${least} on, got ${Array.isArray(both) ? both.map(String).join("×") : shown(both)}`,
    );
  return both as readonly [number, number];
}
