/** Small layers: names and shapes of their weights, and what they compute in training and in evaluation. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  Dropout,
  Embedding,
  grad,
  init,
  Initializer,
  Maxout,
  ones,
  Rng,
  sum,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";

beforeAll(async () => {
  await init();
});

const read = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe("Embedding", () => {
  test("looks up rows, and learns those that were looked up", async () => {
    const layer = new Embedding(3, 2, new Initializer(1));
    expect([...layer.fileShapes()]).toEqual([["weight", [3, 2]]]);
    layer.loadStateDict(new Map([["weight", hostTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2])]]), "test");
    const y = layer.forward(tensor(Int32Array.of(2, 0, 2, 2), [2, 2]));
    expect(y.shape).toEqual([2, 2, 2]);
    expect(await read(y)).toEqual([5, 6, 1, 2, 5, 6, 5, 6]);
    const [slope] = grad(sum(y), [layer.weight]) as [Tensor];
    expect(await read(slope)).toEqual([1, 1, 0, 0, 3, 3]);
  });
  test("starts with normal numbers of the given spread", async () => {
    const values = await read(new Embedding(100, 50, new Initializer(3), { std: 0.02 }).weight);
    const spread = Math.sqrt(values.reduce((total, v) => total + v * v, 0) / values.length);
    expect(spread).toBeGreaterThan(0.019);
    expect(spread).toBeLessThan(0.021);
  });
});

describe("Maxout", () => {
  test("takes the largest of neighbouring columns", async () => {
    const layer = new Maxout(2, 2, 3, new Initializer(1), { weightInit: { bound: 0.005 } });
    expect([...layer.fileShapes()]).toEqual([
      ["weight", [6, 2]],
      ["bias", [6]],
    ]);
    for (const w of await read(layer.weight)) expect(Math.abs(w)).toBeLessThanOrEqual(0.005);
    const weight = Float32Array.of(1, 0, 0, 1, -1, -1, 2, 0, 0, 2, 1, 1);
    const bias = Float32Array.of(0, 0, 0.5, 0, 0, 9);
    layer.loadStateDict(
      new Map([
        ["weight", hostTensor(weight, [6, 2])],
        ["bias", hostTensor(bias, [6])],
      ]),
      "test",
    );
    const y = layer.forward(
      tensor([
        [1, 2],
        [-3, -4],
      ]),
    );
    // max(1, 2, -3 + 0.5), max(2, 4, 3 + 9); max(-3, -4, 7 + 0.5), max(-6, -8, -7 + 9)
    expect(await read(y)).toEqual([2, 12, 7.5, 2]);
    const [slope] = grad(sum(y), [layer.weight]) as [Tensor];
    // [in, out] here: columns 1 and 5 won for the first row, 2 and 5 for the second.
    expect(await read(slope)).toEqual([0, 1, -3, 0, 0, 1 - 3, 0, 2, -4, 0, 0, 2 - 4]);
  });
});

describe("Dropout", () => {
  test("drops other elements at each call, and none in evaluation", async () => {
    const rng = new Rng(5);
    const [a, b] = [new Dropout(0.5, rng), new Dropout(0.5, rng)];
    const x = ones([64]);
    const draws = await Promise.all([a, b, a].map((layer) => read(layer.forward(x))));
    expect(new Set(draws.map(String)).size).toBe(3);
    for (const draw of draws) expect(new Set(draw)).toEqual(new Set([0, 2]));
    rng.at(0);
    expect(await read(a.forward(x))).toEqual(draws[0]);
    expect(a.eval().forward(x)).toBe(x);
    expect(a.weights().size).toBe(0);
  });
});
