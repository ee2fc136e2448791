/** Measures of large sets on the engine, against float64 loops. */
import { describe, expect, test } from "vitest";
import { fillNormal } from "../../../engine/random.ts";
import {
  nearestNeighbours,
  parzenEstimate,
  parzenEstimateInBlocks,
  parzenLogLikelihood,
  parzenLogLikelihoods,
  pick,
  type Samples,
  shareOfCopies,
  spreads,
} from "../../../models/metrics/index.ts";

const normal = (count: number, dimension: number, seed: number, shift = 0): Samples => ({
  count,
  dimension,
  data: fillNormal(new Float32Array(count * dimension), seed, 0, shift, 1),
});

const between = (a: Samples, i: number, b: Samples, j: number): number => {
  let sum = 0;
  for (let k = 0; k < a.dimension; k++)
    sum += ((a.data[i * a.dimension + k] as number) - (b.data[j * b.dimension + k] as number)) ** 2;
  return Math.sqrt(sum);
};

describe("Parzen window in blocks", () => {
  // Far from the origin, where squares of distances by products lose their digits unless the sets are centred. More points
  // and samples than a block holds.
  const samples = normal(8003, 3, 1, 100);
  const points = normal(1007, 3, 2, 100);

  test("equals the loops for each deviation", async () => {
    const [sigmas, some] = [
      [0.05, 0.3, 2],
      [0, 1, 500, 999, 1000, 1006],
    ];
    const found = await parzenLogLikelihoods(samples, points, sigmas);
    for (const [s, sigma] of sigmas.entries())
      parzenLogLikelihood(samples, pick(points, some), sigma).forEach((value, k) => {
        expect(found[s]?.[some[k] as number]).toBeCloseTo(value, 2);
      });
  });

  test("chooses and sums up as the loops do", async () => {
    const few = normal(60, 5, 1);
    const [validation, tested] = [normal(20, 5, 2), normal(30, 5, 3)];
    const [found, expected] = [
      await parzenEstimateInBlocks(few, validation, tested),
      parzenEstimate(few, validation, tested),
    ];
    expect(found.sigma).toBe(expected.sigma);
    expect(found.mean).toBeCloseTo(expected.mean, 4);
    expect(found.standardError).toBeCloseTo(expected.standardError, 4);
  });

  test("does not underflow", async () => {
    const origin: Samples = { count: 1, dimension: 2, data: Float32Array.of(0, 0) };
    const far: Samples = { count: 1, dimension: 2, data: Float32Array.of(100, 0) };
    const [[value] = []] = await parzenLogLikelihoods(origin, far, [0.1]);
    expect(value).toBeCloseTo(-500_000 - 2 * Math.log(0.1 * Math.sqrt(2 * Math.PI)), 0);
  });

  test("refuses a deviation of 0", async () => {
    await expect(parzenLogLikelihoods(samples, points, [0])).rejects.toThrow("sigma must be above 0, got 0");
  });
});

describe("nearest neighbours", () => {
  test("finds planted copies, in any block, at distance 0", async () => {
    const train = normal(8100, 4, 5, 7);
    const planted = [3, 7999, 8000, 8099];
    const points: Samples = {
      count: 9,
      dimension: 4,
      data: Float32Array.of(...pick(train, planted).data, ...normal(5, 4, 6, 7).data),
    };
    const { nearest, distance } = await nearestNeighbours(points, train);
    expect([...nearest].slice(0, 4)).toEqual(planted);
    expect([...distance].slice(0, 4)).toEqual([0, 0, 0, 0]);
    for (let i = 4; i < 9; i++) {
      const all = Array.from({ length: train.count }, (_, j) => between(points, i, train, j));
      expect(distance[i]).toBeCloseTo(Math.min(...all), 4);
    }
  });

  test("copies are told from new points", async () => {
    const train = normal(300, 6, 1);
    const heldOut = await nearestNeighbours(normal(200, 6, 2), train);
    const fresh = await nearestNeighbours(normal(200, 6, 3), train);
    const half = pick(
      train,
      Array.from({ length: 100 }, (_, i) => i),
    );
    const copies: Samples = {
      count: 200,
      dimension: 6,
      data: Float32Array.of(...half.data, ...normal(100, 6, 4).data),
    };
    expect(shareOfCopies(fresh, heldOut)).toBeLessThan(0.05);
    expect(shareOfCopies(await nearestNeighbours(copies, train), heldOut)).toBeGreaterThanOrEqual(0.5);
  });
});

describe("diversity", () => {
  const points: Samples = { count: 4, dimension: 2, data: Float32Array.of(0, 0, 3, 4, 10, 0, 10, 1) };

  test("is the mean distance of different points", async () => {
    const pairs = [5, 10, Math.hypot(10, 1), Math.hypot(7, 4), Math.hypot(7, 3), 1];
    const { across } = await spreads(points);
    expect(across.mean).toBeCloseTo(pairs.reduce((sum, x) => sum + x) / 6, 4);
  });

  test("its error is what repeated sets deviate by", async () => {
    const repeated: { mean: number; standardError: number }[] = [];
    for (let seed = 1; seed <= 40; seed++) repeated.push((await spreads(normal(50, 2, seed))).across);
    const mean = repeated.reduce((sum, x) => sum + x.mean, 0) / 40;
    const deviation = Math.sqrt(repeated.reduce((sum, x) => sum + (x.mean - mean) ** 2, 0) / 39);
    const said = repeated.reduce((sum, x) => sum + x.standardError, 0) / 40;
    expect(said / deviation).toBeGreaterThan(0.7);
    expect(said / deviation).toBeLessThan(1.4);
  });

  test("of classes, NaN where there is no pair", async () => {
    const { within } = await spreads(points, [1, 1, 2, 2], 4);
    expect(within.map(({ mean }) => mean)).toEqual([
      Number.NaN,
      expect.closeTo(5, 4),
      expect.closeTo(1, 4),
      Number.NaN,
    ]);
  });
});

test("pictures so large that all of them together exceed what an adapter binds have their neighbours found", async () => {
  const [count, dimension] = [130, 2 ** 18]; // 136 MB, of which 128 MiB may be bound
  const data = new Float32Array(count * dimension);
  for (let k = 0; k < count; k++) data.fill((k * 37) % count, k * dimension, (k + 1) * dimension);
  const points = { count: 2, dimension, data: new Float32Array(2 * dimension) };
  [3, 100].forEach((row, k) => {
    points.data.set(data.subarray(row * dimension, (row + 1) * dimension), k * dimension);
  });
  const { nearest, distance } = await nearestNeighbours(points, { count, dimension, data });
  expect([...nearest]).toEqual([3, 100]);
  expect([...distance]).toEqual([0, 0]);
});
