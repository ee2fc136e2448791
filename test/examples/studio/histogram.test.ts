import { expect, test } from "vitest";
import { binsOf } from "../../../examples/studio/pages/train/bins.ts";

test("each answer falls into one of twenty equal parts, 1 into the last", () => {
  const bins = binsOf([0, 0.049, 0.05, 0.5, 0.999, 1]);
  expect(bins).toHaveLength(20);
  expect([bins[0], bins[1], bins[10], bins[19]]).toEqual([2, 1, 1, 2]);
  expect(bins.reduce((sum, count) => sum + count, 0)).toBe(6);
});
