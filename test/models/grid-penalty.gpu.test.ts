/** The penalty on grids of a pixel's width. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { gridPenalty } from "../../models/srgan-losses.ts";

const SIDE = 32;
const penaltyOf = (value: (y: number, x: number, i: number) => number): Promise<number> => {
  const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(Math.floor(pixel / SIDE), pixel % SIDE, i);
  });
  return gridPenalty(tensor(pixels, [1, SIDE, SIDE, 3])).item();
};

describe("grid penalty", () => {
  test.each([
    ["columns", (_: number, x: number) => (-1) ** x],
    ["rows", (y: number) => (-1) ** y],
    ["a chessboard", (y: number, x: number) => (-1) ** (x + y)],
  ])("%s of amplitude 0.3 count with their square, as grids of pixels and of phases", async (_, sign) => {
    expect(await penaltyOf((y, x) => 0.3 * sign(y, x))).toBeCloseTo(2 * 0.09, 6);
  });

  test.each([0, 1, 2, 3])(
    "so do waves of four pixels that begin at %d, as grids of phases",
    async (start) => {
      const wave = (at: number) => 0.3 * Math.SQRT2 * Math.sin((Math.PI / 2) * (at - start) + 0.4);
      expect(await penaltyOf((_, x) => wave(x))).toBeCloseTo(0.09, 2);
      expect(await penaltyOf((y) => wave(y))).toBeCloseTo(0.09, 2);
    },
  );

  test("a grid that changes sign half way counts as one of pixels only", async () => {
    expect(await penaltyOf((y, x) => (y < SIDE / 2 ? 0.3 : -0.3) * (-1) ** x)).toBeCloseTo(0.09, 6);
  });

  test("flat colour and slow waves are no grids", async () => {
    expect(await penaltyOf(() => 0.7)).toBeLessThan(1e-12);
    expect(await penaltyOf((_, x) => Math.sin((2 * Math.PI * x) / 16))).toBeLessThan(1e-3);
  });

  test("noise hardly counts: three bands, each the mean of 64 independent numbers, and phases", async () => {
    const noise = fillUniform(new Float32Array(SIDE * SIDE * 3), 1, 2, -1);
    const power = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    const share = (await penaltyOf((_y, _x, i) => noise[i] as number)) / power;
    const want = 3 / 64 + 15 / 16 / (SIDE / 4) ** 2;
    expect(share / want).toBeGreaterThan(0.7); // 144 amplitudes: a deviation of 12 %
    expect(share / want).toBeLessThan(1.3);
  });
});
