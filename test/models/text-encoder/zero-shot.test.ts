/** Retrieval measured on cases that can be counted by hand. */
import { expect, test } from "vitest";
import { nearest, type Rows, retrieval } from "../../../models/text-encoder/zero-shot.ts";

const rows = (...list: readonly (readonly number[])[]): Rows => ({
  dimension: (list[0] as readonly number[]).length,
  data: Float32Array.from(list.flat()),
});

test("pictures on the axes of their classes are all named and found", () => {
  const found = retrieval(
    rows([1, 0, 0], [0, 2, 0], [0, 0, 3], [2, 1, 0]),
    [0, 1, 2, 0],
    rows([1, 0, 0], [0, 1, 0], [0, 0, 1]),
  );
  expect([found.top1, found.averagePrecision, found.group]).toEqual([1, 1, 3]);
  // All four pictures are among the nearest 50: a class has as many of them as it has pictures.
  expect(found.precision).toBeCloseTo((2 / 4 + 1 / 4 + 1 / 4) / 3, 12);
  expect(found.precision).toBeCloseTo(found.precisionMost, 12);
  expect(found.precisionChance).toBeCloseTo(1 / 3, 12);
});

test("the nearest is by dot product, and ranks count for average precision", () => {
  // Class 0 ranks the pictures 1, 2, 0: its own are at the places 2 and 3.
  const found = retrieval(rows([1, 0], [3, 1], [2, 0]), [0, 1, 0], rows([1, 0], [0, 1]));
  expect(found.top1).toBeCloseTo(2 / 3, 12); // (3, 1) is nearer to class 0 than to its own
  expect(found.averagePrecision).toBeCloseTo(((1 / 2 + 2 / 3) / 2 + 1) / 2, 12);
});

test("classes are named within groups, each picture once", () => {
  const axes = Array.from({ length: 7 }, (_, k) => Array.from({ length: 7 }, (__, j) => (j === k ? 1 : 0)));
  const found = retrieval(rows(...axes), [...axes.keys()], rows(...axes), 3);
  expect([found.group, found.top1]).toEqual([3, 1]);
  // Scores that are all equal: only one class of each group can be the answer.
  const blind = retrieval(rows(...axes.map(() => [0])), [...axes.keys()], rows(...axes.map(() => [0])), 3);
  expect(blind.top1).toBeGreaterThan(0);
  expect(blind.top1).toBeLessThan(0.5);
});

test("the average precision of random order is that over all orders", () => {
  const own = 2;
  const n = 5;
  const all: number[] = [];
  for (let a = 1; a <= n; a++) for (let b = a + 1; b <= n; b++) all.push((1 / a + 2 / b) / own);
  const mean = all.reduce((x, y) => x + y, 0) / all.length;
  const labels = [0, 0, 1, 1, 1];
  const { averagePrecisionChance } = retrieval(rows(...labels.map(() => [1])), labels, rows([1]));
  expect(averagePrecisionChance).toBeCloseTo(mean, 10);
});

test("neighbours are sorted by direction from the mean of all, however long they are", () => {
  // The mean is (1, 0): seen from it the rows point left, up and down, and right.
  const all = rows([0, 0], [1, 9], [1, -9], [2, 0]);
  expect(nearest(rows([1.1, 0.01], [0.5, -0.4]), all, 2)).toEqual([
    [3, 1],
    [0, 2],
  ]);
});
