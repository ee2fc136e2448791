/** Gradient checkpointing: the numbers of training without it, random ops and running statistics included. */
import { afterAll, describe, expect, test } from "vitest";
import { runtime } from "../../engine/graph/runtime.ts";
import {
  Adam,
  BatchNorm,
  checkpoint,
  Conv2d,
  Dropout,
  flush,
  grad,
  idle,
  init,
  Initializer,
  leakyRelu,
  Linear,
  Module,
  mse,
  Rng,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "../../engine/index.ts";

await init();
// The forms that compile fastest: what is looked at is the graph.
runtime.useForm("naive");
afterAll(() => runtime.useForm(undefined));

const wave = (shape: readonly number[], phase: number): Tensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, k) => Math.sin(0.7 * k + phase)),
    shape,
  );
};

/** Blocks with all that could go wrong when it is done twice. */
class Blocks extends Module {
  readonly convs: readonly Conv2d[];
  readonly norms: readonly BatchNorm[];
  private readonly drop = new Dropout(0.3, new Rng(5));
  private readonly recompute: boolean;

  constructor(recompute: boolean) {
    super();
    const init = new Initializer(3);
    this.recompute = recompute;
    this.convs = [0, 1, 2].map(() => new Conv2d(4, 4, 3, init, { padding: 1 }));
    this.norms = [0, 1, 2].map(() => new BatchNorm(4));
  }

  forward(x: Tensor): Tensor {
    return this.convs.reduce((h, conv, k) => {
      const block = () =>
        h.add(this.drop.forward(leakyRelu((this.norms[k] as BatchNorm).forward(conv.forward(h)), 0.2)));
      return this.recompute ? checkpoint(block) : block();
    }, x);
  }
}

const [x, y] = [wave([2, 5, 6, 4], 0), wave([2, 5, 6, 4], 1)];

/** Losses, and every number of the network, after a few updates. */
async function trained(recompute: boolean): Promise<number[][]> {
  const net = new Blocks(recompute);
  const adam = new Adam(net.parameters(), { lr: 0.01 });
  const losses: Tensor[] = [];
  for (let k = 0; k < 4; k++) {
    const loss = mse(net.forward(x), y);
    adam.step(grad(loss, adam.parameters));
    flush();
    losses.push(loss);
  }
  await idle();
  const numbers = [...losses, ...net.weights().values()].map(async (t) => [...(await t.data())]);
  return Promise.all(numbers);
}

/** The largest difference, over the largest value. */
function worst(got: readonly number[], want: readonly number[]): number {
  const scale = want.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
  return got.reduce((most, v, k) => Math.max(most, Math.abs(v - (want[k] as number)) / scale), 0);
}

describe("checkpoint", () => {
  test("updates, dropout and running statistics are those without it", async () => {
    const [got, want] = [await trained(true), await trained(false)];
    expect(got.length).toBe(want.length);
    got.forEach((numbers, k) => {
      expect(worst(numbers, want[k] as number[])).toBeLessThan(1e-6);
    });
  });

  test("gradients of gradients are those without it", async () => {
    const layers = [0, 1].map((k) => new Linear(5, 5, new Initializer(k)));
    const [a, v] = [wave([3, 5], 2), wave([3, 5], 3)];
    const weights = layers.map(({ weight }) => weight);
    const second = (wrap: <T>(work: () => T) => T): Tensor[] => {
      const h = layers.reduce((at, layer) => wrap(() => tanh(layer.forward(at)).mul(at)), a);
      const [slope] = grad(sum(h.square()), [a]) as [Tensor];
      return [slope, ...grad(sum(slope.mul(v).square()), [a, ...weights])];
    };
    const [got, want] = [second(checkpoint), second((work) => work())];
    for (const [k, t] of got.entries()) {
      const [numbers, expected] = [[...(await t.data())], [...(await (want[k] as Tensor).data())]];
      expect(
        worst(
          expected,
          expected.map(() => 0),
        ),
      ).toBeGreaterThan(0);
      expect(worst(numbers, expected)).toBeLessThan(1e-6);
    }
  });

  test("a penalty on gradients can be a part of the work", async () => {
    const layer = new Linear(5, 1, new Initializer(1));
    const a = wave([3, 5], 2);
    const penalty = () => {
      const [slope] = grad(sum(tanh(layer.forward(a))), [a]) as [Tensor];
      return sum(slope.square());
    };
    const [got] = grad(checkpoint(penalty), [layer.weight]) as [Tensor];
    const [want] = grad(penalty(), [layer.weight]) as [Tensor];
    const expected = [...(await want.data())];
    expect(expected.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expect(worst([...(await got.data())], expected)).toBeLessThan(1e-6);
  });

  test("several results, and a value kept inside, are as they were", async () => {
    let inner: Tensor | undefined;
    const [p, q] = checkpoint(() => {
      inner = x.mul(3).keep();
      return [inner.square(), tanh(inner)] as const;
    });
    const [g] = grad(sum(p.add(q)), [x]) as [Tensor];
    const values = await x.data();
    const want = [...values].map((v) => 18 * v + 3 * (1 - Math.tanh(3 * v) ** 2));
    expect(worst([...(await g.data())], want)).toBeLessThan(1e-5);
    expect(
      worst(
        [...(await (inner as Tensor).data())],
        [...values].map((v) => 3 * v),
      ),
    ).toBeLessThan(1e-6);
    inner?.dispose();
  });
});
