import { expect, test } from "vitest";
import { short } from "../../../examples/studio/components/tensor-view.ts";
import {
  formatAmount,
  formatRate,
  formatTime,
  totalOf,
} from "../../../examples/studio/pages/profile/measure.ts";

const plain = (words: string) => words.replaceAll("\u00a0", " ");

test("numbers of a profile in words", () => {
  expect([0.0123, 0.5, 1.236, 12.36, 123.6, 2310].map((ms) => plain(formatTime(ms)))).toEqual([
    "0.012 ms",
    "0.50 ms",
    "1.24 ms",
    "12.4 ms",
    "124 ms",
    "2.31 s",
  ]);
  expect([0, 1023, 1024, 3.25 * 2 ** 20].map((bytes) => plain(formatAmount(bytes, "bytes")))).toEqual([
    "0 B",
    "1023 B",
    "1.00 KiB",
    "3.25 MiB",
  ]);
  expect([999, 1000, 19e6].map((flops) => plain(formatAmount(flops, "flops")))).toEqual([
    "999 flop",
    "1.00 kflop",
    "19.0 Mflop",
  ]);
  expect([formatRate(4e9, 2), formatRate(5, 0)]).toEqual(["2000", ""]);
});

test("a layer costs what its phases cost", () => {
  const phase = (k: number) => ({ kernels: 1, milliseconds: k, bytes: 10 * k, flops: 100 * k });
  const layers = [1, 2].map((k) => ({
    layer: `body.${k}`,
    forward: phase(k),
    backward: phase(2 * k),
    update: phase(0),
  }));
  expect(totalOf(layers, "milliseconds")).toBe(9);
  expect(totalOf(layers, "flops")).toBe(900);
});

test("numbers of tensors", () => {
  expect([0, 1, -0.25, 1 / 3, 1234.5, 12345, 0.00012].map(short)).toEqual([
    "0",
    "1",
    "-0.25",
    "0.333",
    "1230",
    "1.2e+4",
    "1.2e-4",
  ]);
});
