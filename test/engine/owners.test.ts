/** Random numbers of those that were given no seed: each has its own, and a program has the same ones again. */
import { expect, test } from "vitest";
import { Conv2d, Dropout, Initializer, Linear, manualSeed, Rng } from "../../engine/index.ts";
import { fillNormal } from "../../engine/random.ts";

const weightsOf = (layer: Linear | Conv2d) => layer.weight.state.initial as Float32Array;
const keyOf = (rng: Rng) => [...(rng.next().node.host as Uint32Array)];

test("layers without an initialiser differ, and are the same again after a seed", () => {
  const make = (seed: number) => {
    manualSeed(seed);
    return [new Linear(3, 4), new Linear(3, 4), new Linear(3, 4, new Initializer())].map(weightsOf);
  };
  const [first, second, third] = make(0);
  expect(first).not.toEqual(second);
  expect(second).not.toEqual(third);
  expect(make(0)).toEqual([first, second, third]);
  expect(make(1)[0]).not.toEqual(first);
  expect(weightsOf(new Conv2d(3, 4, 3))).toHaveLength(108);
});
test("a given seed means what it always did", () => {
  manualSeed(5);
  const want = fillNormal(new Float32Array(12), 7, 0, 0, Math.sqrt(2 / 3));
  expect(weightsOf(new Linear(3, 4, new Initializer(7)))).toEqual(want);
  expect(keyOf(new Rng(7, 3).at(2))).toEqual([7, 0, 2, 0, 3]);
});
test("noise and dropout without a seed draw different numbers, and none of those of a seed", () => {
  manualSeed(0);
  const keys = [new Rng(), new Rng(), new Rng(0)].map(keyOf);
  expect(new Set(keys.map(String)).size).toBe(3);
  manualSeed(0);
  expect(keyOf(new Rng())).toEqual(keys[0]);
  expect(new Dropout(0.5)).toBeInstanceOf(Dropout);
});
test("refuses a seed that is none", () => {
  expect(() => manualSeed(-1)).toThrow(/the seed must be an integer from 0 to 2\^53 - 1, got -1$/);
});
