/** Work of more than 65,535 workgroups, with very little for each of them: grids are folded, and folded back. */
import { afterAll, describe, expect, test } from "vitest";
import { type DeviceInfo, full, grad, init, type Tensor, tensor } from "../../engine/index.ts";
import type { Target } from "../../engine/graph/node.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import {
  conv2d,
  embedding,
  matmul,
  maxPool2d,
  pad,
  Rng,
  rand,
  scatterAdd,
  sum,
} from "../../engine/ops/index.ts";
import { randomBits } from "../../engine/random.ts";

type Form = NonNullable<Target["form"]>;

const info: DeviceInfo = await init();
const FORMS: readonly Form[] = ["naive", "tile", ...(info.subgroupSize > 0 ? (["subgroup"] as const) : [])];

/** A tile of the subgroup form has twice the rows of the others. */
const tall = (form: Form): number => (form === "subgroup" ? 2 : 1);

/** Whole numbers, so that products and short sums are exact. */
const value = (i: number) => (i % 251) - 125;
const values = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => value(i)),
    shape,
  );

/** Checks every element, and that the grid of a kernel of this name was folded. */
async function expectFolded(y: Tensor, kernel: RegExp, element: (i: number) => number): Promise<void> {
  const { steps } = await runtime.prepare([y.node]);
  const grids = steps.flatMap((step) =>
    step.kernels.filter(({ name }) => kernel.test(name)).map((k) => k.grid),
  );
  expect(grids.length).toBeGreaterThan(0);
  for (const [x, rows] of grids) {
    expect(rows).toBeGreaterThan(1);
    expect(x * rows).toBeGreaterThan(65535);
    expect(Math.max(x, rows)).toBeLessThanOrEqual(65535);
  }
  const data = await y.data();
  let wrong = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== element(i)) wrong++;
  expect(`${wrong} of ${y.size} wrong`).toBe(`0 of ${y.size} wrong`);
}

afterAll(() => runtime.useForm(undefined));

describe("more than 65,535 workgroups", () => {
  test("element by element, one at a time", async () => {
    const n = 4_200_001;
    await expectFolded(values(n).mul(2).add(1), /pointwise/, (i) => 2 * value(i) + 1);
  });
  test("element by element, four at a time", async () => {
    const [rows, columns] = [65_600, 256];
    const y = values(rows, 1).mul(values(1, columns));
    await expectFolded(y, /pointwise/, (i) => value(Math.floor(i / columns)) * value(i % columns) + 0);
  });
  test("a reduction", async () => {
    const n = 4_200_001;
    const y = sum(values(2, 1).mul(values(1, n)), 0);
    await expectFolded(y, /reduce/, (i) => (value(0) + value(1)) * value(i));
  });
  test.each(FORMS)("a matrix product in its %s form", async (form) => {
    runtime.useForm(form);
    // An odd number of columns takes two tiles, one of them nearly empty.
    const [m, n] = [525_000 * tall(form), form === "tile" ? 17 : 9];
    await expectFolded(
      matmul(values(m, 1), values(1, n)),
      /matmul/,
      (i) => value(Math.floor(i / n)) * value(i % n) + 0,
    );
  });
  test.each(FORMS)("a batch of 70,000 matrices, asked for in the %s form", async (form) => {
    runtime.useForm(form);
    const y = matmul(values(70_000, 8, 1), values(70_000, 1, 8));
    await expectFolded(y, /matmul/, (i) => {
      const [batch, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
      return value(batch * 8 + row) * value(batch * 8 + column) + 0;
    });
  });
  test.each(FORMS)("a convolution in its %s form", async (form) => {
    runtime.useForm(form);
    const o = form === "tile" ? 17 : 9;
    await expectFolded(
      conv2d(values(1, 725 * tall(form), 725, 1), values(1, 1, 1, o)),
      /conv2d/,
      (i) => value(Math.floor(i / o)) * value(i % o) + 0,
    );
  });
  test.each(FORMS)("the gradient of a convolution for its input in its %s form", async (form) => {
    runtime.useForm(form);
    const [h, w] = form === "naive" ? [1000, 500] : [1450 * tall(form), 725];
    const channels = form === "tile" ? 17 : 9;
    const x = values(1, h, w, 1).expand([1, h, w, channels]);
    const weight = values(1, 1, channels, 1);
    // Every second row is read: the others get 0.
    const [dx] = grad(conv2d(x, weight, { stride: [2, 1] }), [x], full([1, h / 2, w, 1], 1)) as [Tensor];
    await expectFolded(dx, /grad-input/, (i) =>
      Math.floor(i / (channels * w)) % 2 === 0 ? value(i % channels) : 0,
    );
  });
  test.each(FORMS)("the gradient of a convolution for its weight in its %s form", async (form) => {
    runtime.useForm(form);
    const [i, o] = form === "tile" ? [131_100 * 4, 17] : form === "naive" ? [525_000, 9] : [131_100 * 4, 9];
    const x = values(1, 1, 1, i);
    const w = tensor(new Float32Array(i * o), [1, 1, i, o]);
    const dy = values(1, 1, 1, o);
    const [dw] = grad(conv2d(x, w), [w], dy) as [Tensor];
    await expectFolded(dw, /grad-weight/, (k) => value(Math.floor(k / o)) * value(k % o) + 0);
  });
  test("max pooling, its gradient and that one's", async () => {
    const [h, w] = [2051, 2051];
    const x = values(1, h, w, 1);
    const pooled = maxPool2d(x, { kernel: [1, 2], stride: 1 });
    const larger = (i: number) => {
      const at = Math.floor(i / (w - 1)) * w + (i % (w - 1));
      return Math.max(value(at), value(at + 1));
    };
    await expectFolded(pooled, /max-pool2d$/, larger);
    // Windows of one element: everything stays where it is.
    const dy = values(1, h, w, 1);
    const [dx] = grad(maxPool2d(x, { kernel: 1 }), [x], dy) as [Tensor];
    await expectFolded(dx, /max-pool2d-scatter/, value);
    const [fetched] = grad(dx, [dy], x) as [Tensor];
    await expectFolded(fetched, /max-pool2d-gather/, value);
  });
  test("resampling along an axis", async () => {
    const rows = 2_100_001;
    const y = pad(values(rows, 1), [0, 0], [0, 1], { mode: "replicate" });
    await expectFolded(y, /resample/, (i) => value(Math.floor(i / 2)));
  });
  test("picking rows, and adding them up again", async () => {
    const places = 600_001;
    const index = tensor(Int32Array.from({ length: places }, (_, p) => p % 3));
    const picked = embedding(values(3, 7), index);
    await expectFolded(picked, /gather/, (i) => value((Math.floor(i / 7) % 3) * 7 + (i % 7)));
    const rows = 4_200_001;
    const spread = scatterAdd(tensor([5, 7, 11]), tensor(Int32Array.of(rows - 1, 3, rows - 1)), 0, rows);
    await expectFolded(spread, /scatter/, (i) => (i === rows - 1 ? 16 : i === 3 ? 7 : 0));
  });
  test("random numbers", async () => {
    const n = 16_800_001;
    const x = rand([n], new Rng(1));
    const { steps } = await runtime.prepare([x.node]);
    expect(steps.flatMap(({ kernels }) => kernels.map(({ grid }) => grid[1]))).toEqual([2]);
    const data = await x.data();
    for (let i = n - 1; i >= 0; i -= 100_003)
      expect(data[i]).toBe(((randomBits(1, Math.floor(i / 4))[i % 4] as number) >>> 8) / 2 ** 24);
  });
});
