/** The window through which losses look at images. */
import { expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { jittered } from "../../../models/super-resolution/srgan-step.ts";

/** Each pixel holds its place: 100 × row + column. */
const SIDE = 12;
const places = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return 100 * Math.floor(pixel / SIDE) + (pixel % SIDE);
});

test("four updates see four windows of one size, which share no row or column of sub-pixels", async () => {
  const corners: number[] = [];
  for (let step = 0; step < 8; step++) {
    const window = jittered(tensor(places, [1, SIDE, SIDE, 3]), step);
    expect(window.shape).toEqual([1, SIDE - 4, SIDE - 4, 3]);
    corners.push((await window.data())[0] as number);
  }
  expect(corners.slice(4)).toEqual(corners.slice(0, 4));
  const four = corners.slice(0, 4);
  expect(new Set(four.map((corner) => Math.floor(corner / 100) % 4)).size).toBe(4);
  expect(new Set(four.map((corner) => corner % 4)).size).toBe(4);
  expect(new Set(four.map((corner) => `${Math.floor(corner / 100) % 2} ${corner % 2}`)).size).toBe(4);
});
