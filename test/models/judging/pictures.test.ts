/** Sets of pictures before judges. */
import { expect, test } from "vitest";
import {
  firstOf,
  middleOf,
  type Pictures,
  pixelsOf,
  standardised,
} from "../../../models/judging/pictures.ts";

const pictures: Pictures = {
  count: 2,
  shape: [3, 4, 1],
  data: Uint8Array.from({ length: 24 }, (_, k) => k),
  labels: [1, 0],
};

test("the first few keep their labels", () => {
  const few = firstOf(pictures, 1);
  expect([few.count, [...few.data], few.labels]).toEqual([1, Array.from({ length: 12 }, (_, k) => k), [1]]);
  expect(firstOf(pictures, 9).count).toBe(2);
});

test("the middle of each", () => {
  const middle = middleOf(pictures, [2, 2, 1]);
  expect([...middle.data]).toEqual([1, 2, 5, 6, 13, 14, 17, 18]);
  expect(middle.labels).toEqual([1, 0]);
  expect(() => middleOf(pictures, [4, 4, 1])).toThrow("samples are 4×4×1, the data's pictures 4×3×1");
  expect(() => middleOf(pictures, [3, 4, 3])).toThrow("samples are 4×3×3");
});

test("pixels lie in [0, 1]", () => {
  const white = pixelsOf({ count: 1, shape: [1, 2, 1], data: Uint8Array.of(0, 255) });
  expect([...white.data]).toEqual([0, 1]);
});

test("are standardised place by place", () => {
  const by = { count: 4, dimension: 2, data: Float64Array.of(0, 5, 2, 5, 0, 5, 2, 5) };
  const { data } = standardised({ count: 1, dimension: 2, data: Float64Array.of(3, 5) }, by);
  // Mean 1, deviation 1 at the first place; no deviation at the second.
  expect(data[0]).toBeCloseTo(2, 5);
  expect(data[1]).toBe(0);
});
