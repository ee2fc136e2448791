/** Batches of no images and images of no channels: results and gradients are empty, those of weights 0. */
import { describe, expect, test } from "vitest";
import * as g from "../../../engine/index.ts";

type Tensor = g.Tensor;

const CASES: readonly [
  name: string,
  x: readonly number[],
  w: readonly number[],
  f: (x: Tensor, w: Tensor) => Tensor,
][] = [
  ["conv2d", [0, 4, 4, 3], [3, 3, 3, 2], (x, w) => g.conv2d(x, w)],
  ["conv2d of no channels", [1, 4, 4, 0], [3, 3, 0, 2], (x, w) => g.conv2d(x, w)],
  ["conv2d to no channels", [1, 4, 4, 3], [3, 3, 3, 0], (x, w) => g.conv2d(x, w)],
  ["convTranspose2d", [0, 4, 4, 3], [3, 3, 3, 2], (x, w) => g.convTranspose2d(x, w)],
  ["conv1d", [0, 4, 3], [3, 3, 2], (x, w) => g.conv1d(x, w)],
  ["maxPool2d", [0, 4, 4, 3], [1], (x, w) => g.mul(g.maxPool2d(x, { kernel: 2 }), w)],
  ["avgPool2d", [0, 4, 4, 3], [1], (x, w) => g.mul(g.avgPool2d(x, { kernel: 2 }), w)],
  ["avgPool2d with overlap", [1, 4, 4, 0], [1], (x, w) => g.mul(g.avgPool2d(x, { kernel: 3, stride: 1 }), w)],
  ["resize", [0, 4, 4, 3], [1], (x, w) => g.mul(g.resize(x, [7, 3]), w)],
  ["resize by area", [0, 4, 4, 3], [1], (x, w) => g.mul(g.resize(x, [2, 3], { method: "area" }), w)],
  [
    "pad reflect",
    [0, 4, 4, 3],
    [1],
    (x, w) => g.mul(g.pad(x, [0, 1, 1, 0], [0, 0, 1, 0], { mode: "reflect" }), w),
  ],
  [
    "batchNorm with given statistics",
    [0, 4, 4, 3],
    [3],
    (x, w) => g.batchNorm(x, w, w, { mean: g.zeros([3]), variance: g.ones([3]) }),
  ],
  ["instanceNorm", [0, 4, 4, 3], [3], (x, w) => g.instanceNorm(x, w, w)],
  ["layerNorm", [0, 3], [3], (x, w) => g.layerNorm(x, w, w)],
  ["groupNorm", [0, 4, 4, 3], [3], (x, w) => g.groupNorm(x, 3, w, w)],
];

describe("of nothing", () => {
  test.each(CASES)("%s", async (_, xShape, wShape, f) => {
    const x = g.ones(xShape).keep();
    const w = g.ones(wShape).keep();
    const y = f(x, w);
    const [dx, dw] = g.grad(g.sum(g.square(y)), [x, w]) as [Tensor, Tensor];
    expect(dx.shape).toEqual(xShape);
    expect(dw.shape).toEqual(wShape);
    for (const result of [y, dx, dw]) {
      const data = await result.data();
      expect(data).toHaveLength(result.size);
      expect(data.every((value) => value === 0)).toBe(true);
    }
  });
});
