/** What an op case is, and how its inputs are made: the same numbers on every host. */

import { type Numbers, type Shape, sizeOf } from "../array.ts";
import type { Ops } from "../ops.ts";

/** One op on one set of inputs, written once for the engine and the reference. */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly Input[];
  run<T extends { readonly shape: Shape }>(k: Ops<T>, ...inputs: T[]): T;
  /** The result has no derivative (comparisons, argmax). */
  readonly discrete?: boolean;
  /** The inputs sit where the derivative jumps; which side is taken is PyTorch's choice, not a limit. */
  readonly kink?: boolean;
}

/** How an input is made. */
export interface Input {
  readonly shape: Shape;
  readonly dtype: "f32" | "i32";
  values(seed: string): number[];
}

/** A 32-bit hash of a text (FNV-1a). */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Uniform numbers in [0, 1) (mulberry32). */
export function uniform(seed: string): () => number {
  let state = hash(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How far real inputs stay from 0, where many functions have a kink. */
const GAP = 0.05;

/**
 * Real numbers in [low, high], no two equal and none near 0: one from each of n equal intervals, shuffled.
 * Maxima are then unique by a margin, and central differences see smooth functions. All are exact in float32.
 */
export function real(shape: Shape, low = -2, high = 2): Input {
  return {
    shape,
    dtype: "f32",
    values(seed) {
      const next = uniform(seed);
      const n = sizeOf(shape);
      const values = Array.from({ length: n }, (_, i) => {
        const v = low + ((high - low) * (i + 0.2 + 0.6 * next())) / n;
        return Math.fround(low > 0 ? v : v + (v < 0 ? -GAP : GAP));
      });
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [values[i], values[j]] = [values[j] as number, values[i] as number];
      }
      return values;
    },
  };
}

/** Numbers in [low, high] with low > 0: for log, sqrt, division. */
export function positive(shape: Shape, low = 0.3, high = 3): Input {
  return real(shape, low, high);
}

/** The numbers given, repeated as often as needed. */
export function given(shape: Shape, values: readonly number[]): Input {
  return {
    shape,
    dtype: "f32",
    values: () =>
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(values[i % values.length] as number)),
  };
}

/** Whole numbers in [0, below), repetitions included. */
export function whole(shape: Shape, below: number): Input {
  return {
    shape,
    dtype: "i32",
    values(seed) {
      const next = uniform(seed);
      return Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * below));
    },
  };
}

/** The inputs of a case as numbers. */
export function inputsOf(of: OpCase): (Numbers & { readonly dtype: "f32" | "i32" })[] {
  return of.inputs.map((input, i) => ({
    shape: input.shape,
    dtype: input.dtype,
    data: input.values(`${of.name} ${i}`),
  }));
}

/** Makes a case. */
export function opCase(
  name: string,
  inputs: readonly Input[],
  run: OpCase["run"],
  flags: Pick<OpCase, "discrete" | "kink"> = {},
): OpCase {
  return { name, inputs, run, ...flags };
}
