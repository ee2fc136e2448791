/** Tensors in half precision: with native half precision where the adapter has it, and on a device that lacks it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { autocast, cast, concat, conv2d, grad, matmul, mul, slice, sum, tensor } from "../../engine/index.ts";
import { type Gpu, openDevice } from "../../engine/gpu/device.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import { roundToF16 } from "../../engine/half.ts";
import { fillUniform } from "../../engine/random.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { pack } from "../../engine/ops/state.ts";

const random = (stream: number, shape: Shape): Float32Array =>
  roundToF16(fillUniform(new Float32Array(sizeOf(shape)), 7, stream, -1, 1));

const worst = (got: ArrayLike<number>, want: ArrayLike<number>): number =>
  Array.from(want).reduce((error, w, k) => Math.max(error, Math.abs(w - (got[k] as number))), 0);

describe.each([
  { name: "native", nativeF16: true },
  { name: "stored as f32", nativeF16: false },
])("$name", ({ nativeF16 }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice({ nativeF16 });
    runtime.use(gpu);
  });
  afterAll(() => runtime.close());
  const isNative = () => gpu.info.nativeF16;

  test("does without half precision where it is told to", () => {
    if (!nativeF16) expect(isNative()).toBe(false);
    expect(isNative()).toBe(gpu.info.features.includes("shader-f16"));
  });

  test.each([1, 2, 3, 5, 8, 255, 256, 257, 1000, 1027])("%i elements come back as they were", async (n) => {
    const values = random(n, [n]);
    const x = tensor(values, [n], "f16");
    expect(x.dtype).toBe("f16");
    const copy = mul(x, 1);
    expect(copy.dtype).toBe("f16");
    expect(await copy.data()).toEqual(values);
    const kept = mul(x, -1).keep();
    expect(await mul(kept, -1).data()).toEqual(values);
  });

  test("a result is rounded where it is stored", async () => {
    const x = tensor([2049 / 2048, 3, 65504], [3], "f16");
    const y = mul(x, x);
    const exact = [3, 65504].map((v) => Math.fround(v * v));
    const want = isNative() ? [1, 9, Number.POSITIVE_INFINITY] : [1, ...exact];
    expect([...(await y.data())]).toEqual(want);
  });

  test("slices at odd offsets, parts of odd sizes put together", async () => {
    const values = random(1, [7, 11]);
    const x = tensor(values, [7, 11], "f16").mul(1).keep();
    const part = await slice(x, [1, 3], [6, 10]).data();
    const want = [1, 2, 3, 4, 5].flatMap((r) => [...values.subarray(r * 11 + 3, r * 11 + 10)]);
    expect([...part]).toEqual(want);
    const y = tensor(random(2, [7, 5]), [7, 5], "f16");
    const both = concat([x, y], 1);
    expect(both.dtype).toBe("f16");
    const data = await both.data();
    expect(data.length).toBe(7 * 16);
    expect([...data.subarray(16, 32)]).toEqual([
      ...values.subarray(11, 22),
      ...random(2, [7, 5]).subarray(5, 10),
    ]);
  });

  test("packing keeps each part at its place", async () => {
    const [a, b, c] = [random(3, [100]), random(4, [33]), random(5, [7])] as const;
    const parts = [a, b, c].map((values) => mul(tensor(values, undefined, "f16"), 2));
    const flat = await pack(parts, [0, 128, 161], 168).data();
    const doubled = (values: Float32Array) => values.map((v) => 2 * v);
    expect(flat.subarray(0, 100)).toEqual(doubled(a));
    expect(flat.subarray(128, 161)).toEqual(doubled(b));
    expect(flat.subarray(161)).toEqual(doubled(c));
  });

  test("f16 beside f32 gives f32, beside a number f16", async () => {
    const x = tensor([0.5, 1.5], [2], "f16");
    const y = tensor([1e-4, 2e-4]);
    expect(x.add(y).dtype).toBe("f32");
    expect(x.add(1).dtype).toBe("f16");
    expect(x.gt(1).dtype).toBe("f16");
    expect(worst(await x.add(y).data(), [0.5001, 1.5002])).toBeLessThan(1e-7);
  });

  test("sums are f32: 10,000 ones are 10,000, and a mean of large numbers does not overflow", async () => {
    const ones = tensor(new Float32Array(10_000).fill(1), [10_000], "f16");
    expect(await sum(ones).item()).toBe(10_000);
    const large = tensor(new Float32Array(4096).fill(60_000), [64, 64], "f16");
    expect(await large.mean().item()).toBe(60_000);
    expect(worst(await large.mean(0).data(), new Float32Array(64).fill(60_000))).toBe(0);
  });

  test("casts to whole numbers cut off the fraction", async () => {
    const x = tensor([-2.5, -0.5, 0.5, 2.75, 100.9]);
    expect([...(await cast(x, "i32").data())]).toEqual([-2, 0, 0, 2, 100]);
    expect([...(await cast(tensor(Int32Array.of(-3, 7)), "f16").data())]).toEqual([-3, 7]);
  });

  test("gradients have the type of what they belong to", async () => {
    const x = tensor(random(6, [5]), [5], "f16");
    const w = tensor(random(7, [5]));
    const y = sum(mul(cast(x, "f32"), mul(w, w)));
    const [dx, dw] = grad(y, [x, w]);
    expect([dx?.dtype, dw?.dtype]).toEqual(["f16", "f32"]);
    const want = random(7, [5]).map((v) => v * v);
    expect(worst(await (dx as typeof x).data(), want)).toBeLessThan(2 ** -11);
  });

  test("within autocast products are f16 and gradients of weights f32", async () => {
    const a = tensor(random(8, [9, 13]), [9, 13]);
    const b = tensor(random(9, [13, 6]), [13, 6]);
    const c = autocast(() => matmul(a, b));
    expect(c.dtype).toBe("f16");
    const [da] = grad(sum(c.square()), [a]);
    const [exact] = grad(sum(matmul(a, b).square()), [a]);
    expect(da?.dtype).toBe("f32");
    expect(worst(await (da as typeof a).data(), await (exact as typeof a).data())).toBeLessThan(2e-2);
    const x = tensor(random(10, [2, 7, 5, 3]), [2, 7, 5, 3]);
    const w = tensor(random(11, [3, 3, 3, 5]), [3, 3, 3, 5]);
    const record = () => conv2d(x, w, { padding: 1 });
    const y = autocast(record);
    expect(y.dtype).toBe("f16");
    expect(worst(await y.data(), await record().data())).toBeLessThan(5e-3);
  });
});

test("half-precision bits make a tensor", async () => {
  const x = tensor(Uint16Array.of(0x3c00, 0xc000, 0x3800), [3], "f16");
  expect([...(await x.data())]).toEqual([1, -2, 0.5]);
  expect(await tensor(Uint16Array.of(1), [1]).data()).toEqual(Int32Array.of(1));
});
