/** How what cells have shown is kept beside their lesson, for pages that have not run them yet. */
import type { Output } from "./output.ts";

/** Many numbers: whole multiples of `step`, each a character, so that gzip finds what is alike. */
interface Levels {
  readonly step: number;
  readonly levels: string;
}

/** An output as it is kept: numbers of a few digits, those of pictures as levels. */
export type Kept = KeptAs<Output>;
type KeptAs<T> = T extends Float32Array
  ? readonly number[] | Levels
  : T extends object
    ? { readonly [Key in keyof T]: KeptAs<T[Key]> }
    : T;

/** Outputs by cell. */
export type Recording = Readonly<Record<string, readonly Kept[]>>;

/** Digits that are kept of a number, and of each of many. */
const DIGITS = 4;
const DIGITS_OF_MANY = 3;
/** From so many numbers on, a tensor is shown as a picture. */
const PICTURE = 65;
/** Of each sign: with them all characters are of one byte, and no eye tells more apart in pictures of this size. */
const LEVELS = 45;
/** The character of level 0. */
const ZERO = 80;

const rounded = (x: number, digits: number): number => Number(x.toPrecision(digits));
const largestOf = (data: Float32Array): number => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

function levelsOf(data: Float32Array): Levels {
  const step = rounded(largestOf(data) / LEVELS, DIGITS);
  return { step, levels: Array.from(data, (x) => String.fromCharCode(ZERO + Math.round(x / step))).join("") };
}

/** The names of points of a plane: levels would put them on a grid. */
const POINTS = ["real", "made"];

function few(key: string, value: unknown): unknown {
  if (value instanceof Float32Array)
    return value.length < PICTURE || POINTS.includes(key) || largestOf(value) === 0
      ? Array.from(value, (x) => rounded(x, value.length < PICTURE ? DIGITS : DIGITS_OF_MANY))
      : levelsOf(value);
  return typeof value === "number" ? rounded(value, DIGITS) : value;
}

export const kept = (output: Output): Kept => JSON.parse(JSON.stringify(output, few)) as Kept;

/** The names of numbers that are plain arrays where they are kept whole. */
const ARRAYS = ["data", ...POINTS];

/** The output again, in what digits are left. */
export const opened = (output: Kept): Output =>
  JSON.parse(JSON.stringify(output), (key, value) => {
    if (typeof value?.levels === "string")
      return Float32Array.from(value.levels, (level: string) => (level.charCodeAt(0) - ZERO) * value.step);
    return ARRAYS.includes(key) && Array.isArray(value) ? Float32Array.from(value) : value;
  }) as Output;
