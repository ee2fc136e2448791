import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../engine/errors.ts";
import {
  broadcastShapes,
  checkShape,
  expectShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from "../../engine/shape.ts";

const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 });

describe("sizes and strides", () => {
  test("of scalars, vectors, empty and ordinary shapes", () => {
    expect([sizeOf([]), sizeOf([7]), sizeOf([2, 3, 4]), sizeOf([2, 0, 4])]).toEqual([1, 7, 24, 0]);
    expect([stridesOf([]), stridesOf([7]), stridesOf([2, 3, 4])]).toEqual([[], [1], [12, 4, 1]]);
    expect([showShape([]), showShape([2, 3])]).toEqual(["[]", "[2, 3]"]);
  });
  test("the strides number the elements row by row", () => {
    fc.assert(
      fc.property(shape, (sizes) => {
        const strides = stridesOf(sizes);
        let elements = [0];
        sizes.forEach((n, axis) => {
          elements = elements.flatMap((e) =>
            Array.from({ length: n }, (_, i) => e + i * (strides[axis] as number)),
          );
        });
        expect(elements).toEqual(Array.from({ length: sizeOf(sizes) }, (_, e) => e));
      }),
    );
  });
  test("sameShape compares ranks and sizes", () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect([sameShape([2, 3], [3, 2]), sameShape([2], [2, 1]), sameShape([], [1])]).toEqual([
      false,
      false,
      false,
    ]);
  });
  test.each([[[2, -1]], [[1.5]], [[Number.NaN]], [[Number.POSITIVE_INFINITY]]])("refuses %j", (sizes) => {
    expect(() => checkShape("tensor", sizes)).toThrow(/^tensor: a shape holds whole numbers of at least 0/);
  });
});

describe("broadcasting", () => {
  test.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1, 4],
      [3, 1],
      [2, 3, 4],
    ],
    [[], [7], [7]],
    [[1], [0], [0]],
    [
      [5, 1],
      [1, 6],
      [5, 6],
    ],
  ])("%j and %j give %j", (a, b, both) => {
    expect(broadcastShapes("add", a, b)).toEqual(both);
    expect(broadcastShapes("add", b, a)).toEqual(both);
  });
  test("names the op and both shapes where they do not fit", () => {
    expect(() => broadcastShapes("mul", [2, 3], [2, 4])).toThrow(
      new ShapeError("mul: shapes [2, 3] and [2, 4] cannot be broadcast together"),
    );
  });
});

describe("axes", () => {
  test("negative ones count from the end", () => {
    expect([normalizeAxis("sum", -1, 3), normalizeAxis("sum", 0, 3)]).toEqual([2, 0]);
    expect(normalizeAxes("sum", undefined, 3)).toEqual([0, 1, 2]);
    expect(normalizeAxes("sum", -2, 3)).toEqual([1]);
    expect(normalizeAxes("sum", [-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes("sum", [], 3)).toEqual([]);
  });
  test.each([3, -4, 0.5])("axis %d of rank 3 is refused", (axis) => {
    expect(() => normalizeAxis("sum", axis, 3)).toThrow(`sum: axis ${axis} is outside a tensor of rank 3`);
  });
  test("an axis named twice is refused, in either spelling", () => {
    expect(() => normalizeAxes("max", [1, -2], 3)).toThrow("max: axis 1 is named twice");
  });
});

describe("expectShape", () => {
  test("gives sizes by name", () => {
    expect(expectShape("conv2d", "x", [1, 2, 3, 4], "n h w c")).toEqual({ n: 1, h: 2, w: 3, c: 4 });
  });
  test("names op, argument, axes and what came", () => {
    expect(() => expectShape("conv2d", "x", [2, 3], "n h w c")).toThrow(
      new ShapeError("conv2d: x should be [n, h, w, c], got [2, 3]"),
    );
  });
});
