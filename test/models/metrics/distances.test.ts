/** Distances between sets of points, and the area under a curve, against closed forms. */
import { describe, expect, test } from "vitest";
import { fillNormal } from "../../../engine/random.ts";
import {
  aucRoc,
  frechetDistance,
  kernelDistance,
  logSpace,
  parzenEstimate,
  parzenLogLikelihood,
  type Samples,
  subsetKernelDistances,
} from "../../../models/metrics/index.ts";
import { symmetricEigen } from "../../../models/metrics/symmetric-eigen.ts";

const points = (...rows: number[][]): Samples => ({
  count: rows.length,
  dimension: rows[0]?.length ?? 0,
  data: Float64Array.from(rows.flat()),
});

const normal = (count: number, dimension: number, seed: number): Samples => ({
  count,
  dimension,
  data: Float64Array.from(fillNormal(new Float32Array(count * dimension), seed, 0, 0, 1)),
});

describe("Parzen window", () => {
  test("around one sample is the normal density", () => {
    const [near, far] = parzenLogLikelihood(points([1, 2]), points([1, 2], [4, 6]), 0.5);
    const atCentre = -2 * Math.log(0.5 * Math.sqrt(2 * Math.PI));
    expect(near).toBeCloseTo(atCentre, 12);
    expect(far).toBeCloseTo(atCentre - 25 / (2 * 0.25), 10);
  });

  test("around several is the mean of their densities", () => {
    const density = (x: number) => Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
    const [value] = parzenLogLikelihood(points([0], [3]), points([1]), 1);
    expect(value).toBeCloseTo(Math.log((density(1) + density(2)) / 2), 12);
  });

  test("does not underflow where every density is 0 in float64", () => {
    const [value] = parzenLogLikelihood(points([0, 0]), points([100, 0]), 0.1);
    expect(value).toBeCloseTo(-500_000 - 2 * Math.log(0.1 * Math.sqrt(2 * Math.PI)), 6);
  });

  test("chooses the deviation that suits the validation points", () => {
    const estimate = parzenEstimate(
      normal(400, 1, 1),
      normal(100, 1, 2),
      normal(100, 1, 3),
      [0.001, 0.3, 50],
    );
    expect(estimate.best).toBe(1);
    expect(estimate.mean).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * Math.E), 0);
    expect(estimate.standardError).toBeCloseTo(estimate.deviation / 10, 12);
  });

  test("names what does not fit", () => {
    expect(() => parzenLogLikelihood(points([1, 2]), points([1]), 1)).toThrow(
      "parzenLogLikelihood: the sets have points of 2 and (points) 1 values; they must agree",
    );
    expect(() => parzenLogLikelihood(points([1]), points([1]), 0)).toThrow("sigma must be above 0, got 0");
  });

  test("deviations are spaced evenly in the exponent", () => {
    expect(logSpace(-1, 1, 3)).toEqual([0.1, 1, 10]);
    expect(logSpace()).toHaveLength(10);
  });
});

describe("Frechet distance", () => {
  test("of a set shifted is the shift squared", () => {
    const a = normal(50, 3, 1);
    const b = { ...a, data: a.data.map((value, at) => value + (at % 3)) };
    expect(frechetDistance(a, b)).toBeCloseTo(1 + 4, 10);
    expect(frechetDistance(a, a)).toBeCloseTo(0, 10);
  });

  test("of independent axes is the distance of their deviations", () => {
    // Deviations 1 and 2 along one axis against 3 and 5: (1 - 3)² + (2 - 5)² with equal means.
    const cross = (x: number, y: number): Samples => {
      const [p, q] = [x * Math.sqrt(1.5), y * Math.sqrt(1.5)];
      return points([p, 0], [-p, 0], [0, q], [0, -q]);
    };
    expect(frechetDistance(cross(1, 2), cross(3, 5))).toBeCloseTo(4 + 9, 10);
  });

  test("of fewer points than dimensions is not NaN", () => {
    expect(frechetDistance(normal(3, 10, 1), normal(3, 10, 2))).toBeGreaterThan(0);
  });
});

describe("kernel distance", () => {
  test("is the unbiased discrepancy, by its definition", () => {
    const k = (x: number, y: number) => (x * y + 1) ** 3;
    const expected = k(1, 2) + k(0, 3) - (2 * (k(1, 0) + k(1, 3) + k(2, 0) + k(2, 3))) / 4;
    expect(kernelDistance(points([1], [2]), points([0], [3]))).toBeCloseTo(expected, 12);
  });

  test("of two sets of one kind is about 0", () => {
    expect(Math.abs(kernelDistance(normal(300, 4, 1), normal(300, 4, 2)) as number)).toBeLessThan(0.05);
  });

  test("of subsets", () => {
    const [a, b] = [normal(6, 2, 1), normal(6, 2, 2)];
    const all = [0, 1, 2, 3, 4, 5];
    const { subsets, mean, deviation } = subsetKernelDistances(a, b, [all, all], [all, all]);
    expect(subsets[0]).toBeCloseTo(kernelDistance(a, b), 12);
    expect([mean, deviation]).toEqual([subsets[0], 0]);
    expect(() => subsetKernelDistances(a, b, [[0, 6]], [[0, 1]])).toThrow("there are points 0 to 5, got 6");
  });
});

describe("eigenvectors of a symmetric matrix", () => {
  test.each([1, 2, 7, 20])("%i × %i is put together again", (d) => {
    const x = normal(d, d, d).data;
    const matrix = Float64Array.from(x, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      return (x[i * d + j] as number) + (x[j * d + i] as number);
    });
    const { values, vectors } = symmetricEigen(matrix, d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        let sum = 0;
        for (let k = 0; k < d; k++)
          sum += (vectors[i * d + k] as number) * (values[k] as number) * (vectors[j * d + k] as number);
        expect(sum).toBeCloseTo(matrix[i * d + j] as number, 10);
      }
  });
});

describe("area under the ROC curve", () => {
  test.each([
    ["all positives above", [1, 2, 3, 4], [0, 0, 1, 1], 1],
    ["all positives below", [4, 3, 2, 1], [0, 0, 1, 1], 0],
    ["all equal", [1, 1, 1, 1], [0, 1, 0, 1], 0.5],
    ["one pair of four wrong, one tied", [1, 3, 3, 4], [0, 1, 0, 1], 3.5 / 4],
    ["no negatives", [1, 2], [1, 1], Number.NaN],
  ])("%s", (_, scores, labels, area) => {
    expect(aucRoc(scores, labels)).toBe(area);
  });
});
