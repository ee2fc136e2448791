/** The penalty on grids that sub-pixel convolutions make. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { gridPenalty } from "../../../models/super-resolution/srgan-losses.ts";

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

  test.each([0, 1, 2, 3])("so do waves of four pixels that begin at %d", async (start) => {
    const wave = (at: number) => 0.3 * Math.SQRT2 * Math.sin((Math.PI / 2) * (at - start) + 0.4);
    expect(await penaltyOf((_, x) => wave(x))).toBeCloseTo(0.09, 6);
    expect(await penaltyOf((y) => wave(y))).toBeCloseTo(0.09, 6);
  });

  test("a grid that changes sign half way counts but for the places that see both sides", async () => {
    // Places begin at blocks 0, 2 and 4 of 8: the one in the middle sees as much of either sign.
    expect(await penaltyOf((y, x) => (y < SIDE / 2 ? 0.3 : -0.3) * (-1) ** x)).toBeCloseTo((2 / 3) * 0.09, 6);
  });

  test("flat colour and slow waves are no grids", async () => {
    expect(await penaltyOf(() => 0.7)).toBeLessThan(1e-12);
    expect(await penaltyOf((_, x) => Math.sin((2 * Math.PI * x) / 16))).toBeLessThan(1e-12);
  });

  test("noise hardly counts: each phase is the mean of 16 independent numbers", async () => {
    const noise = fillUniform(new Float32Array(SIDE * SIDE * 3), 1, 2, -1);
    const power = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    const share = (await penaltyOf((_y, _x, i) => noise[i] as number)) / power;
    const want = 15 / 16 / 16;
    expect(share / want).toBeGreaterThan(0.7); // 240 amplitudes of places that do not overlap: a deviation of 9 %
    expect(share / want).toBeLessThan(1.3);
  });
});
