/** Divergences and densities of the toy GAN against what is known in closed form. */
import { describe, expect, test } from "vitest";
import {
  DISTRIBUTIONS,
  drawnPoints,
  gaussians,
  type Point,
  rings,
} from "../../../models/toy/distributions.ts";
import {
  bestLogit,
  densityDivergences,
  divergences,
  middles,
  pointShares,
  shares,
} from "../../../models/toy/divergences.ts";
import { modesFound } from "../../../models/toy/modes.ts";
import { drawPoints } from "../../../models/toy/points.ts";

const gaussian = (centre: Point, deviation: number) => gaussians("one", [centre], deviation);

/** KL of two round Gaussians in the plane: ln(t²/s²) + (2 s² + d²) / (2 t²) - 1. */
const klOfGaussians = (s: number, t: number, d: number): number =>
  Math.log(t ** 2 / s ** 2) + (2 * s ** 2 + d ** 2) / (2 * t ** 2) - 1;

describe("densities", () => {
  test.each(Object.values(DISTRIBUTIONS))("$name: sums to 1 over the plane", ({ density, reach }) => {
    // Steps of less than half of the smallest deviation.
    const found = shares({ density }, { reach, cells: 50 }, 8);
    const inside = found.slice(0, -1).reduce((sum, share) => sum + share, 0);
    expect(inside).toBeGreaterThan(1 - 1e-4);
    expect(inside).toBeLessThan(1 + 1e-9);
  });

  test.each(Object.values(DISTRIBUTIONS))("$name: points fall as the density says", (distribution) => {
    const grid = { reach: distribution.reach, cells: 12 };
    const count = 20_000;
    const expected = shares(distribution, grid, 30);
    const got = pointShares(drawPoints(distribution, 5, count), grid);
    // Pearson's statistic over the cells that expect some points, in units of its own deviation.
    const cells = [...expected.keys()].filter((k) => count * (expected[k] as number) > 5);
    const chi = cells.reduce((sum, k) => {
      const e = expected[k] as number;
      return sum + (count * ((got[k] as number) - e) ** 2) / e;
    }, 0);
    expect(Math.abs(chi - cells.length) / Math.sqrt(2 * cells.length)).toBeLessThan(4);
  });

  test("a point drawn is a function of seed, number and stream", () => {
    const { grid } = DISTRIBUTIONS;
    expect(grid.draw(3, 17, 2)).toEqual(grid.draw(3, 17, 2));
    expect(
      new Set(
        [grid.draw(3, 17, 2), grid.draw(4, 17, 2), grid.draw(3, 18, 2), grid.draw(3, 17, 3)].map(String),
      ).size,
    ).toBe(4);
  });

  test("what cannot be learnt is refused in a sentence", () => {
    expect(() => drawnPoints([])).toThrow("drawn points: there are no points to learn");
    expect(() => gaussian([0, 0], 0)).toThrow("must be above 0, got 0");
    expect(() => rings("rings", [0.1], 0.1)).toThrow("at least six times the deviation 0.1");
  });
});

describe("divergences", () => {
  test.each([
    { s: 0.5, t: 0.5, d: 1 },
    { s: 0.5, t: 0.8, d: 0 },
    { s: 0.7, t: 0.4, d: 0.9 },
  ])("KL of Gaussians of deviations $s and $t, $d apart", ({ s, t, d }) => {
    const [p, q] = [gaussian([-d / 2, 0], s), gaussian([d / 2, 0], t)];
    const { kl, reverseKl } = densityDivergences(p, q, { reach: 6, cells: 240 });
    expect(kl).toBeCloseTo(klOfGaussians(s, t, d), 5);
    expect(reverseKl).toBeCloseTo(klOfGaussians(t, s, d), 5);
  });

  test("JS of equals is 0, of distributions that have nothing in common ln 2", () => {
    const grid = { reach: 12, cells: 240 };
    const [p, q] = [gaussian([-8, 0], 0.3), gaussian([8, 0], 0.3)];
    expect(densityDivergences(p, p, grid).js).toBeCloseTo(0, 12);
    const apart = densityDivergences(p, q, grid);
    expect(apart.js).toBeCloseTo(Math.LN2, 6);
    // (2 · 8)² / (2 · 0.3²) with densities of 1e-617 that float64 holds as 0
    expect(apart.kl).toBe(Number.POSITIVE_INFINITY);
  });

  test("a generator that misses half of the modes: JS is ½ ln 2 + … as by hand", () => {
    // p has shares ½, ½; q has 1, 0: ½ (½ ln(½/¾) + ½ ln 2) + ½ ln(1/¾)
    const { js, kl, reverseKl } = divergences([0.5, 0.5], [1, 0]);
    expect(js).toBeCloseTo(0.5 * (0.5 * Math.log(2 / 3) + 0.5 * Math.LN2) + 0.5 * Math.log(4 / 3), 12);
    expect(kl).toBe(Number.POSITIVE_INFINITY);
    expect(reverseKl).toBeCloseTo(Math.LN2, 12);
  });

  test("the value of the game at the best discriminator is 2 JS - 2 ln 2 (Goodfellow et al. 2014, theorem 1)", () => {
    const [p, q] = [gaussian([0, 0], 0.6), gaussian([0.7, 0.2], 0.9)];
    const grid = { reach: 7, cells: 200 };
    const area = ((2 * grid.reach) / grid.cells) ** 2;
    const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
    const value = middles(grid).reduce((sum, [x, y]) => {
      const logit = bestLogit(p, q, [x, y]);
      return sum - area * (p.density(x, y) * softplus(-logit) + q.density(x, y) * softplus(logit));
    }, 0);
    expect(value).toBeCloseTo(2 * densityDivergences(p, q, grid).js - 2 * Math.LN2, 6);
  });

  test("shares that do not sum to 1 are refused", () => {
    expect(() => divergences([0.342, 0], [0.5, 0.5])).toThrow("p sums to 0.342, not to 1");
    expect(() => divergences([1], [0.5, 0.5])).toThrow("p has 1 shares, q has 2");
    // One point a cell at a mode's very middle counts far too much.
    expect(() => shares(gaussian([0.5, 0.5], 0.05), { reach: 4, cells: 8 }, 1)).toThrow(
      "points lie too far apart",
    );
  });

  test("points of a distribution come ever nearer to it", () => {
    const { circle } = DISTRIBUTIONS;
    const grid = { reach: circle.reach, cells: 20 };
    const expected = shares(circle, grid, 8);
    const js = [200, 2_000, 20_000].map(
      (count) => divergences(expected, pointShares(drawPoints(circle, 1, count), grid)).js,
    );
    expect(js[1]).toBeLessThan(js[0] as number);
    expect(js[2]).toBeLessThan(js[1] as number);
    expect(js[2]).toBeLessThan(0.002);
  });
});

describe("modes", () => {
  const { grid } = DISTRIBUTIONS;

  test("real points: 25 of 25, nearly all nearby", () => {
    const counted = modesFound(drawPoints(grid, 1, 2500), grid, 20);
    expect(counted.found).toBe(25);
    // 1 - exp(-9 / 2) of a round Gaussian lies within three deviations.
    expect(counted.nearby).toBeGreaterThan(0.98);
    expect(counted.nearby).toBeLessThan(0.998);
  });

  test("a mode counts from the fewest points on, and within three deviations only", () => {
    const at = (x: number, y: number, times: number) => Array.from({ length: times }, () => [x, y]).flat();
    const points = Float32Array.of(
      ...at(2, 2, 20),
      ...at(-4, 0, 19),
      ...at(0.149, 0, 20),
      ...at(-2, -2.151, 20),
    );
    const { found, nearby } = modesFound(points, grid, 20);
    expect(found).toBe(2);
    expect(nearby).toBeCloseTo(59 / 79, 12);
    expect(modesFound(points, grid, 19).found).toBe(3);
  });

  test("rings have none", () => {
    expect(() => modesFound(Float32Array.of(0, 0), DISTRIBUTIONS.rings)).toThrow(
      "rings has no separate modes",
    );
  });
});
