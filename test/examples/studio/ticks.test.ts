import { expect, test } from "vitest";
import { ticksOf } from "../../../examples/studio/components/ticks.ts";

test("ticks are multiples of 1, 2 or 5 times a power of ten, as many as there is room for", () => {
  expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf(1, 3999, 6)).toEqual([1000, 2000, 3000]);
  expect(ticksOf(-0.31, 0.29, 4)).toEqual([-0.2, 0, 0.2]);
  expect(ticksOf(12, 14, 100)).toHaveLength(101);
});

test("an axis without length has its one value", () => {
  expect(ticksOf(3, 3, 5)).toEqual([3]);
});
