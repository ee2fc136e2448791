/** What the weights that come with the project make. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LapganSampler } from "../../../models/lapgan/lapgan-sampler.ts";
import { lapgan } from "../../../models/lapgan/system.ts";

test("LAPGAN draws each of the flowers: roses are redder than daisies, sunflowers yellower", async () => {
  const { file } = lapgan.shipped[0] as { file: string };
  const sampler = (await lapgan.load?.(readFileSync(file), file)) as LapganSampler;
  const { rows, labels } = await sampler.sample({ count: 8, seed: 1, walk: false });
  expect(labels).toEqual(["daisy", "dandelion", "roses", "sunflowers", "tulips"]);
  /** Of a row's pictures, the mean of red, green and blue. */
  const colours = rows.map((row) => {
    const sums = [0, 0, 0];
    for (const { data, width, height } of row) {
      expect([width, height]).toEqual([64, 64]);
      for (const [at, byte] of data.entries()) sums[at % 3] = (sums[at % 3] as number) + byte;
    }
    return sums.map((sum) => sum / (row.length * 64 * 64)) as [number, number, number];
  });
  const [daisy, , roses, sunflowers] = colours as [number, number, number][];
  const redder = ([r, g]: [number, number, number]) => r - g;
  const yellower = ([r, g, b]: [number, number, number]) => (r + g) / 2 - b;
  expect(redder(roses as [number, number, number])).toBeGreaterThan(
    redder(daisy as [number, number, number]) + 10,
  );
  expect(yellower(sunflowers as [number, number, number])).toBeGreaterThan(
    yellower(daisy as [number, number, number]) + 10,
  );
});
