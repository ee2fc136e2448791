/** Borders around a tensor. */
import { ShapeError } from "../errors.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { expectList, showShape } from "../shape.ts";
import { expectFloats, expectTensors, type Tensor } from "../tensor.ts";
import { constant } from "./broadcast.ts";
import { where } from "./pointwise.ts";
import { padZeros } from "./slice.ts";
import { resample, tapsOf } from "./taps.ts";

/**
 * What a border holds: one value, the inside mirrored at its outermost element (which is not repeated), that element
 * again and again, or the inside from its other end.
 */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /** `"constant"` by default. */
  readonly mode?: PadMode;
  /** What a constant border holds; 0 by default. */
  readonly value?: number;
}

/**
 * A border around x: `before[a]` elements in front of axis a, `after[a]` behind.
 * @throws ShapeError when there is not one amount an axis, or an axis is too short to be mirrored or repeated
 */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  options: PadOptions = {},
): Tensor {
  expectTensors("pad", { x });
  expectList("pad", "before", before);
  expectList("pad", "after", after);
  checkOptions("pad", options, ["mode", "value"]);
  const { mode = "constant", value = 0 } = options;
  if (before.length !== x.rank || after.length !== x.rank)
    throw new ShapeError(
      `pad: needs ${x.rank} amounts in front and behind for shape ${showShape(x.shape)}, got ${before.length} and ${after.length}`,
    );
  if ([...before, ...after].some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(
      `pad: amounts must be whole numbers from 0 on, got ${showShape(before)} and ${showShape(after)}`,
    );
  if (mode in SOURCES) return border(x, before, after, mode as keyof typeof SOURCES);
  expectOneOf("pad", "mode", mode, ["constant", ...Object.keys(SOURCES)]);
  const padded = padZeros(x, before, after);
  if (value === 0 || padded === x) return padded;
  return where(padZeros(constant(1, x.shape, x.dtype), before, after), padded, value);
}

/** Position i of an endless mirrored axis of n elements: … 2 1 | 0 1 … n-1 | n-2 …. */
const reflected = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
const replicated = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);

/** Where elements of a border come from, and what is longer than the border. */
const SOURCES = {
  reflect: { source: reflected, least: (border: number) => border + 1 },
  replicate: { source: replicated, least: () => 1 },
  circular: { source: (i: number, n: number): number => (i + n) % n, least: (border: number) => border },
};

function border(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  mode: keyof typeof SOURCES,
): Tensor {
  expectFloats("pad", { x });
  const { source, least } = SOURCES[mode];
  return x.shape.reduce((padded, n, axis) => {
    const [front, behind] = [before[axis] as number, after[axis] as number];
    if (front === 0 && behind === 0) return padded;
    if (n < least(Math.max(front, behind)))
      throw new ShapeError(
        `pad: axis ${axis} of ${showShape(x.shape)} is too short to be padded (${mode}) by ${front} in front and ${behind} behind`,
      );
    return resample(
      padded,
      axis,
      tapsOf(n, front + n + behind, (o, put) => put(source(o - front, n), 1)),
    );
  }, x);
}
