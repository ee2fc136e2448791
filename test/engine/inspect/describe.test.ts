/** How tensors are printed: as NumPy prints them, with statistics in double precision. */
import { describe as suite, expect, test, vi } from "vitest";
import { describe, tensor } from "../../../engine/index.ts";
import { arrayText } from "../../../engine/inspect/index.ts";
import { showBytes, showCount, showFlops } from "../../../engine/inspect/units.ts";

const range = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

suite("arrays", () => {
  test.each([
    ["a scalar", Float32Array.of(2.5), [], "2.5000"],
    ["whole floats", Float32Array.of(1, -2, 30), [3], "[ 1. -2. 30.]"],
    ["whole numbers", Int32Array.of(1, -2, 30), [3], "[ 1 -2 30]"],
    ["fractions", Float32Array.of(0.5, -1.25), [2], "[ 0.5000 -1.2500]"],
    ["very different sizes", Float32Array.of(1e-5, 2e5), [2], "[1.000e-5 2.000e+5]"],
    [
      "numbers that are none",
      Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 1),
      [3],
      "[ nan -inf   1.]",
    ],
    ["nothing", new Float32Array(0), [0, 3], "[]"],
    ["a matrix", range(4), [2, 2], "[[0. 1.]\n [2. 3.]]"],
    ["matrices", range(4), [2, 2, 1], "[[[0.]\n  [1.]]\n\n [[2.]\n  [3.]]]"],
  ])("%s", (_, data, shape, text) => {
    expect(arrayText(data, shape)).toBe(text);
  });
  test("large ones by their corners", () => {
    expect(arrayText(range(1000), [1000])).toBe("[  0.   1.   2. ... 997. 998. 999.]");
    expect(arrayText(range(400), [20, 20])).toBe(
      [
        "[[  0.   1.   2. ...  17.  18.  19.]",
        " [ 20.  21.  22. ...  37.  38.  39.]",
        " [ 40.  41.  42. ...  57.  58.  59.]",
        " ...",
        " [340. 341. 342. ... 357. 358. 359.]",
        " [360. 361. 362. ... 377. 378. 379.]",
        " [380. 381. 382. ... 397. 398. 399.]]",
      ].join("\n"),
    );
  });
  test("four axes stay within a screen, whatever their sizes", () => {
    const lines = arrayText(range(8 * 9 * 10 * 11), [8, 9, 10, 11]).split("\n");
    expect(lines.length).toBeLessThan(40);
    expect(lines.at(-1)).toMatch(/7917\. 7918\. 7919\.\]\]\]\]$/);
  });
});

suite("tensors", () => {
  test("statistics leave out what is not finite, and count it", async () => {
    const x = tensor([1, 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, 5]);
    const { text, ...summary } = await describe(x);
    expect(summary).toEqual({
      shape: [6],
      dtype: "f32",
      min: 1,
      max: 5,
      mean: 3,
      std: Math.sqrt(8 / 3),
      nan: 2,
      infinite: 1,
    });
    expect(text).toBe(
      "f32 [6], 6 numbers, 24 B\nmin 1  max 5  mean 3  std 1.633  2 NaN  1 infinite\n[ 1.  3. nan inf nan  5.]",
    );
  });
  test("nothing, and nothing but NaN, have no statistics", async () => {
    for (const x of [tensor(new Float32Array(0), [0]), tensor([Number.NaN])])
      expect(await describe(x)).toMatchObject({
        min: Number.NaN,
        max: Number.NaN,
        mean: Number.NaN,
        std: Number.NaN,
      });
  });
  test("the mean of many large numbers is not rounded", async () => {
    const x = tensor(new Float32Array(100_000).fill(16_777_217 / 3));
    const value = Math.fround(16_777_217 / 3);
    expect(await describe(x)).toMatchObject({ min: value, max: value, std: 0 });
    expect((await describe(x)).mean).toBe(value);
  });
  test("print says which one it is", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await tensor([[1, 2]]).print("weights");
    expect(log.mock.calls).toEqual([
      ["weights: f32 [1, 2], 2 numbers, 8 B\nmin 1  max 2  mean 1.5  std 0.5\n[[1. 2.]]"],
    ]);
    log.mockRestore();
  });
  test("toString says what was recorded, and runs nothing", () => {
    expect(`${tensor([1, 2]).mul(3)}`).toBe("Tensor f32 [2] (mul)");
  });
});

test("units", () => {
  expect([0, 999, 1024, 1536, 20e6, 5e12].map(showBytes)).toEqual([
    "0 B",
    "999 B",
    "1.00 KiB",
    "1.50 KiB",
    "19.1 MiB",
    "4.55 TiB",
  ]);
  expect([32, 1e3, 63.7e6, 3.31e9].map(showFlops)).toEqual([
    "32 flop",
    "1.00 kflop",
    "63.7 Mflop",
    "3.31 Gflop",
  ]);
  expect([7, 1234, 1234567].map(showCount)).toEqual(["7", "1,234", "1,234,567"]);
});
