/** Schedules against their formulas, and what they refuse. */
import { describe, expect, test } from "vitest";
import {
  cosineDecay,
  exponentialDecay,
  linearRamp,
  perEpoch,
  piecewiseConstant,
  stepDecay,
} from "../../../engine/index.ts";

describe("schedules", () => {
  test("constant pieces change at their starts", () => {
    const two = piecewiseConstant([
      [0, 1e-4],
      [100, 1e-5],
    ]);
    expect([0, 99, 100, 1e6].map(two)).toEqual([1e-4, 1e-4, 1e-5, 1e-5]);
  });
  test("step decay halves every 100", () => {
    const halving = stepDecay(8, 0.5, 100);
    expect([0, 99, 100, 199, 200, 300].map(halving)).toEqual([8, 8, 4, 4, 2, 1]);
  });
  test("exponential decay multiplies each time, down to its floor", () => {
    const decay = exponentialDecay(16, 0.5, 3);
    expect([0, 1, 2, 3, 100].map(decay)).toEqual([16, 8, 4, 3, 3]);
  });
  test("a ramp is straight, up or down, and stays at its end", () => {
    expect([0, 1, 2, 4, 9].map(linearRamp(1, 3, 4))).toEqual([1, 1.5, 2, 3, 3]);
    expect([0, 1, 2, 4, 9].map(linearRamp(3, 1, 4))).toEqual([3, 2.5, 2, 1, 1]);
  });
  test("half a cosine is flat at both ends and halfway in the middle", () => {
    const decay = cosineDecay(5, 1, 10);
    expect(decay(0)).toBe(5);
    expect(decay(5)).toBeCloseTo(3, 12);
    expect(decay(1)).toBeCloseTo(1 + 4 * Math.cos(Math.PI / 20) ** 2, 12);
    expect(decay(10)).toBe(1);
    expect(decay(11)).toBe(1);
  });
  test("epochs as updates", () => {
    expect([0, 6, 7, 13, 14].map(perEpoch(exponentialDecay(8, 0.5), 7))).toEqual([8, 8, 4, 4, 2]);
  });
});

describe("schedules refuse", () => {
  test.each([
    ["pieces that do not begin at 0", () => piecewiseConstant([[1, 2]]), "starts must rise from 0, got 1"],
    [
      "pieces out of order",
      () =>
        piecewiseConstant([
          [0, 1],
          [5, 2],
          [5, 3],
        ]),
      "got 0, 5, 5",
    ],
    ["no pieces", () => piecewiseConstant([]), "got none"],
    [
      "a negative rate",
      () => stepDecay(-1, 0.5, 10),
      "stepDecay: initial must be a number of at least 0, got -1",
    ],
    ["no interval", () => stepDecay(1, 0.5, 0), "every must be a number of at least 1, got 0"],
    [
      "a factor that is no number",
      () => exponentialDecay(1, Number.NaN),
      "factor must be a number of at least 0, got NaN",
    ],
    ["an infinite ramp", () => linearRamp(0, 1, Number.POSITIVE_INFINITY), "length must be"],
    ["a cosine of no length", () => cosineDecay(1, 0, 0), "cosineDecay: length"],
    ["an epoch without updates", () => perEpoch((t) => t, 0), "perEpoch: updatesPerEpoch"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
