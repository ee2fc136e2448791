import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fileShape, fromFile, type Layout, toFile } from "../../../engine/nn/layout.ts";
import { sizeOf, stridesOf } from "../../../engine/shape.ts";

const LAYOUTS: readonly { layout: Layout; rank: number }[] = [
  { layout: "plain", rank: 3 },
  { layout: "conv", rank: 4 },
  { layout: "convTranspose", rank: 4 },
  { layout: "linear", rank: 2 },
  { layout: "conv1d", rank: 3 },
];

const at = (data: Float32Array, shape: readonly number[], ...index: number[]) =>
  data[index.reduce((sum, i, axis) => sum + i * (stridesOf(shape)[axis] as number), 0)];

const counted = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, (_, k) => k);

describe("weights in memory and in files", () => {
  test.each(LAYOUTS)("$layout: there and back again", ({ layout, rank }) => {
    const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: rank, maxLength: rank });
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = counted(shape);
        expect(fromFile(toFile(data, shape, layout), shape, layout)).toEqual(data);
        expect(toFile(fromFile(data, shape, layout), shape, layout)).toEqual(data);
        expect(sizeOf(fileShape(shape, layout))).toBe(sizeOf(shape));
      }),
    );
  });
  test("a convolution is [out, in, kh, kw] in a file", () => {
    const shape = [3, 2, 4, 5]; // kh kw in out
    const file = toFile(counted(shape), shape, "conv");
    expect(fileShape(shape, "conv")).toEqual([5, 4, 3, 2]);
    expect(at(file, [5, 4, 3, 2], 4, 1, 2, 0)).toBe(at(counted(shape), shape, 2, 0, 1, 4));
  });
  test("a transposed convolution is [in, out, kh, kw]", () => {
    const shape = [3, 2, 4, 5];
    const file = toFile(counted(shape), shape, "convTranspose");
    expect(fileShape(shape, "convTranspose")).toEqual([4, 5, 3, 2]);
    expect(at(file, [4, 5, 3, 2], 1, 4, 2, 0)).toBe(at(counted(shape), shape, 2, 0, 1, 4));
  });
  test("a convolution of sequences is [out, in, k]", () => {
    expect(fileShape([5, 2, 3], "conv1d")).toEqual([3, 2, 5]);
    expect(toFile(counted([2, 1, 3]), [2, 1, 3], "conv1d")).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
  });
  test("a linear layer is [out, in]", () => {
    expect(toFile(counted([2, 3]), [2, 3], "linear")).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
    expect(fileShape([2, 3], "linear")).toEqual([3, 2]);
  });
});
