import { expect, test } from "vitest";
import { cganMetadata, parseCgan } from "../../../models/cgan/files.ts";
import { writeSafetensors } from "../../../engine/io/index.ts";
import {
  classRows,
  classWalks,
  noiseAt,
  noiseBetween,
  noiseWalks,
  oneClass,
} from "../../../models/cgan/sampler.ts";
import { recipe } from "./given.ts";

const normal = { ...recipe("modern", 1), latentDim: 64 };
const unit = { ...recipe("paper", 1), latentDim: 64 };
const length = (x: Float32Array): number => Math.hypot(...x);

test("noise follows from seed and number alone, and is of the law that the recipe says", () => {
  expect(noiseAt(normal, 1, 3)).toEqual(noiseAt(normal, 1, 3));
  expect(noiseAt(normal, 1, 3)).not.toEqual(noiseAt(normal, 1, 4));
  expect(noiseAt(normal, 2, 3)).not.toEqual(noiseAt(normal, 1, 3));
  expect(noiseAt(unit, 1, 0).every((value) => value >= 0 && value < 1)).toBe(true);
  expect(noiseAt(normal, 1, 0).some((value) => value < -0.5)).toBe(true);
  const signed = noiseAt({ ...unit, noise: "uniform" }, 1, 0);
  expect(Math.min(...signed)).toBeLessThan(-0.5);
  expect(Math.max(...signed)).toBeLessThan(1);
});

test("between normal noises the way is an arc, between uniform ones a line", () => {
  const [a, b] = [noiseAt(normal, 1, 0), noiseAt(normal, 1, 1)];
  expect([...noiseBetween(normal, a, b, 0)].map((x) => x.toFixed(4))).toEqual(
    [...a].map((x) => x.toFixed(4)),
  );
  expect([...noiseBetween(normal, a, b, 1)].map((x) => x.toFixed(4))).toEqual(
    [...b].map((x) => x.toFixed(4)),
  );
  const middle = length(noiseBetween(normal, a, b, 0.5));
  expect(middle).toBeGreaterThan(0.95 * Math.min(length(a), length(b)));
  const [c, d] = [noiseAt(unit, 1, 0), noiseAt(unit, 1, 1)];
  for (const [k, value] of noiseBetween(unit, c, d, 0.25).entries())
    expect(value).toBeCloseTo(0.75 * (c[k] as number) + 0.25 * (d[k] as number), 6);
});

test("a noise and itself, and a noise and its opposite, give numbers", () => {
  const a = noiseAt(normal, 1, 0);
  const same = noiseBetween(normal, a, a, 0.5);
  for (const [k, value] of same.entries()) expect(value).toBeCloseTo(a[k] as number, 5);
  const opposite = a.map((value) => -value);
  expect(noiseBetween(normal, a, opposite, 0.3).every(Number.isFinite)).toBe(true);
});

test("a sheet's rows are classes and its columns noises", () => {
  const rows = classRows(normal, [2, 0], { count: 4, seed: 7 });
  expect(rows.map((row) => row.length)).toEqual([4, 4]);
  expect(rows.map((row) => [...(row[3]?.classes ?? [])])).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ]);
  expect(rows[0]?.[3]?.noise).toEqual(rows[1]?.[3]?.noise);
  expect(rows[0]?.[3]?.noise).not.toEqual(rows[0]?.[2]?.noise);
});

test("walks begin and end where they should", () => {
  const [row] = classWalks(normal, [1, 2], { count: 5, seed: 1 });
  expect(row?.map(({ classes }) => [...classes])).toEqual([
    [0, 1, 0],
    [0, 0.75, 0.25],
    [0, 0.5, 0.5],
    [0, 0.25, 0.75],
    [0, 0, 1],
  ]);
  const [noises] = noiseWalks(unit, [1], { count: 3, seed: 1 });
  expect(noises?.[0]?.noise).toEqual(noiseAt(unit, 1, 0));
  expect(noises?.[2]?.noise).toEqual(noiseAt(unit, 1, 1));
  expect(noises?.every(({ classes }) => classes[1] === 1)).toBe(true);
});

test("a class that there is not is refused", () => {
  expect(() => oneClass(normal, 3)).toThrow("expects a class from 0 to 2, got 3");
});

test.each([
  ["another system's", { system: "dcgan" }, "holds no conditional GAN, but dcgan"],
  ["unknown", {}, "holds no conditional GAN (its metadata name no system)"],
  ["of no form", { system: "cgan" }, "its metadata describe no conditional GAN (Invalid type"],
  ["damaged", { ...cganMetadata({ ...normal, latentDim: -1 }) }, "describe no conditional GAN (latentDim: "],
  [
    "without classes",
    { ...cganMetadata({ ...normal, classes: [] }) },
    "describe no conditional GAN (classes: ",
  ],
])("weights that are %s are refused in a sentence", (_, metadata, message) => {
  const bytes = writeSafetensors(new Map(), metadata as Record<string, string>);
  expect(() => parseCgan(bytes, "x.safetensors")).toThrow(message);
});
