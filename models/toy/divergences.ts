/**
 * How far two distributions in the plane are apart, in nats: Kullback-Leibler and Jensen-Shannon divergence, by integration of
 * known densities, or between the shares of probability that fall into the cells of a grid.
 */
import { GanvasError } from "../../engine/errors.ts";
import type { Distribution, Point } from "./distributions.ts";

/** The square |x|, |y| ≤ reach, cut into cells × cells. */
export interface Grid {
  readonly reach: number;
  readonly cells: number;
}

export interface Divergences {
  /** KL(p‖q) = ∫ p ln(p / q): infinite where q misses what p has. */
  readonly kl: number;
  /** KL(q‖p). */
  readonly reverseKl: number;
  /** ½ KL(p‖m) + ½ KL(q‖m) with m = ½ (p + q): 0 for equals, ln 2 for distributions that have nothing in common. */
  readonly js: number;
}

/** a ln(a / b), as its limits are where one is 0. */
const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));

/** Divergences of two discrete distributions. @throws GanvasError unless both are of one length and sum to 1 within 1e-6 */
export function divergences(p: ArrayLike<number>, q: ArrayLike<number>): Divergences {
  if (p.length !== q.length)
    throw new GanvasError(`divergences: p has ${p.length} shares, q has ${q.length}`);
  for (const [name, shares] of [["p", p] as const, ["q", q] as const]) {
    const sum = Array.from(shares).reduce((total, share) => total + share, 0);
    if (!(Math.abs(sum - 1) < 1e-6)) throw new GanvasError(`divergences: ${name} sums to ${sum}, not to 1`);
  }
  let [kl, reverseKl, js] = [0, 0, 0];
  for (let k = 0; k < p.length; k++) {
    const [a, b] = [p[k] as number, q[k] as number];
    kl += term(a, b);
    reverseKl += term(b, a);
    // Not (a + b) / 2, which is 0 for the smallest of numbers.
    js += (term(a, a + b) + term(b, a + b) + (a + b) * Math.LN2) / 2;
  }
  return { kl, reverseKl, js };
}

/** Middles of a grid's cells, row by row from (-reach, -reach). */
export function middles({ reach, cells }: Grid): Point[] {
  const side = (2 * reach) / cells;
  const at = (k: number) => -reach + (k + 0.5) * side;
  return Array.from({ length: cells ** 2 }, (_, k): Point => [at(k % cells), at(Math.floor(k / cells))]);
}

/**
 * The share of a distribution in each cell of a grid and, last, outside of it, by the midpoint rule.
 * @param within the rule's points along each side of a cell: their distance has to be well below the deviation
 */
export function shares({ density }: Pick<Distribution, "density">, grid: Grid, within = 4): Float64Array {
  const { cells, reach } = grid;
  const found = new Float64Array(cells ** 2 + 1);
  const area = ((2 * reach) / (cells * within)) ** 2;
  const fine = cells * within;
  for (const [k, [x, y]] of middles({ reach, cells: fine }).entries()) {
    const [column, row] = [Math.floor((k % fine) / within), Math.floor(k / fine / within)];
    found[row * cells + column] = (found[row * cells + column] as number) + area * density(x, y);
  }
  return withRest(found);
}

/** The same of points: how many of them lie in each cell, of all. @param points x and y in turn */
export function pointShares(points: ArrayLike<number>, { reach, cells }: Grid): Float64Array {
  const found = new Float64Array(cells ** 2 + 1);
  const side = (2 * reach) / cells;
  const count = points.length / 2;
  for (let k = 0; k < count; k++) {
    const [column, row] = [points[2 * k] as number, points[2 * k + 1] as number].map((value) =>
      Math.floor((value + reach) / side),
    ) as [number, number];
    const inside = Math.min(column, row) >= 0 && Math.max(column, row) < cells;
    const cell = inside ? row * cells + column : cells ** 2;
    found[cell] = (found[cell] as number) + 1 / count;
  }
  return found;
}

/** What is not in any cell is outside of all. Rounding can leave a trifle too much inside. */
function withRest(found: Float64Array): Float64Array {
  const inside = found.reduce((sum, share) => sum + share, 0);
  if (inside > 1 + 1e-6)
    throw new GanvasError(`shares: a density sums to ${inside} on the grid: its points lie too far apart`);
  if (inside > 1) return found.map((share) => share / inside);
  found[found.length - 1] = 1 - inside;
  return found;
}

/** Divergences of two densities by the midpoint rule; the grid must hold both, and its cells be well below their deviations. */
export function densityDivergences(
  p: Pick<Distribution, "density">,
  q: Pick<Distribution, "density">,
  grid: Grid,
): Divergences {
  return divergences(shares(p, grid, 1), shares(q, grid, 1));
}

/** What the best discriminator answers at a place, as a logit: ln(p / q) (Goodfellow et al. 2014, proposition 1). */
export const bestLogit = (
  p: Pick<Distribution, "density">,
  q: Pick<Distribution, "density">,
  [x, y]: Point,
): number => Math.log(p.density(x, y)) - Math.log(q.density(x, y));
