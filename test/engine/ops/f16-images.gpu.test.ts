/** Pooling, resampling and grouped convolution of images in half precision: f16 in and out, computed in f32. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gpu, openDevice } from "../../../engine/gpu/device.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { roundToF16 } from "../../../engine/half.ts";
import * as g from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { sizeOf } from "../../../engine/shape.ts";

type Tensor = g.Tensor;

const random = (stream: number, shape: readonly number[]): Float32Array =>
  roundToF16(fillUniform(new Float32Array(sizeOf(shape)), 7, stream, -1, 1));

const OPS: readonly [name: string, x: readonly number[], f: (x: Tensor) => Tensor][] = [
  ["maxPool2d", [2, 7, 5, 4], (x) => g.maxPool2d(x, { kernel: 3, stride: 2, padding: 1 })],
  ["maxPool2d of 3 channels", [2, 7, 5, 3], (x) => g.maxPool2d(x, { kernel: 2 })],
  ["avgPool2d", [2, 6, 4, 4], (x) => g.avgPool2d(x, { kernel: 2 })],
  ["avgPool2d with overlap", [2, 6, 5, 3], (x) => g.avgPool2d(x, { kernel: 3, stride: 1, padding: 1 })],
  ["resize", [1, 5, 4, 4], (x) => g.resize(x, [7, 9])],
  ["resize of 3 channels", [1, 5, 4, 3], (x) => g.resize(x, [10, 3], { method: "bicubic" })],
  ["resize by area", [1, 6, 4, 3], (x) => g.resize(x, [2, 2], { method: "area" })],
  ["pad reflect", [1, 4, 4, 4], (x) => g.pad(x, [0, 2, 1, 0], [0, 1, 3, 0], { mode: "reflect" })],
  [
    "a grouped convolution",
    [1, 9, 8, 8],
    (x) => g.conv2d(x, g.tensor(random(2, [3, 3, 4, 8]), [3, 3, 4, 8], x.dtype), { groups: 2, padding: 1 }),
  ],
  [
    "a depthwise convolution",
    [1, 9, 8, 8],
    (x) => g.conv2d(x, g.tensor(random(3, [3, 3, 1, 8]), [3, 3, 1, 8], x.dtype), { groups: 8, stride: 2 }),
  ],
];

describe.each([
  { name: "native", nativeF16: true },
  { name: "stored as f32", nativeF16: false },
])("$name", ({ nativeF16 }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice({ nativeF16 });
    runtime.use(gpu);
    // The forms for large work, which small images would not get.
    runtime.useForm("tile");
  });
  afterAll(async () => {
    runtime.useForm(undefined);
    await runtime.close();
  });

  test.each(OPS)("%s", async (_, shape, f) => {
    const values = random(1, shape);
    const results = (["f16", "f32"] as const).map((dtype) => {
      const x = g.tensor(values, shape, dtype);
      const y = f(x);
      const [dx] = g.grad(g.sum(g.square(g.cast(y, "f32"))), [x]) as [Tensor];
      const [ddx] = g.grad(g.sum(g.square(g.cast(dx, "f32"))), [x]) as [Tensor];
      return [y, dx, ddx];
    });
    const [half, single] = results as [Tensor[], Tensor[]];
    expect(half.map((t) => t.dtype)).toEqual(["f16", "f16", "f16"]);
    for (const [k, result] of half.entries()) {
      const want = Array.from(await (single[k] as Tensor).data());
      const got = await result.data();
      const largest = want.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      expect(largest).toBeGreaterThan(0);
      want.forEach((value, i) => {
        // A result is rounded where it is stored, and so is what it was made of: 2^-11 each, at most four times.
        expect(Math.abs((got[i] as number) - value)).toBeLessThanOrEqual(4 * 2 ** -11 * largest);
      });
    }
  });
});
