/** Everything that is known of a toy GAN at a moment of its training, for pages that draw it. */
import { type Divergences, divergences, type Grid, middles, pointShares, shares } from "./divergences.ts";
import type { Distribution } from "./distributions.ts";
import type { Field } from "./fields.ts";
import { modesFound } from "./modes.ts";
import { drawPoints } from "./points.ts";

/** Points that are shown and counted. */
export const SCENE_POINTS = 2500;
/** Cells along each side in which points are counted, as the judge does. */
const CELLS = 40;
/** Cells along each side in which the real density is drawn. */
const FINE = 128;

export interface Scene {
  /** Of the field: row by row from (-reach, -reach). */
  readonly grid: Grid;
  /** Of the real distribution at the middles of finer cells, in the same order. */
  readonly density: { readonly cells: number; readonly values: Float32Array };
  readonly field: Field;
  /** x and y in turn; the generated ones always of the same noise. */
  readonly real: Float32Array;
  readonly made: Float32Array;
  /** Between the real distribution, integrated over 40×40 cells, and the generated points counted in them; nats. */
  readonly divergences: Divergences;
  /** Modes with a generated point within three deviations, of how many; missing where there are no separate ones. */
  readonly modes: { readonly found: number; readonly of: number; readonly nearby: number } | undefined;
}

/** @param made generated points, x and y in turn */
export function sceneOf(
  distribution: Distribution,
  { grid, field, made, seed }: Pick<Scene, "grid" | "field" | "made"> & { readonly seed: number },
): Scene {
  const counted = { reach: distribution.reach, cells: CELLS };
  return {
    grid,
    field,
    made,
    density: densityOf(distribution, grid.reach),
    real: drawPoints(distribution, seed, made.length / 2),
    divergences: divergences(sharesOf(distribution, counted), pointShares(made, counted)),
    modes: distribution.modes.length > 1 ? modesFound(made, distribution) : undefined,
  };
}

const drawn = new WeakMap<Distribution, Scene["density"]>();
const integrated = new WeakMap<Distribution, Float64Array>();

/** Looked at once: it stays the same. */
function densityOf(distribution: Distribution, reach: number): Scene["density"] {
  const values = () =>
    Float32Array.from(middles({ reach, cells: FINE }), ([x, y]) => distribution.density(x, y));
  const known = drawn.get(distribution) ?? { cells: FINE, values: values() };
  drawn.set(distribution, known);
  return known;
}

/** Integrated once: it takes longer than all the rest. */
function sharesOf(distribution: Distribution, grid: Grid): Float64Array {
  const known = integrated.get(distribution) ?? shares(distribution, grid, 8);
  integrated.set(distribution, known);
  return known;
}
