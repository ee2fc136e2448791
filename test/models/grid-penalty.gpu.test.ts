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
  ])("%s of amplitude 0.3 count with their square", async (_, sign) => {
    expect(await penaltyOf((y, x) => 0.3 * sign(y, x))).toBeCloseTo(0.09, 6);
  });

  test("columns on one half count half", async () => {
    expect(await penaltyOf((y, x) => (y < SIDE / 2 ? 0.3 * (-1) ** x : 0))).toBeCloseTo(0.045, 6);
  });

  test("flat colour, slow waves and patterns of four pixels are no grids", async () => {
    expect(await penaltyOf(() => 0.7)).toBe(0);
    expect(await penaltyOf((_, x) => Math.sin((2 * Math.PI * x) / 16))).toBeLessThan(1e-3);
    expect(await penaltyOf((_, x) => Math.sin((2 * Math.PI * x) / 4))).toBeLessThan(1e-3);
  });

  test("noise hardly counts: three bands, each the mean of 64 independent numbers", async () => {
    const noise = fillUniform(new Float32Array(SIDE * SIDE * 3), 1, 2, -1);
    const power = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    const share = (await penaltyOf((_y, _x, i) => noise[i] as number)) / power;
    expect(share / (3 / 64)).toBeGreaterThan(0.7); // 144 amplitudes: a deviation of 12 %
    expect(share / (3 / 64)).toBeLessThan(1.3);
  });
});
