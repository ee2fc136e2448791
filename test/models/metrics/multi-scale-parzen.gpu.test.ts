/** The pyramid's likelihood: Haar's basis is orthonormal, and the sum over levels is the likelihood where that is known. */
import { describe, expect, test } from "vitest";
import { fillNormal } from "../../../engine/random.ts";
import {
  haarSplit,
  multiScaleParzen,
  parzenLogLikelihood,
  type PictureArray,
  type PyramidModel,
} from "../../../models/metrics/index.ts";

const pictures = (n: number, side: number, c: number, seed: number, std = 1): PictureArray => ({
  shape: [n, side, side, c],
  data: fillNormal(new Float32Array(n * side * side * c), seed, 0, 0, std),
});

describe("Haar's basis", () => {
  test("has determinant ±1 and orthonormal rows", () => {
    // The transform of the unit pictures of 2×2 pixels, column by column.
    const columns = [0, 1, 2, 3].map((at) => {
      const data = new Float64Array(4);
      data[at] = 1;
      const { low, detail } = haarSplit({ shape: [1, 2, 2, 1], data });
      return [...low.data, ...detail.data];
    });
    for (const [i, a] of columns.entries())
      for (const [j, b] of columns.entries())
        expect(a.reduce((sum, value, k) => sum + value * (b[k] as number), 0)).toBeCloseTo(
          i === j ? 1 : 0,
          12,
        );
  });

  test("keeps distances, channel by channel", () => {
    const two = pictures(2, 4, 3, 1);
    const { low, detail } = haarSplit(two);
    expect(low.shape).toEqual([2, 2, 2, 3]);
    expect(low.data[1]).toBeCloseTo(
      [1, 4, 13, 16].reduce((sum, at) => sum + (two.data[at] as number), 0) / 2,
      6,
    );
    const squares = (x: ArrayLike<number>) => {
      const half = x.length / 2;
      return Array.from({ length: half }, (_, k) => ((x[k] as number) - (x[half + k] as number)) ** 2);
    };
    const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
    expect(sum(squares(low.data)) + sum(squares(detail.data))).toBeCloseTo(sum(squares(two.data)), 5);
  });

  test("refuses odd sides", () => {
    expect(() => haarSplit(pictures(1, 3, 1, 1))).toThrow("pictures of 3×3 pixels cannot be halved");
  });
});

/** Draws pictures whose pixels are independent and normal: whatever the coarser picture, details are too. */
function whiteNoise(levels: number, side: number, count: number): PyramidModel {
  const base = side / 2 ** levels;
  return {
    levels,
    base: {
      count,
      dimension: base * base,
      data: fillNormal(new Float32Array(count * base * base), 9, 0, 0, 1),
    },
    async finer(level, { shape: [n, h, w, c] }, draws) {
      // Details of deviation 1 in Haar's units, around nothing: pixels of deviation 2^-level.
      return pictures(n * draws, 2 * h, c, 100 + level + n * w, 2 ** -level);
    },
  };
}

describe("multi-scale Parzen", () => {
  test("comes to the known density of white noise seen through a window", async () => {
    const sigma = 0.8;
    const unknown = pictures(60, 2, 1, 4);
    const { levels, mean } = await multiScaleParzen(whiteNoise(1, 2, 500), unknown, unknown, {
      draws: 500,
      sigmas: [sigma],
    });
    // Many windows around normal samples are a wider normal density, in any orthonormal basis.
    const variance = 1 + sigma * sigma;
    const truth = [...unknown.data].reduce(
      (sum, x) => sum - (x * x) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2,
      0,
    );
    expect(Math.abs(mean - truth / 60)).toBeLessThan(0.05);
    expect(levels.reduce((sum, level) => sum + level.mean, 0)).toBeCloseTo(mean, 10);
  });

  test("adds the levels' windows, each in its own units", async () => {
    const unknown = pictures(2, 4, 1, 5);
    const asked: PictureArray[] = [];
    const model: PyramidModel = {
      levels: 2,
      base: { count: 2, dimension: 1, data: Float64Array.of(0.5, -1) },
      async finer(level, coarse, draws) {
        asked.push(coarse);
        return pictures(coarse.shape[0] * draws, 2 * coarse.shape[1], 1, 50 + level);
      },
    };
    const { test: values } = await multiScaleParzen(model, unknown, unknown, { draws: 3, sigmas: [0.7] });
    // By hand, of the second picture.
    const fine = haarSplit(unknown);
    const middle = haarSplit(fine.low);
    const own = (data: ArrayLike<number>, d: number) => ({
      count: 1,
      dimension: d,
      data: Float64Array.from(data).slice(d, 2 * d),
    });
    const windows = (level: number, side: number) => {
      const { data, shape } = pictures(2 * 3, side, 1, 50 + level);
      const d = (side * side * 3) / 4;
      const { detail } = haarSplit({ shape, data: Float64Array.from(data, (v) => v * 2 ** level) });
      return { count: 3, dimension: d, data: Float64Array.from(detail.data).slice(3 * d) };
    };
    const parts = [
      parzenLogLikelihood(windows(0, 4), own(fine.detail.data, 12), 0.7)[0],
      parzenLogLikelihood(windows(1, 2), own(middle.detail.data, 3), 0.7)[0],
      parzenLogLikelihood(model.base, own(middle.low.data, 1), 0.7)[0],
    ] as [number, number, number];
    expect(values[1]).toBeCloseTo(parts[0] + parts[1] + parts[2], 4);
    // The model is told means of pixels, whatever Haar's units are.
    const block = [0, 1, 4, 5].map((at) => unknown.data[at] as number);
    expect(asked[0]?.data[0]).toBeCloseTo(block.reduce((a, b) => a + b) / 4, 6);
    const all = [...unknown.data.slice(0, 16)];
    expect(asked.at(-1)?.data[0]).toBeCloseTo(all.reduce((a, b) => a + b) / 16, 6);
  });

  test("names what a model makes in another size", async () => {
    const model: PyramidModel = { ...whiteNoise(1, 2, 5), finer: async () => pictures(1, 2, 1, 1) };
    await expect(multiScaleParzen(model, pictures(2, 2, 1, 1), pictures(2, 2, 1, 2))).rejects.toThrow(
      "level 0 should make pictures [200,2,2,1], made [1,2,2,1]",
    );
  });
});
