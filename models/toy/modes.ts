/** How many of a mixture's modes a generator has found (Srivastava et al. 2017, VEEGAN, section 4.1). */
import { GanvasError } from "../../engine/errors.ts";
import { countModes, modesOfPoints, type Samples } from "../metrics/index.ts";
import type { Distribution } from "./distributions.ts";

export interface ModesFound {
  /** Modes with enough points within three deviations. */
  readonly found: number;
  readonly of: number;
  /** Share of the points that lie within three deviations of any mode. */
  readonly nearby: number;
}

/**
 * @param points x and y in turn
 * @param fewest points that make a mode count: a fifth of its fair share (20 of 2,500 points for the grid of 25) by default
 */
export function modesFound(
  points: Float32Array,
  { modes, deviation, name }: Pick<Distribution, "modes" | "deviation" | "name">,
  fewest = points.length / 2 / modes.length / 5,
): ModesFound {
  if (modes.length === 0) throw new GanvasError(`modesFound: ${name} has no separate modes`);
  const plane = (data: Float32Array | Float64Array): Samples => ({
    count: data.length / 2,
    dimension: 2,
    data,
  });
  const nearest = modesOfPoints(plane(points), plane(Float64Array.from(modes.flat())), 3 * deviation);
  const { counts, quality } = countModes(nearest, modes.length);
  return { found: counts.filter((count) => count >= fewest).length, of: modes.length, nearby: quality };
}
