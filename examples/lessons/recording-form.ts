/** How what cells have shown is kept beside their lesson, for pages that have not run them yet. */
import type { Output } from "./output.ts";

/**
 * An output as it is kept: numbers of a few digits in plain arrays. Those of a picture are whole multiples of `step`: many small
 * whole numbers take a quarter of the bytes.
 */
export type Kept = Exclude<Output, { kind: "tensor" }> | (Omit<TensorOutput, "data"> & KeptNumbers);
type TensorOutput = Extract<Output, { kind: "tensor" }>;
interface KeptNumbers {
  readonly data: readonly number[];
  readonly step?: number;
}

/** Outputs by cell. */
export type Recording = Readonly<Record<string, readonly Kept[]>>;

/** Digits that are kept of a number, and of each of many. */
const DIGITS = 4;
const DIGITS_OF_MANY = 3;
/** From so many numbers on, a tensor is shown as a picture: no eye tells more levels apart. */
const PICTURE = 65;
const LEVELS = 127;

function numbersOf(data: Float32Array): KeptNumbers {
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (data.length < PICTURE || largest === 0) return { data: Array.from(data, (x) => rounded(x, DIGITS)) };
  const step = rounded(largest / LEVELS, DIGITS);
  return { step, data: Array.from(data, (x) => Math.round(x / step) + 0) };
}

const rounded = (x: number, digits: number): number => Number(x.toPrecision(digits));

const few = (_: string, value: unknown): unknown => {
  if (ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<number>, (x) => rounded(x, DIGITS_OF_MANY));
  return typeof value === "number" ? rounded(value, DIGITS) : value;
};

export function kept(output: Output): Kept {
  const plain = output.kind === "tensor" ? { ...output, ...numbersOf(output.data) } : output;
  return JSON.parse(JSON.stringify(plain, few)) as Kept;
}

/** The output again, in what digits are left. */
export function opened(output: Kept): Output {
  if (output.kind !== "tensor") return output;
  const { step = 1, data, ...rest } = output;
  return { ...rest, data: Float32Array.from(data, (x) => x * step) };
}
