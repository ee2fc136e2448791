/** Pad: borders of any kind; negative amounts cut off. */
import { pad as padTensor } from "../../ops/pad.ts";
import { stridesOf } from "../../shape.ts";
import { type Call, type Family, reading } from "../call.ts";
import { like, pad, slice, storedAxis, take } from "../movement.ts";
import { coordinatesOf } from "../strides.ts";
import { isFloating } from "../types.ts";
import type { Value } from "../value.ts";

type Mode = "constant" | "reflect" | "edge" | "wrap";

/** Where position i of an endless axis of n elements lies in it. */
const SOURCES: Readonly<Record<Exclude<Mode, "constant">, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect(i, n) {
    if (n === 1) return 0;
    const period = 2 * n - 2;
    const at = ((i % period) + period) % period;
    return at < n ? at : period - at;
  },
};

function bordered(call: Call): Value {
  const x = call.input(0);
  const mode = call.string<Mode>("mode", "constant", ["constant", "reflect", "edge", "wrap"]);
  const amounts = call.list("pads") ?? call.list("paddings") ?? call.wholes(1) ?? [];
  const axes = (call.wholes(3) ?? x.shape.map((_, k) => k)).map((axis) => call.axis(axis, x.rank));
  if (amounts.length !== 2 * axes.length)
    call.refuse(`needs ${2 * axes.length} amounts for ${axes.length} axes, got ${amounts.length}`);
  const [before, after] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  axes.forEach((axis, k) => {
    before[axis] = amounts[k] as number;
    after[axis] = amounts[k + axes.length] as number;
  });
  if (mode === "constant")
    return pad(x, before, after, call.inputs[2] ? call.scalar(2, 0) : call.float("value", 0));
  return mirrored(x, before, after, mode);
}

function mirrored(
  whole: Value,
  before: readonly number[],
  after: readonly number[],
  mode: Exclude<Mode, "constant">,
): Value {
  // What is cut off is gone before the rest is mirrored.
  const x = slice(
    whole,
    before.map((n) => Math.max(-n, 0)),
    whole.shape.map(() => 1),
    whole.shape.map((n, k) => n + Math.min(before[k] as number, 0) + Math.min(after[k] as number, 0)),
  );
  const [front, behind] = [before, after].map((list) => list.map((n) => Math.max(n, 0))) as [
    number[],
    number[],
  ];
  const fits = x.shape.every((n, k) => Math.max(front[k] as number, behind[k] as number) < n);
  if (!x.isConstant && isFloating(x.type) && mode !== "wrap" && fits) {
    const [f, b] = [front, behind].map((list) => {
      const stored: number[] = [];
      list.forEach((n, axis) => {
        stored[storedAxis(x, axis)] = n;
      });
      return stored;
    }) as [number[], number[]];
    return like(x, padTensor(x.stored, f, b, { mode: mode === "edge" ? "replicate" : "reflect" }));
  }
  const shape = x.shape.map((n, k) => n + (front[k] as number) + (behind[k] as number));
  const strides = stridesOf(x.shape);
  const places = Int32Array.from(coordinatesOf(shape), (at) =>
    at.reduce(
      (sum, c, k) =>
        sum + SOURCES[mode](c - (front[k] as number), x.shape[k] as number) * (strides[k] as number),
      0,
    ),
  );
  return take(x, places, shape);
}

export const BORDERS: Family = { Pad: reading([1, 2, 3], bordered) };
