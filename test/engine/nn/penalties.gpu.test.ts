/**
 * WGAN-GP and R1 through a discriminator of layers, convolution and batch norm among them, against PyTorch: the penalty and
 * its gradient for every parameter, which are second derivatives.
 */
import { describe, expect, test } from "vitest";
import {
  add,
  BatchNorm,
  Conv2d,
  ganLoss,
  grad,
  gradientPenalty,
  leakyRelu,
  Linear,
  Module,
  mul,
  r1Penalty,
  sum,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { Initializer } from "../../../engine/nn/init.ts";
import { fileShape, toFile } from "../../../engine/nn/layout.ts";
import { type FixtureCase, openFixtures } from "../../fixtures/cases.ts";
import { compareCase } from "../../fixtures/compare.ts";
import index from "../../fixtures/data/penalties.json";
import tensors from "../../fixtures/data/penalties.safetensors";
import type { Numbers } from "../../reference/array.ts";

const fixtures = openFixtures("test/fixtures/data", JSON.stringify(index), () => tensors);

/** A critic of 8×8 images with PyTorch's names: [n, 8, 8, 3] -> [n, 1]. */
class Critic extends Module {
  readonly c1 = new Conv2d(3, 5, 3, new Initializer(1), { stride: 2, padding: 1 });
  readonly c2 = new Conv2d(5, 10, 3, new Initializer(2), { stride: 2, padding: 1, bias: false });
  readonly bn = new BatchNorm(10);
  readonly fc = new Linear(40, 1, new Initializer(3));

  forward(x: Tensor): Tensor {
    const first = leakyRelu(this.c1.forward(x), 0.2); // [n, 4, 4, 5]
    const second = leakyRelu(this.bn.forward(this.c2.forward(first)), 0.2); // [n, 2, 2, 10]
    const flat = second.permute([0, 3, 1, 2]).reshape([-1, 40]); // PyTorch flattens [c, h, w]
    return this.fc.forward(flat);
  }
}

/** The critic with the parameters of a case, fresh running statistics. */
function criticOf(fixture: FixtureCase): Critic {
  const critic = new Critic();
  const dict = [...critic.weights()].map(([name, weight]) => {
    const filled = new Float32Array(weight.size).fill(name.endsWith("var") ? 1 : 0);
    if (name.includes("running")) return [name, hostTensor(filled, weight.shape)] as const;
    const { shape, data } = fixtures.tensor(fixture, name);
    return [name, hostTensor(Float32Array.from(data), shape)] as const;
  });
  critic.loadStateDict(new Map(dict), fixture.id);
  return critic;
}

const input = (fixture: FixtureCase, name: string): Tensor => {
  const { shape, data } = fixtures.tensor(fixture, name);
  return tensor(Float32Array.from(data), shape);
};
const images = (fixture: FixtureCase, name: string): Tensor => input(fixture, name).permute([0, 2, 3, 1]);

/** The loss of a case from layers. */
function lossOf(fixture: FixtureCase, critic: Critic): Tensor {
  const discriminator = (x: Tensor): Tensor => critic.forward(x);
  const real = images(fixture, "real");
  if (fixture.id.startsWith("r1")) return r1Penalty(discriminator, real, { gamma: 10 });
  const fake = images(fixture, "fake");
  const penalty = gradientPenalty(discriminator, real, fake, input(fixture, "alpha").reshape([-1]));
  if (fixture.id.startsWith("gradient_penalty")) return penalty;
  return add(ganLoss("wasserstein").discriminator(discriminator(real), discriminator(fake)), penalty);
}

describe("through convolution and batch norm equal PyTorch's, for every parameter", () => {
  test.each(fixtures.cases.map((fixture) => [fixture.id, fixture] as const))("%s", async (_, fixture) => {
    const critic = criticOf(fixture);
    const parameters = critic.parameters();
    const loss = lossOf(fixture, critic);
    const output = fixture.id.startsWith("wgan") ? "loss" : "penalty";
    const [weight] = fixtures.tensor(fixture, `cot.${output}`).data as [number];
    const gradients = grad(mul(loss, weight), [...parameters.values()]);
    const results = new Map<string, Numbers>([[output, { shape: [], data: [await loss.item()] }]]);
    for (const [k, [name, { shape, layout }]] of [...parameters].entries()) {
      const data = toFile((await gradients[k]?.data()) as Float32Array, shape, layout);
      results.set(`grad.${name}`, { shape: fileShape(shape, layout), data });
    }
    const compared = compareCase(fixtures, fixture, results).filter(({ result }) => results.has(result));
    expect(compared.map(({ result }) => result).sort()).toEqual([...results.keys()].sort());
    expect(compared.filter(({ ratio }) => !(ratio <= 1))).toEqual([]);
    // A silent zero would agree where nothing is to be found; here every layer below the last has a gradient.
    for (const name of ["c1.weight", "c1.bias", "c2.weight", "bn.weight", "fc.weight"])
      expect(Math.max(...Array.from(results.get(`grad.${name}`)?.data ?? [], Math.abs))).toBeGreaterThan(
        1e-3,
      );
  });
});

describe("at a point where the gradient is zero", () => {
  const ones = tensor(new Float32Array(8).fill(1), [2, 4]);
  const scale = tensor(0);
  const flat = (x: Tensor): Tensor => sum(mul(mul(x, scale), 3), 1);
  test("the gradient penalty is finite, and so is its gradient", async () => {
    const penalty = gradientPenalty(flat, ones, ones, tensor([0.5, 0.5]), { weight: 2 });
    expect(await penalty.item()).toBeCloseTo(2, 6);
    const [slope] = grad(penalty, [scale]) as [Tensor];
    expect(Math.abs(await slope.item())).toBe(0);
  });
  test("R1 is zero", async () => {
    expect(await r1Penalty(flat, ones).item()).toBe(0);
  });
});

test("penalties of a linear function are known: its weights are the gradient", async () => {
  const w = tensor([3, 4]);
  const linear = (x: Tensor): Tensor => sum(mul(x, w), 1);
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const penalty = gradientPenalty(linear, x, mul(x, -1), tensor([0.1, 0.5, 0.9]));
  expect(await penalty.item()).toBeCloseTo(10 * (5 - 1) ** 2, 3);
  expect(await r1Penalty(linear, x).item()).toBeCloseTo(5 * 25, 3);
  // d/dw 5 ‖w‖² = 10 w.
  const [slope] = grad(r1Penalty(linear, x), [w]) as [Tensor];
  expect([...(await slope.data())].map((v) => Math.round(v * 1e3) / 1e3)).toEqual([30, 40]);
});
