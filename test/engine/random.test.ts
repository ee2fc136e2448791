import { describe, expect, it, test } from "vitest";
import { GanvasError } from "../../engine/errors.ts";
import {
  fillNormal,
  fillUniform,
  integer,
  normalPair,
  permutation,
  philox4x32,
  randomBits,
  seedKey,
  uniform,
} from "../../engine/random.ts";

const words = (text: string) => text.split(" ").map((hex) => Number.parseInt(hex, 16));

describe("Philox4x32-10", () => {
  // Known answers published with Random123 (tests/kat_vectors, "philox4x32 10").
  it.each([
    ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ])("counter %s, key %s", (counter, key, answer) => {
    const [c0, c1, c2, c3] = words(counter) as [number, number, number, number];
    const [k0, k1] = words(key) as [number, number];
    expect(philox4x32([c0, c1, c2, c3], [k0, k1])).toEqual(words(answer));
    if (k1 < 2 ** 21) expect(randomBits(k1 * 2 ** 32 + k0, c0, c1, c2, c3)).toEqual(words(answer));
  });
  test("large seeds use both key words", () => {
    expect(seedKey(5 * 2 ** 32 + 7)).toEqual([7, 5]);
    expect(randomBits(2 ** 32, 0)).not.toEqual(randomBits(0, 0));
  });
  test("refuses other seeds and counters", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => randomBits(seed, 0)).toThrow(GanvasError);
    for (const word of [-1, 0.5, 2 ** 32]) expect(() => randomBits(0, word)).toThrow("from 0 to 2^32 - 1");
  });
});

describe("distributions", () => {
  const N = 20000;
  const moments = (values: ArrayLike<number>) => {
    const all = Array.from(values);
    const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
    return { mean, variance: all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length };
  };

  test("uniform and integer keep to their range at both ends", () => {
    expect([uniform(0), uniform(0xffffffff) < 1]).toEqual([0, true]);
    for (const n of [1, 2, 3, 1000, 2 ** 32]) {
      expect(integer(0, n)).toBe(0);
      expect(integer(0xffffffff, n)).toBe(n - 1);
    }
  });
  test("uniform numbers have the moments of U(-1, 3)", () => {
    const { mean, variance } = moments(fillUniform(new Float32Array(N), 1, 2, -1, 3));
    expect(Math.abs(mean - 1)).toBeLessThan(0.04);
    expect(Math.abs(variance - 16 / 12)).toBeLessThan(0.05);
  });
  test("normal numbers have the moments of N(2, 0.5^2) and its tails", () => {
    const values = fillNormal(new Float32Array(N), 1, 2, 2, 0.5);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 2)).toBeLessThan(0.015);
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.01);
    const outside = values.filter((v) => Math.abs(v - 2) > 1).length / N;
    expect(Math.abs(outside - 0.0455)).toBeLessThan(0.006);
    expect(normalPair(0xffffffff, 0)[0]).toBeCloseTo(0, 12);
    expect(Number.isFinite(normalPair(0, 0)[0])).toBe(true);
  });
  test("a prefix does not depend on how much is drawn, and streams differ", () => {
    const long = fillNormal(new Float32Array(10), 3, 4);
    expect(fillNormal(new Float32Array(7), 3, 4)).toEqual(long.slice(0, 7));
    expect(fillNormal(new Float32Array(10), 3, 5)).not.toEqual(long);
    expect(fillNormal(new Float32Array(10), 4, 4)).not.toEqual(long);
  });
});

describe("permutation", () => {
  test("holds every number once", () => {
    expect([...permutation(50, 1, 2)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(permutation(50, 1, 2)).not.toEqual(permutation(50, 1, 2, 1));
    expect([...permutation(50, 1, 2, 0, 6)]).toEqual([...permutation(50, 1, 2)].slice(0, 6));
    expect([...permutation(0, 1, 2)]).toEqual([]);
  });
  test("puts every number in the first place equally often", () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++)
      counts[permutation(4, 9, 1, i, 1)[0] as number] =
        (counts[permutation(4, 9, 1, i, 1)[0] as number] as number) + 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
