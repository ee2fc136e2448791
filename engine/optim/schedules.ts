/**
 * Schedules of learning rates and momentum: plain functions of a counter of updates or epochs, both from 0. A schedule keeps no
 * state, so a resumed run goes on exactly: `adam.lr = schedule(adam.steps)`.
 */
import { expectFunction, GanvasError, shown } from "../errors.ts";

/** The value for update (or epoch) `t`, counted from 0. */
export type Schedule = (t: number) => number;

function check(schedule: string, values: Readonly<Record<string, number>>, least: number): void {
  for (const [name, value] of Object.entries(values))
    if (!(typeof value === "number" && value >= least && value < Number.POSITIVE_INFINITY))
      throw new GanvasError(
        `${schedule}: ${name} must be a number of at least ${least}, got ${shown(value)}`,
      );
}

/**
 * Constant pieces: the value of the last pair whose start is at most t.
 * @param pieces [start, value], starts rising from 0; e.g. `[[0, 1e-4], [100_000, 1e-5]]` (SRGAN)
 */
export function piecewiseConstant(pieces: readonly (readonly [start: number, value: number])[]): Schedule {
  if (!Array.isArray(pieces) || !pieces.every((piece) => Array.isArray(piece) && piece.length === 2))
    throw new GanvasError(
      `piecewiseConstant: pieces are pairs such as [[0, 1e-4], [100, 1e-5]], got ${shown(pieces)}`,
    );
  const starts = pieces.map(([start]) => start);
  if (starts[0] !== 0 || starts.some((start, k) => k > 0 && !(start > (starts[k - 1] as number))))
    throw new GanvasError(`piecewiseConstant: starts must rise from 0, got ${starts.join(", ") || "none"}`);
  return (t) => (pieces.findLast(([start]) => start <= t) as readonly [number, number])[1];
}

/** initial · factor^⌊t / every⌋, e.g. Reed's halving every 100 epochs: `stepDecay(2e-4, 0.5, 100)`. */
export function stepDecay(initial: number, factor: number, every: number): Schedule {
  check("stepDecay", { initial, factor }, 0);
  check("stepDecay", { every }, 1);
  return (t) => initial * factor ** Math.floor(t / every);
}

/** max(initial · factor^t, floor), e.g. CGAN's division at every update: `exponentialDecay(0.1, 1 / 1.00004, 1e-6)`. */
export function exponentialDecay(initial: number, factor: number, floor = 0): Schedule {
  check("exponentialDecay", { initial, factor, floor }, 0);
  return (t) => Math.max(initial * factor ** t, floor);
}

/** From `start` to `end` in a straight line over `length` counts, constant from there on: decays, and ramps of momentum. */
export function linearRamp(start: number, end: number, length: number): Schedule {
  check("linearRamp", { start, end }, 0);
  check("linearRamp", { length }, 1);
  return (t) => start + (end - start) * Math.min(t / length, 1);
}

/** From `start` to `end` along half a cosine over `length` counts, constant from there on (Loshchilov and Hutter 2017). */
export function cosineDecay(start: number, end: number, length: number): Schedule {
  check("cosineDecay", { start, end }, 0);
  check("cosineDecay", { length }, 1);
  return (t) => end + (start - end) * 0.5 * (1 + Math.cos(Math.PI * Math.min(t / length, 1)));
}

/** A schedule of epochs as one of updates. */
export function perEpoch(schedule: Schedule, updatesPerEpoch: number): Schedule {
  expectFunction("perEpoch", "schedule", schedule);
  check("perEpoch", { updatesPerEpoch }, 1);
  return (t) => schedule(Math.floor(t / updatesPerEpoch));
}
