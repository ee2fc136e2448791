/** The reference against values worked out by hand: conventions, layouts and the sides PyTorch takes at kinks. */

import { describe, expect, test } from "vitest";
import { reference as k } from "../reference.ts";
import type { Numbers, RefTensor } from "./array.ts";
import { differentiate, evaluate } from "./differentiate.ts";

const vector = (...data: number[]): Numbers => ({ shape: [data.length], data });
const image = (h: number, w: number, ...data: number[]): Numbers => ({ shape: [1, h, w, 1], data });
const valuesOf = (f: (...xs: RefTensor[]) => RefTensor, ...xs: Numbers[]): ArrayLike<number> =>
  evaluate(f, xs)[0]?.data ?? [];
const gradientsOf = (f: (...xs: RefTensor[]) => RefTensor, ...xs: Numbers[]) =>
  differentiate(f, xs).gradients;

describe("derivatives at kinks are PyTorch's", () => {
  test("relu, abs and leakyRelu at 0", () => {
    expect(gradientsOf((x) => k.relu(x), vector(0, -1, 1))).toEqual([[0, 0, 1]]);
    expect(gradientsOf((x) => k.abs(x), vector(0, -1, 1))).toEqual([[0, -1, 1]]);
    expect(gradientsOf((x) => k.leakyRelu(x, 0.2), vector(0, -1, 1))).toEqual([[0.2, 0.2, 1]]);
  });
  test("clamp lets the derivative through on its limits", () => {
    expect(gradientsOf((x) => k.clamp(x, -1, 1), vector(-2, -1, 0, 1, 2))).toEqual([[0, 1, 1, 1, 0]]);
  });
  test("maximum of equals shares the derivative", () => {
    expect(gradientsOf((a, b) => k.maximum(a, b), vector(1, 2, 3), vector(1, 3, 2))).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
  });
  test("max over an axis shares it evenly, max pooling gives it to the first", () => {
    expect(gradientsOf((x) => k.max(x), vector(1, 3, 3, 2))).toEqual([[0, 0.5, 0.5, 0]]);
    expect(gradientsOf((x) => k.maxPool2d(x, { kernel: 2 }), image(2, 2, 1, 3, 3, 2))).toEqual([
      [0, 1, 0, 0],
    ]);
  });
});

describe("values", () => {
  test("erf to sixteen digits (Abramowitz & Stegun, table 7.1)", () => {
    const [half, one, two, negative] = Array.from(valuesOf((x) => k.erf(x), vector(0.5, 1, 2, -1)));
    expect(half).toBeCloseTo(0.5204998778130465, 15);
    expect(one).toBeCloseTo(0.8427007929497149, 15);
    expect(two).toBeCloseTo(0.9953222650189527, 15);
    expect(negative).toBe(-(one as number));
  });
  test("softplus and sigmoid keep their digits far from 0", () => {
    expect(valuesOf((x) => k.softplus(x), vector(-100, 100))).toEqual([Math.exp(-100), 100]);
    expect(valuesOf((x) => k.sigmoid(x), vector(-700))).toEqual([1 / (1 + Math.exp(700))]);
  });
  test("conv2d is a correlation with weights [kh, kw, in, out]", () => {
    const kernel: Numbers = { shape: [1, 2, 1, 2], data: [1, 10, 2, 20] };
    const y = evaluate((x, w) => k.conv2d(x, w), [image(1, 3, 1, 2, 3), kernel])[0];
    expect(y?.shape).toEqual([1, 1, 2, 2]);
    expect(y?.data).toEqual([1 + 4, 10 + 40, 2 + 6, 20 + 60]);
  });
  test("convTranspose2d is the gradient of conv2d, in and out exchanged", () => {
    const y = valuesOf((x, w) => k.convTranspose2d(x, w, { stride: 2 }), image(1, 2, 1, 10), {
      shape: [1, 3, 1, 1],
      data: [1, 2, 3],
    });
    expect(y).toEqual([1, 2, 3 + 10, 20, 30]);
  });
  test("pixelShuffle takes channel c·r² + i·r + j", () => {
    const x: Numbers = { shape: [1, 1, 1, 8], data: [0, 1, 2, 3, 4, 5, 6, 7] };
    expect(valuesOf((t) => k.pixelShuffle(t, 2), x)).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
    expect(valuesOf((t) => k.pixelUnshuffle(k.pixelShuffle(t, 2), 2), x)).toEqual(x.data);
  });
  test("bicubic weights halfway are -3/32, 19/32, 19/32, -3/32", () => {
    const y = valuesOf((x) => k.resize(x, [1, 2], { method: "bicubic" }), image(1, 4, 1, 0, 0, 0));
    expect(y[0]).toBeCloseTo(19 / 32 - 3 / 32, 15);
    expect(y[1]).toBe(0);
  });
  test("batchNorm divides by the biased variance", () => {
    const y = evaluate(
      (x, gamma, beta) => k.batchNorm(x, gamma, beta, { eps: 0 }),
      [{ shape: [2, 1], data: [1, 3] }, vector(2), vector(5)],
    );
    expect(y[0]?.data).toEqual([3, 7]);
  });
});

describe("the tape", () => {
  test("a Hessian-vector product is exact", () => {
    // L = x²y: the Hessian is [[2y, 2x], [2x, 0]].
    const { hessianVectors } = differentiate((x, y) => k.mul(k.square(x), y), [vector(3), vector(5)], {
      tangents: [[1], [10]],
    });
    expect(hessianVectors).toEqual([[2 * 5 + 2 * 3 * 10], [2 * 3]]);
  });
  test("the float32 tape rounds every operation", () => {
    const f = (x: RefTensor): RefTensor => k.sum(x);
    const tenths: Numbers = { shape: [1000], data: new Array<number>(1000).fill(Math.fround(0.1)) };
    const exact = differentiate(f, [tenths]).outputs[0]?.data[0] as number;
    const rounded = differentiate(f, [tenths], { precision: "f32" }).outputs[0]?.data[0] as number;
    expect(Math.fround(rounded)).toBe(rounded);
    expect(Math.abs(rounded - exact)).toBeGreaterThan(1e-6);
    expect(Math.abs(rounded - exact)).toBeLessThan(1e-2);
  });
});
