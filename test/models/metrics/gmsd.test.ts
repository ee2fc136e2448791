import { expect, test } from "vitest";
import { fillUniform } from "../../../engine/random.ts";
import { gmsd, type Plane } from "../../../models/metrics/index.ts";

const plane = (width: number, height: number, seed: number): Plane => ({
  width,
  height,
  data: Float64Array.from(fillUniform(new Float32Array(width * height), seed, 0, 0, 255)),
});

/** MATLAB's conv2(a, kernel, "same"): a convolution, zeros around, from the kernel's middle, right and below it where that is even. */
function conv2(a: number[][], kernel: readonly (readonly number[])[]): number[][] {
  const [h, w] = [kernel.length, kernel[0]?.length ?? 0];
  return a.map((row, y) =>
    row.map((_, x) => {
      let sum = 0;
      for (let i = 0; i < h; i++)
        for (let j = 0; j < w; j++)
          sum += (kernel[i]?.[j] ?? 0) * (a[y + (h >> 1) - i]?.[x + (w >> 1) - j] ?? 0);
      return sum;
    }),
  );
}

/** The authors' GMSD.m, line by line. */
function reference(one: Plane, other: Plane): number {
  const gradient = ({ width, height, data }: Plane): number[] => {
    const rows = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
    const mean = conv2(rows, [
      [0.25, 0.25],
      [0.25, 0.25],
    ]);
    const half = mean.filter((_, y) => y % 2 === 0).map((row) => row.filter((_, x) => x % 2 === 0));
    const dx = [1, 1, 1].map(() => [1 / 3, 0, -1 / 3]);
    const dy = [
      [1 / 3, 1 / 3, 1 / 3],
      [0, 0, 0],
      [-1 / 3, -1 / 3, -1 / 3],
    ];
    const [ix, iy] = [conv2(half, dx).flat(), conv2(half, dy).flat()];
    return ix.map((x, k) => Math.sqrt(x ** 2 + (iy[k] as number) ** 2));
  };
  const [a, b] = [gradient(one), gradient(other)];
  const map = a.map((g, k) => (2 * g * (b[k] as number) + 170) / (g ** 2 + (b[k] as number) ** 2 + 170));
  const mean = map.reduce((x, y) => x + y) / map.length;
  return Math.sqrt(map.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (map.length - 1));
}

test.each([
  [16, 12],
  [9, 13],
])("%i×%i pixels: as the authors' code", (width, height) => {
  const [a, b] = [plane(width, height, 1), plane(width, height, 2)];
  expect(gmsd(a, b)).toBeCloseTo(reference(a, b), 12);
  expect(gmsd(a, b)).toBeGreaterThan(0.05);
  expect(gmsd(a, a)).toBe(0);
});

test("planes of two sizes are refused", () => {
  expect(() => gmsd(plane(8, 8, 1), plane(8, 9, 1))).toThrow(/gmsd: the images differ in size/);
});
