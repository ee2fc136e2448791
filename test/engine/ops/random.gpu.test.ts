/** Random tensors: the same numbers as on the CPU, again and again, by one program. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  dropout,
  grad,
  init,
  ones,
  Rng,
  rand,
  randn,
  sum,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { normalPair, randomBits } from "../../../engine/random.ts";

beforeAll(async () => {
  await init();
});

const SEED = 2 ** 40 + 12345;
const read = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

/** The words that a tensor of n elements is made of. */
const words = (n: number, step: number, call: number, purpose: number): number[] =>
  Array.from({ length: Math.ceil(n / 4) }, (_, block) => randomBits(SEED, block, step, call, purpose))
    .flat()
    .slice(0, n);

describe("rand", () => {
  test.each([[[]], [[1]], [[7]], [[3, 4, 5]], [[17, 31]]])(
    "of shape %j holds Philox's words",
    async (shape) => {
      const rng = new Rng(SEED, 9).at(3);
      rand([2], rng);
      const x = rand(shape, rng);
      expect(await read(x)).toEqual(words(x.size, 3, 1, 9).map((word) => (word >>> 8) / 2 ** 24));
    },
  );
  test("between two limits", async () => {
    const x = await read(rand([1000], new Rng(1), -3, -1));
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-3);
    expect(Math.min(...x)).toBeLessThan(-2.97);
    expect(Math.max(...x)).toBeLessThan(-1);
    expect(Math.max(...x)).toBeGreaterThan(-1.03);
  });
  test("of nothing", async () => {
    expect(await read(rand([3, 0], new Rng(1)))).toEqual([]);
  });
});

describe("randn", () => {
  test("equals Box and Muller's numbers", async () => {
    const got = await read(randn([1003], new Rng(SEED)));
    const from = words(1004, 0, 0, 0);
    const want = from.flatMap((word, k) => (k % 2 === 0 ? normalPair(word, from[k + 1] as number) : []));
    got.forEach((g, k) => {
      // The angle has 24 bits here and 32 there; WGSL's cosine may be off by 2^-11.
      expect(Math.abs(g - (want[k] as number))).toBeLessThanOrEqual(2e-3);
    });
  });
  test("has the moments of its distribution", async () => {
    const n = 1 << 16;
    const x = await read(randn([n], new Rng(7), 2, 3));
    const moment = (p: number) => x.reduce((total, v) => total + ((v - 2) / 3) ** p, 0) / n;
    // Five standard errors of each moment: √(Var z^p / n).
    [1, 2, 3, 4].forEach((p, k) => {
      const [expected, variance] = [
        [0, 1],
        [1, 2],
        [0, 15],
        [3, 96],
      ][k] as [number, number];
      expect(Math.abs(moment(p) - expected)).toBeLessThanOrEqual(5 * Math.sqrt(variance / n));
    });
  });
});

describe("an Rng", () => {
  test("gives other numbers at each call, step, seed and purpose, and the same at the same ones", async () => {
    const first = async (rng: Rng) => (await read(rand([1], rng)))[0] as number;
    const rng = new Rng(1);
    const values = [
      await first(rng),
      await first(rng),
      await first(rng.at(1)),
      await first(rng),
      await first(new Rng(2)),
      await first(new Rng(1, 1)),
    ];
    expect(new Set(values).size).toBe(values.length);
    expect(await first(rng.at(0))).toBe(values[0]);
    expect(await first(rng)).toBe(values[1]);
    expect(await first(new Rng(1).at(1))).toBe(values[2]);
  });
  test("refuses other numbers", () => {
    expect(() => new Rng(-1)).toThrow(/the seed must be an integer from 0 to 2\^53 - 1, got -1$/);
    expect(() => new Rng(1, 0.5)).toThrow(
      /^Rng: the purpose must be an integer from 0 to 2\^32 - 1, got 0\.5$/,
    );
    expect(() => new Rng(1).at(2 ** 32)).toThrow(/^Rng: the step must be an integer .* got 4294967296$/);
  });
});

test("a random tensor computed again has the same numbers", async () => {
  const z = randn([33], new Rng(4));
  const total = await read(sum(z));
  const seen = await read(z);
  expect(await read(sum(z))).toEqual(total);
  expect(Math.fround(seen.reduce((a, b) => a + b, 0))).toBeCloseTo(total[0] as number, 4);
});

test("steps that differ only in their random numbers share a program", async () => {
  const rng = new Rng(5);
  const step = async (k: number) => {
    rng.at(k);
    const x = randn([8, 5], rng);
    return (await sum(dropout(x.square(), 0.25, rng)).item()) as number;
  };
  const losses = [await step(0)];
  const programs = runtime.programCount;
  for (let k = 1; k < 5; k++) losses.push(await step(k));
  expect(runtime.programCount).toBe(programs);
  expect(new Set(losses).size).toBe(5);
  expect(await step(2)).toBe(losses[2]);
});

describe("dropout", () => {
  test("drops with probability p and keeps the mean", async () => {
    const n = 1 << 14;
    const y = await read(dropout(ones([n]), 0.3, new Rng(8)));
    const kept = y.filter((v) => v !== 0);
    for (const v of new Set(kept)) expect(v).toBeCloseTo(1 / 0.7, 6);
    // Five standard deviations of a binomial count.
    expect(Math.abs(kept.length - 0.7 * n)).toBeLessThanOrEqual(5 * Math.sqrt(0.21 * n));
  });
  test("the gradient has the holes of the result, and so has its gradient", async () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7]);
    const y = dropout(x, 0.5, new Rng(2));
    const [slope] = grad(sum(y), [x]) as [Tensor];
    const [bend] = grad(sum(y.square().mul(0.5)), [x]) as [Tensor];
    const [second] = grad(sum(bend), [x]) as [Tensor];
    const [values, slopes, seconds] = [await read(y), await read(slope), await read(second)];
    const mask = (await read(rand([7], new Rng(2)))).map((u) => (u < 0.5 ? 2 : 0));
    expect(new Set(mask)).toEqual(new Set([0, 2]));
    expect(slopes).toEqual(mask);
    expect(values).toEqual(mask.map((m, k) => m * (k + 1)));
    expect(seconds).toEqual(mask.map((m) => m * m));
  });
  test("of everything and of nothing", async () => {
    const x = tensor([1, Number.NaN, 3]);
    expect(await read(dropout(x, 1, new Rng(1)))).toEqual([0, 0, 0]);
    expect(dropout(x, 0, new Rng(1))).toBe(x);
  });
  test("refuses what is no probability", () => {
    expect(() => dropout(ones([1]), 1.5, new Rng(1))).toThrow(/^dropout: p must be a probability, got 1\.5$/);
    expect(() => dropout(ones([1]), Number.NaN, new Rng(1))).toThrow(/got NaN$/);
  });
});
