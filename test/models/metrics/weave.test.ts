import { expect, test } from "vitest";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { fillNormal } from "../../../engine/random.ts";
import { medianWeave, type Weave, weave as weaveOf } from "../../../models/metrics/index.ts";

/** Noise of deviation 3 around grey, and a pattern on it. */
function noisy(width: number, height: number, pattern: (x: number, y: number) => number): Image {
  const noise = fillNormal(new Float32Array(width * height), 1, 0, 128, 3);
  const data = noise.map((value, k) => value + pattern(k % width, Math.floor(k / width)));
  return makeImage(Uint8Array.from(data, Math.round), width, height, 1);
}

const weave = (image: Image) => weaveOf(image) as Weave;

const wave = (period: number, amplitude: number) => (x: number) =>
  amplitude * Math.cos((2 * Math.PI * x) / period + Math.PI / 8);

test("noise has no weave, nor has a picture of one colour", () => {
  const { period2, period4 } = weave(noisy(200, 130, () => 0));
  for (const value of [period2, period4]) expect(Math.abs(value - 1)).toBeLessThan(0.15);
  const plain = weave(makeImage(new Uint8Array(64 * 64).fill(90), 64, 64, 1));
  expect(plain.period2 + plain.period4).toBeCloseTo(0);
});

test.each([
  [2, "period2", "period4"],
  [4, "period4", "period2"],
] as const)("a weave of %i pixels shows at its period alone, along either axis", (period, own, other) => {
  const across = weave(noisy(200, 130, wave(period, 2)));
  const down = weave(noisy(130, 200, (_, y) => wave(period, 2)(y)));
  for (const found of [across, down]) {
    expect(found[own]).toBeGreaterThan(3);
    expect(Math.abs(found[other] - 1)).toBeLessThan(0.2);
  }
});

test("its size is the share of power that a sum over the window says", () => {
  // The window's sum is 32 and its square's 24: a wave of amplitude A has the power (16 A)², noise of deviation s has 24 s².
  const { period4 } = weave(noisy(256, 256, wave(4, 2)));
  const expected = 1 + (16 * 2) ** 2 / (24 * (9 + 1 / 12));
  expect(period4).toBeGreaterThan((0.93 * (expected + 1)) / 2);
  expect(period4).toBeLessThan((1.07 * (expected + 1)) / 2);
});

test("what repeats after other distances is none", () => {
  for (const period of [3, 5, 8]) {
    const { period2, period4 } = weave(noisy(200, 130, wave(period, 2)));
    for (const value of [period2, period4]) expect(value).toBeLessThan(1.2);
  }
});

test("too small an image has no value, and no part in a median", () => {
  expect(weaveOf(noisy(63, 200, () => 0))).toBeUndefined();
  const of = (period2: number, period4: number) => ({ period2, period4 });
  expect(medianWeave([of(1, 9), undefined, of(2, 5), of(7, 1)])).toEqual(of(2, 5));
  expect(medianWeave([of(1, 9), of(2, 5)])).toEqual(of(1.5, 7));
  expect(medianWeave([undefined])).toBeUndefined();
});
