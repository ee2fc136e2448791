/** How many of a mixture's modes a generator has found (Srivastava et al. 2017, VEEGAN, section 4.1). */
import { GanvasError } from "../../engine/errors.ts";
import type { Distribution, Point } from "./distributions.ts";

export interface ModeCount {
  /** Modes with at least `fewest` points within three deviations. */
  readonly found: number;
  readonly of: number;
  /** Share of the points that lie within three deviations of any mode. */
  readonly nearby: number;
  /** Such points of each mode. */
  readonly perMode: readonly number[];
}

/**
 * @param points x and y in turn
 * @param fewest points that make a mode count: 20 of 2,500 are usual for the grid of 25
 */
export function countModes(
  points: ArrayLike<number>,
  { modes, deviation, name }: Pick<Distribution, "modes" | "deviation" | "name">,
  fewest = 1,
): ModeCount {
  if (modes.length === 0) throw new GanvasError(`countModes: ${name} has no separate modes`);
  const perMode = modes.map(() => 0);
  const count = points.length / 2;
  for (let k = 0; k < count; k++) {
    const [x, y] = [points[2 * k] as number, points[2 * k + 1] as number];
    const distances = modes.map(([u, v]: Point) => Math.hypot(x - u, y - v));
    const nearest = distances.indexOf(Math.min(...distances));
    if ((distances[nearest] as number) <= 3 * deviation) perMode[nearest] = (perMode[nearest] as number) + 1;
  }
  return {
    found: perMode.filter((points) => points >= fewest).length,
    of: modes.length,
    nearby: perMode.reduce((sum, points) => sum + points, 0) / count,
    perMode,
  };
}
