/** Noise and the ways between. */
import { describe, expect, test } from "vitest";
import { type NoiseForm, noiseAt, noiseBetween, noiseWalk } from "../../../models/sampling/noise.ts";

const normal: NoiseForm = { noise: "normal", latentDim: 64 };
const cube: NoiseForm = { noise: [-1, 1], latentDim: 64 };
const length = (x: Float32Array) => Math.hypot(...x);

test("noise is a function of seed and number", () => {
  expect(noiseAt(normal, 3, 5)).toEqual(noiseAt(normal, 3, 5));
  expect(noiseAt(normal, 3, 5)).not.toEqual(noiseAt(normal, 3, 6));
  expect(noiseAt(normal, 3, 5)).not.toEqual(noiseAt(normal, 4, 5));
});

test("uniform noise keeps within its bounds, and fills them", () => {
  const many = Array.from({ length: 50 }, (_, k) => [
    ...noiseAt({ noise: [-2, 1], latentDim: 64 }, 1, k),
  ]).flat();
  expect(Math.min(...many)).toBeGreaterThanOrEqual(-2);
  expect(Math.max(...many)).toBeLessThan(1);
  expect(Math.min(...many)).toBeLessThan(-1.99);
  expect(many.reduce((sum, x) => sum + x, 0) / many.length).toBeCloseTo(-0.5, 1);
});

describe("ways", () => {
  test.each([normal, cube])("begin and end where they should", (form) => {
    const steps = noiseWalk(form, 2, 7, 5);
    expect(steps).toHaveLength(5);
    for (const [got, want] of [
      [steps[0], noiseAt(form, 2, 7)],
      [steps[4], noiseAt(form, 2, 8)],
    ] as const)
      for (const [k, value] of want.entries()) expect(got?.[k]).toBeCloseTo(value, 5);
  });

  test("of normal noise stay as far out as their ends, which a straight line does not", () => {
    const [a, b] = [noiseAt(normal, 1, 0), noiseAt(normal, 1, 1)];
    const shorter = Math.min(length(a), length(b));
    expect(length(noiseBetween(normal, a, b, 0.5))).toBeGreaterThan(0.95 * shorter);
    const straight = a.map((value, k) => (value + (b[k] as number)) / 2);
    expect(length(straight)).toBeLessThan(0.85 * shorter);
  });

  test("of uniform noise are straight", () => {
    const [a, b] = [noiseAt(cube, 1, 0), noiseAt(cube, 1, 1)];
    const middle = noiseBetween(cube, a, b, 0.25);
    for (const [k, value] of middle.entries())
      expect(value).toBeCloseTo(0.75 * (a[k] as number) + 0.25 * (b[k] as number), 6);
  });

  test("from a noise to itself stay there", () => {
    const a = noiseAt(normal, 1, 0);
    expect([...noiseBetween(normal, a, a, 0.3)].every(Number.isFinite)).toBe(true);
    expect(noiseBetween(normal, a, a, 0.3)[0]).toBeCloseTo(a[0] as number, 5);
  });
});
