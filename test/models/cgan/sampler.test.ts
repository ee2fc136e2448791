import { expect, test } from "vitest";
import { parseCgan } from "../../../models/cgan/files.ts";
import { writeSafetensors } from "../../../engine/io/index.ts";
import { classRows, classWalks, noiseWalks, oneClass } from "../../../models/cgan/sampler.ts";
import { noiseForm } from "../../../models/cgan/recipe.ts";
import { noiseAt } from "../../../models/sampling/noise.ts";
import { recipe } from "./given.ts";

const normal = { ...recipe("modern", 1), latentDim: 64 };
const unit = { ...recipe("paper", 1), latentDim: 64 };

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
  expect(noises?.[0]?.noise).toEqual(noiseAt(noiseForm(unit), 1, 0));
  expect(noises?.[2]?.noise).toEqual(noiseAt(noiseForm(unit), 1, 1));
  expect(noises?.every(({ classes }) => classes[1] === 1)).toBe(true);
});

test("noise is as much smaller as the recipe says", () => {
  const [[place] = []] = classRows({ ...normal, truncation: 0.5 }, [0], { count: 1, seed: 3 });
  const whole = noiseAt(noiseForm(normal), 3, 0);
  for (const [k, value] of (place?.noise ?? []).entries())
    expect(value).toBeCloseTo(0.5 * (whole[k] as number), 6);
  expect(place?.noise).toHaveLength(64);
});

test("a class that there is not is refused", () => {
  expect(() => oneClass(normal, 3)).toThrow("expects a class from 0 to 2, got 3");
});

test.each([
  ["another system's", { ...normal, system: "dcgan" }],
  ["of a form that there is not", { ...normal, networks: "transformer" }],
  ["without classes", { ...normal, classes: [] }],
])("weights that are %s are refused in a sentence", (_, stored) => {
  const bytes = writeSafetensors(new Map(), { recipe: JSON.stringify(stored) });
  expect(() => parseCgan(bytes, "x.safetensors")).toThrow(
    "x.safetensors does not hold a generator of conditional GAN: the recipe in its metadata",
  );
});
