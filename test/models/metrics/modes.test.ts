/** Modes counted, on samples whose modes are known. */
import { describe, expect, test } from "vitest";
import { countModes, modesOfPoints, modesOfStacks, type Samples } from "../../../models/metrics/index.ts";

describe("modes", () => {
  test("are those with a sample; reverse KL is that to equal shares", () => {
    const { reached, of, quality, reverseKL, counts } = countModes([0, 0, 0, 2, -1], 4);
    expect([reached, of, quality]).toEqual([2, 4, 0.8]);
    expect([...counts]).toEqual([3, 0, 1, 0]);
    // KL of (3/4, 0, 1/4, 0) to (1/4, 1/4, 1/4, 1/4).
    expect(reverseKL).toBeCloseTo(0.75 * Math.log(3) + 0.25 * Math.log(1), 12);
  });

  test("all alike is 0, all in one is log of their number", () => {
    expect(countModes([0, 1, 2, 3], 4).reverseKL).toBeCloseTo(0, 12);
    expect(countModes([1, 1, 1], 1000).reverseKL).toBeCloseTo(Math.log(1000), 12);
  });

  test("of points are the nearest centre within the radius", () => {
    const centres: Samples = { count: 2, dimension: 2, data: Float32Array.of(0, 0, 2, 0) };
    const points: Samples = { count: 4, dimension: 2, data: Float32Array.of(0.1, 0, 1.9, 0.2, 1, 0, 5, 5) };
    expect([...modesOfPoints(points, centres, 0.5)]).toEqual([0, 1, -1, -1]);
  });

  test("of stacked digits are read as numbers", () => {
    expect([...modesOfStacks([1, 2, 3, 0, 0, 7, 9, 9, 9])]).toEqual([123, 7, 999]);
  });
});
