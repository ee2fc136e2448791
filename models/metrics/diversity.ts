/** How far samples lie apart, within a class and across all: the number that falls when a generator collapses. */
import { sqrt } from "../../engine/index.ts";
import { visitDistances } from "./blocks.ts";
import type { Samples } from "./samples.ts";

export interface Spread {
  /** Mean Euclidean distance of two different points; NaN for fewer than two. */
  readonly mean: number;
  /** Of that mean, which is twice as uncertain as a mean of independent values: each point is in many pairs. */
  readonly standardError: number;
}

export interface Spreads {
  readonly across: Spread;
  /** Of pairs of one class, by class. */
  readonly within: readonly Spread[];
}

/** Distances between all pairs of a set. @param labels class of each point, from 0 to `classes` - 1 */
export async function spreads(
  points: Samples,
  labels: ArrayLike<number> = [],
  classes = 0,
): Promise<Spreads> {
  const [toAll, toOwn] = [new Float64Array(points.count), new Float64Array(points.count)];
  await visitDistances(points, points, async (squares, first, firstOther) => {
    const distances = await sqrt(squares).data();
    const columns = squares.shape[1] as number;
    for (let at = 0; at < distances.length; at++) {
      const [i, j] = [first + Math.floor(at / columns), firstOther + (at % columns)];
      // A point and itself: nothing but rounding.
      if (i === j) continue;
      const distance = distances[at] as number;
      toAll[i] = (toAll[i] as number) + distance;
      if (labels[i] === labels[j]) toOwn[i] = (toOwn[i] as number) + distance;
    }
  });
  const members = Array.from({ length: classes }, () => [] as number[]);
  for (let i = 0; i < labels.length; i++) members[labels[i] as number]?.push(toOwn[i] as number);
  return { across: spreadOf([...toAll]), within: members.map(spreadOf) };
}

/** @param sums of each point's distances to all others */
function spreadOf(sums: readonly number[]): Spread {
  const n = sums.length;
  if (n < 2) return { mean: Number.NaN, standardError: Number.NaN };
  const means = sums.map((sum) => sum / (n - 1));
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: 2 * Math.sqrt(variance / n) };
}
