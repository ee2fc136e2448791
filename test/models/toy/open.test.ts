/** What the toy GAN is asked to learn, and what it shows. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { DISTRIBUTIONS } from "../../../models/toy/distributions.ts";
import { openDistribution, pointsOf } from "../../../models/toy/open.ts";
import { plotPoints } from "../../../models/toy/plot.ts";
import { PointSource } from "../../../models/toy/points.ts";

const host = (files: Readonly<Record<string, string>>) => ({
  async read(path: string): Promise<Uint8Array> {
    const text = files[path];
    if (text === undefined) throw new InputError(`cannot read ${path}: it does not exist`);
    return new TextEncoder().encode(text);
  },
});

describe("distributions", () => {
  test("by name", async () => {
    expect(await openDistribution("grid", host({}))).toBe(DISTRIBUTIONS.grid);
  });

  test("points that somebody drew", async () => {
    const drawn = await openDistribution("p.csv", host({ "p.csv": "1,2\n\n-0.5 3\r\n0;0\n" }));
    expect(drawn.modes).toEqual([
      [1, 2],
      [-0.5, 3],
      [0, 0],
    ]);
    expect(drawn.reach).toBeCloseTo(3.5, 12);
  });

  test("what is neither is told in a sentence", async () => {
    await expect(openDistribution("gird", host({}))).rejects.toThrow(
      '"gird" is none of grid, circle, mixture, rings, and no file of points (cannot read gird: it does not exist)',
    );
    await expect(openDistribution("p", host({ p: "" }))).rejects.toThrow("there are no points to learn");
    expect(() => pointsOf("1 2\nx,y\n", "p.csv")).toThrow(
      'p.csv, line 2: expected two numbers, x and y, got "x,y"',
    );
    expect(() => pointsOf("1 2 3", "p.csv")).toThrow("p.csv, line 1");
  });
});

test("batches of points are a function of seed and number", async () => {
  const source = new PointSource(DISTRIBUTIONS.circle, { seed: 4, batchSize: 6 });
  const { fields } = await source.batch(3);
  expect(fields.point.shape).toEqual([6, 2]);
  expect((await source.batch(3)).fields.point.data).toEqual(fields.point.data);
  expect((await source.batch(4)).fields.point.data).not.toEqual(fields.point.data);
  expect(fields.point.data[2]).toBeCloseTo(DISTRIBUTIONS.circle.draw(4, 1, 3)[0], 6);
});

test("a plot shows points where they are, y upwards", () => {
  const { width, height, data } = plotPoints({ reach: 1, real: [0.5, 0.5], made: [-0.5, -0.5, 7, 0] });
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  expect(at((3 * width) / 4, height / 4 - 1)).toEqual([120, 120, 120]);
  expect(at(width / 4, (3 * height) / 4 - 1)).toEqual([30, 60, 200]);
  expect(data.filter((byte) => byte !== 255).length).toBe(6);
});
