/** Normalising layers: their weights are used, and their names and shapes are those of PyTorch's files. */
import { expect, test } from "vitest";
import * as g from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";

const x = g.tensor(
  Float32Array.from({ length: 2 * 3 * 2 * 4 }, (_, i) => Math.sin(7 * i) + i / 9),
  [2, 3, 2, 4],
);
x.keep();

const LAYERS = [
  { name: "LayerNorm", make: () => new g.LayerNorm([2, 4]), shape: [2, 4], op: g.layerNorm },
  { name: "LayerNorm of the last axis", make: () => new g.LayerNorm(4), shape: [4], op: g.layerNorm },
  {
    name: "InstanceNorm",
    make: () => new g.InstanceNorm(4, { affine: true }),
    shape: [4],
    op: g.instanceNorm,
  },
  {
    name: "GroupNorm",
    make: () => new g.GroupNorm(2, 4),
    shape: [4],
    op: (image: g.Tensor, gamma: g.Tensor, beta: g.Tensor) => g.groupNorm(image, 2, gamma, beta),
  },
];

test.each(LAYERS)("$name scales and shifts by what a file holds", async ({ make, shape, op }) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const weight = Float32Array.from({ length: size }, (_, i) => 1 + i / 3);
  const bias = Float32Array.from({ length: size }, (_, i) => 5 - i);
  const layer = make();
  expect(Object.fromEntries(layer.fileShapes())).toEqual({ weight: shape, bias: shape });
  const plain = await layer.forward(x).data();
  expect(plain).toEqual(await op(x, g.ones(shape), g.zeros(shape)).data());
  layer.loadStateDict(
    new Map([
      ["weight", hostTensor(weight, shape)],
      ["bias", hostTensor(bias, shape)],
    ]),
    "the file",
  );
  const y = await layer.forward(x).data();
  y.forEach((value, i) => {
    const j = i % size;
    expect(value).toBeCloseTo((plain[i] as number) * (weight[j] as number) + (bias[j] as number), 4);
  });
  expect(layer.eval().parameterCount).toBe(2 * size);
});

test("InstanceNorm has no weights unless asked for", async () => {
  const layer = new g.InstanceNorm(4, { eps: 1e-3 });
  expect(layer.weights().size).toBe(0);
  const want = g.instanceNorm(x, g.ones([4]), g.zeros([4]), { eps: 1e-3 });
  expect(await layer.forward(x).data()).toEqual(await want.data());
});

test("GroupNorm refuses channels that it cannot cut", () => {
  expect(() => new g.GroupNorm(3, 4)).toThrow("GroupNorm: 4 channels cannot be cut into 3 groups");
});
