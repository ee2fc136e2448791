/** Blur, noise and their order, drawn by counter. */
import { describe, expect, test } from "vitest";
import type { Raster } from "../../../../engine/data/index.ts";
import { imresize } from "../../../../engine/data/index.ts";
import { InputError } from "../../../../engine/errors.ts";
import { makeImage } from "../../../../engine/io/image.ts";
import { blur, gaussianKernel } from "../../../../models/super-resolution/degradation/blur.ts";
import { DEGRADATIONS, degrade } from "../../../../models/super-resolution/degradation/degrade.ts";
import { Draws } from "../../../../models/super-resolution/degradation/draws.ts";
import { addNoise } from "../../../../models/super-resolution/degradation/noise.ts";
import { waves } from "../../../cli/samples.ts";

const plane = (
  width: number,
  height: number,
  of: (x: number, y: number) => number,
): Raster<Float32Array> => ({
  width,
  height,
  channels: 1,
  data: Float32Array.from({ length: width * height }, (_, k) => of(k % width, Math.floor(k / width))),
});

describe("blur", () => {
  test("of a point has the deviations and the angle that were asked for", () => {
    const { data } = blur(
      plane(61, 61, (x, y) => (x === 30 && y === 30 ? 1 : 0)),
      {
        sigmas: [4, 2],
        angle: Math.PI / 6,
      },
    );
    const moment = (of: (x: number, y: number) => number) =>
      data.reduce((sum, value, k) => sum + value * of((k % 61) - 30, Math.floor(k / 61) - 30), 0);
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    expect(moment(() => 1)).toBeCloseTo(1, 5);
    // A kernel that is cut at three deviations loses 3 % of its variance.
    expect(moment((x, y) => (cos * x + sin * y) ** 2) / 16).toBeCloseTo(1, 1);
    expect(moment((x, y) => (cos * y - sin * x) ** 2) / 4).toBeCloseTo(1, 1);
    expect(moment((x, y) => (cos * x + sin * y) * (cos * y - sin * x)) / 8).toBeCloseTo(0, 1);
  });

  test("is mirrored at the edge, in pictures smaller than its kernel too", () => {
    for (const [width, height] of [
      [9, 5],
      [1, 3],
    ] as const) {
      const image = plane(width, height, (x, y) => 10 + 3 * x - 2 * y);
      const shape = { sigmas: [1.2, 1.2], angle: 0 } as const;
      const { side, weights } = gaussianKernel(shape);
      const radius = (side - 1) / 2;
      const inside = (place: number, size: number): number => {
        if (size === 1) return 0;
        if (place < 0) return inside(-place, size);
        return place < size ? place : inside(2 * (size - 1) - place, size);
      };
      const { data } = blur(image, shape);
      for (const [k, value] of data.entries()) {
        let expected = 0;
        for (const [t, weight] of weights.entries()) {
          const x = inside((k % width) + (t % side) - radius, width);
          const y = inside(Math.floor(k / width) + Math.floor(t / side) - radius, height);
          expected += weight * (image.data[y * width + x] as number);
        }
        expect(value).toBeCloseTo(expected, 4);
      }
    }
  });

  test("by nothing is told", () => {
    expect(() => gaussianKernel({ sigmas: [1, 0], angle: 0 })).toThrow(InputError);
  });
});

describe("noise", () => {
  const grey = (value: number) => ({
    width: 90,
    height: 80,
    channels: 3,
    data: new Float32Array(21600).fill(value),
  });
  const spread = ({ data }: Raster<Float32Array>, mean: number) =>
    Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);

  test("has the deviation that was asked for; Poisson's grows with the root of the brightness", () => {
    const draws = new Draws(1, 2, 3);
    expect(spread(addNoise(grey(90), { kind: "gaussian", sigma: 7, grey: false }, draws), 90)).toBeCloseTo(
      7,
      0,
    );
    const poisson = { kind: "poisson", sigma: 8, grey: false } as const;
    expect(spread(addNoise(grey(255), poisson, draws), 255)).toBeCloseTo(8, 0);
    expect(spread(addNoise(grey(255 / 4), poisson, draws), 255 / 4)).toBeCloseTo(4, 0);
  });

  test("of grey is the same in all channels, else in none", () => {
    for (const same of [true, false]) {
      const { data } = addNoise(grey(90), { kind: "gaussian", sigma: 7, grey: same }, new Draws(1, 2, 3));
      const equal = data.filter((value, k) => k % 3 > 0 && value === data[k - (k % 3)]).length;
      expect(equal > data.length / 2).toBe(same);
    }
  });
});

describe.each(DEGRADATIONS)("%s", (kind) => {
  const original = waves(96, 64);
  const at = (seed: number, batch: number, place: number) => degrade(original, kind, { seed, batch, place });

  test("is a quarter of the size, and a function of seed, batch and place alone", () => {
    const image = at(1, 2, 3);
    expect([image.width, image.height, image.channels]).toEqual([24, 16, 3]);
    expect(at(1, 2, 3)).toEqual(image);
    const others = Array.from({ length: 8 }, (_, place) => at(1, 2, place).data.join());
    expect(new Set(others).size > 4).toBe(kind !== "none");
  });

  test("begins with the reduction", () => {
    const { data, width, height } = imresize(original, { scale: 1 / 4 });
    const plain = makeImage(data, width, height, 3);
    const clean = Array.from({ length: 60 }, (_, place) => at(5, 0, place).data.join() === plain.data.join());
    const share = clean.filter(Boolean).length / clean.length;
    expect(share).toBeGreaterThanOrEqual({ none: 1, jpeg: 0.02, "second-order": 0 }[kind]);
    expect(share).toBeLessThanOrEqual({ none: 1, jpeg: 0.3, "second-order": 0 }[kind]);
  });
});
