/** Pyramids against their definitions, in float64 where they are not in PyTorch's fixtures. */
import { describe, expect, test } from "vitest";
import { add, tensor } from "../../../engine/index.ts";
import { consistentBand, pyrDown, pyrUp, splitLevel } from "../../../models/lapgan/pyramid.ts";
import { LAPGAN_SIZES } from "../../../models/lapgan/recipe.ts";
import { numbers } from "./given.ts";

const image = (size: number, stream = 0) => tensor(numbers([2, size, size, 3], stream), [2, size, size, 3]);
const close = (got: ArrayLike<number>, expected: ArrayLike<number>, digits = 5) => {
  expect(got.length).toBe(expected.length);
  for (let k = 0; k < got.length; k++) expect(got[k]).toBeCloseTo(expected[k] as number, digits);
};

const pairs = [...Object.values(LAPGAN_SIZES), [16, 32]].flatMap((sizes) =>
  sizes.slice(1).map((fine, k) => [sizes[k] as number, fine] as const),
);

test.each([...new Map(pairs.map((pair) => [pair.join(), pair])).values()])(
  "%i to %i pixels: the enlarged coarse image and the band are the image",
  async (coarseSize, fine) => {
    const x = image(fine);
    const { coarse, lowPass, bandPass } = splitLevel(x, coarseSize);
    expect(coarse.shape).toEqual([2, coarseSize, coarseSize, 3]);
    expect(lowPass.shape).toEqual(bandPass.shape);
    close((await add(lowPass, bandPass).data()) as Float32Array, (await x.data()) as Float32Array, 6);
  },
);

describe("Burt and Adelson's", () => {
  const taps = [1, 4, 6, 4, 1].map((tap) => tap / 16);
  const mirrored = (at: number, size: number) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at);

  /** The image blurred, [size, size] of one channel. */
  const blur = (x: readonly number[], size: number): number[] =>
    Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      let sum = 0;
      for (const [i, a] of taps.entries())
        for (const [j, b] of taps.entries())
          sum += a * b * (x[mirrored(row + i - 2, size) * size + mirrored(column + j - 2, size)] as number);
      return sum;
    });
  const one = (size: number) => [...numbers([size, size], 4)];

  test("blurs and keeps every second pixel", async () => {
    const x = one(8);
    const blurred = blur(x, 8);
    const expected = Array.from(
      { length: 16 },
      (_, at) => blurred[Math.floor(at / 4) * 16 + (at % 4) * 2] as number,
    );
    const got = await pyrDown(tensor(Float32Array.from(x), [1, 8, 8, 1]), 4, "burt-adelson").data();
    close(got as Float32Array, expected);
  });

  test("sets pixels apart by zeros and blurs four times as strongly", async () => {
    const x = one(4);
    const apart = Array.from({ length: 64 }, (_, at) => {
      const [row, column] = [Math.floor(at / 8), at % 8];
      return row % 2 === 0 && column % 2 === 0 ? 4 * (x[(row / 2) * 4 + column / 2] as number) : 0;
    });
    const got = await pyrUp(tensor(Float32Array.from(x), [1, 4, 4, 1]), 8, "burt-adelson").data();
    close(got as Float32Array, blur(apart, 8));
  });

  test("gives the image back, and does nothing but halve and double", async () => {
    const x = image(16);
    const { lowPass, bandPass } = splitLevel(x, 8, "burt-adelson");
    close((await add(lowPass, bandPass).data()) as Float32Array, (await x.data()) as Float32Array, 6);
    expect(() => pyrDown(image(14), 8, "burt-adelson")).toThrow("halves images, got 14 and 8 pixels");
    expect(() => pyrUp(image(8), 14, "burt-adelson")).toThrow("doubles images, got 8 and 14 pixels");
  });
});

describe("consistent bands", () => {
  test("make an image that reduces to the coarse one, whatever the band was", async () => {
    const { coarse, lowPass } = splitLevel(image(8), 4);
    const band = consistentBand(image(8, 1), lowPass, coarse);
    close(
      (await pyrDown(add(lowPass, band), 4).data()) as Float32Array,
      (await coarse.data()) as Float32Array,
    );
  });

  test("leave a real image's band alone", async () => {
    const { coarse, lowPass, bandPass } = splitLevel(image(8), 4);
    const band = consistentBand(bandPass, lowPass, coarse);
    close((await band.data()) as Float32Array, (await bandPass.data()) as Float32Array, 6);
  });
});
