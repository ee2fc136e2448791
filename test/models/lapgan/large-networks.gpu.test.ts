import { describe, expect, test } from "vitest";
import { Rng, SpatialDropout, tensor } from "../../../engine/index.ts";
import { featureL2Pool, LargeDiscriminator, LargeGenerator } from "../../../models/lapgan/large-networks.ts";
import { numbers } from "./given.ts";

const random = (shape: readonly number[], stream = 0) => tensor(numbers(shape, stream), shape);

test("L2 pooling takes the length of pairs of neighbouring channels", async () => {
  const x = tensor(Float32Array.of(3, 4, 0, 0, -5, 12, 1, 0), [1, 1, 2, 4]);
  expect([...((await featureL2Pool(x).data()) as Float32Array)]).toEqual([5, 0, 13, 1]);
});

describe("spatial dropout", () => {
  const shape = [4, 3, 5, 6];
  const ones = tensor(new Float32Array(4 * 15 * 6).fill(1), shape);

  test("drops whole maps, about half of them, and doubles the others", async () => {
    const out = (await new SpatialDropout(0.5, new Rng(2)).forward(ones).data()) as Float32Array;
    const maps = Array.from({ length: 24 }, (_, k) => {
      const [n, c] = [Math.floor(k / 6), k % 6];
      return new Set(Array.from({ length: 15 }, (__, p) => out[(n * 15 + p) * 6 + c]));
    });
    for (const values of maps) expect([[0], [2]]).toContainEqual([...values]);
    const kept = maps.filter((values) => values.has(2)).length;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(19);
  });

  test("does nothing in evaluation", () => {
    const layer = new SpatialDropout(0.5, new Rng(2)).eval();
    expect(layer.forward(ones)).toBe(ones);
  });
});

test("both large networks run at 16 pixels, told a class or not, and have no names that PyTorch's would not have", async () => {
  const [z, l, h] = [random([1, 16, 16, 1]), random([1, 16, 16, 3], 1), random([1, 16, 16, 3], 2)];
  const G = new LargeGenerator({ size: 16 }).eval();
  expect([...G.weights().keys()].filter((name) => name.startsWith("norms.0"))).toEqual([
    "norms.0.running_mean",
    "norms.0.running_var",
  ]);
  const band = G.forward(z, l);
  expect(band.shape).toEqual([1, 16, 16, 3]);
  expect(((await band.data()) as Float32Array).every(Number.isFinite)).toBe(true);

  const y = tensor(Float32Array.of(0, 1), [1, 2]);
  const D = new LargeDiscriminator({ size: 16, classes: 2 });
  const logits = D.forward(h, l, y);
  expect(logits.shape).toEqual([1]);
  expect(Number.isFinite(await logits.item())).toBe(true);
});
