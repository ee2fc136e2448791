/** Training loops as a newcomer writes them: nothing awaited, values read late, losses collected. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  Adam,
  BatchNorm,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  flush,
  grad,
  idle,
  Initializer,
  init,
  type Layer,
  Linear,
  Module,
  mse,
  Parameter,
  PReLU,
  Rng,
  SpectralNorm,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";

beforeAll(async () => {
  await init();
});

/** Every layer that has state beside its weights. */
const STATEFUL: Readonly<Record<string, () => Layer>> = {
  BatchNorm: () => new BatchNorm(2),
  "SpectralNorm of a convolution": () =>
    new SpectralNorm(new Conv2d(2, 2, 3, new Initializer(2), { padding: 1 }), new Initializer(3)),
  "SpectralNorm of a transposed one": () =>
    new SpectralNorm(new ConvTranspose2d(2, 2, 3, new Initializer(2), { padding: 1 }), new Initializer(3)),
  "SpectralNorm of a product": () =>
    new SpectralNorm(new Linear(2, 2, new Initializer(2)), new Initializer(3)),
  Dropout: () => new Dropout(0.5, new Rng(4)),
  PReLU: () => new PReLU(2),
};

class Net extends Module {
  readonly first = new Conv2d(1, 2, 1, new Initializer(1));
  readonly layer: Layer;

  constructor(layer: Layer) {
    super();
    this.layer = layer;
  }

  forward(x: Tensor): Tensor {
    return this.layer.forward(this.first.forward(x)); // [n, 3, 3, 2]
  }
}

const picture = (seed: number) =>
  tensor(
    Float32Array.from({ length: 18 }, (_, k) => Math.sin(seed + k)),
    [2, 3, 3, 1],
  );

describe.each(Object.entries(STATEFUL))("%s", (_, make) => {
  /** All weights and state after some steps, two batches each as a discriminator sees them. */
  async function trained(after: () => unknown): Promise<readonly number[][]> {
    const net = new Net(make());
    const adam = new Adam(net.parameters(), { lr: 0.05 });
    for (let step = 0; step < 4; step++) {
      const [real, fake] = [net.forward(picture(step)), net.forward(picture(step + 9))];
      adam.step(grad(mse(real, 1).add(mse(fake, 0)), adam.parameters));
      await after();
    }
    return Promise.all([...net.weights().values()].map(async (w) => [...(await w.data())]));
  }

  test("is right in a loop that awaits nothing, flushes or waits", async () => {
    const want = await trained(idle);
    expect(want.flat().every(Number.isFinite)).toBe(true);
    expect(await trained(() => {})).toEqual(want);
    expect(await trained(flush)).toEqual(want);
  });
});

describe("two players that take turns without a flush", () => {
  async function played(after: () => unknown): Promise<readonly number[][]> {
    const [g, d] = [
      new Net(new BatchNorm(2)),
      new Net((STATEFUL["SpectralNorm of a product"] as () => Net)()),
    ];
    const [forG, forD] = [new Adam(g.parameters()), new Adam(d.parameters())];
    const judge = (x: Tensor) => d.forward(x.slice([], [2, 3, 3, 1])).mean();
    for (let step = 0; step < 3; step++) {
      const real = judge(picture(step));
      forD.step(grad(judge(g.forward(picture(step + 5)).detach()).sub(real), forD.parameters));
      await after();
      forG.step(grad(judge(g.forward(picture(step + 7))).neg(), forG.parameters));
      await after();
    }
    return Promise.all(
      [...g.weights().values(), ...d.weights().values()].map(async (w) => [...(await w.data())]),
    );
  }

  test("play the same game", async () => {
    expect(await played(() => {})).toEqual(await played(idle));
  });
});

describe("losses in a list", () => {
  const made = () => {
    const p = new Parameter("p", [3], [1, 2, 3]);
    const sgd = new Adam([p], { lr: 1 });
    const batch = () => tensor([1, 1, 1]).mul(p).square().sum();
    return { p, sgd, batch };
  };

  test("keep no batch once the update has run, read or not, detached or not", async () => {
    const { p, sgd, batch } = made();
    const losses: Tensor[] = [];
    for (let step = 0; step < 3; step++) {
      const loss = batch();
      if (step === 1) await loss.item();
      sgd.step(grad(loss, [p]));
      losses.push(loss, loss.detach());
    }
    await idle();
    for (const { node } of losses.filter((_, k) => k % 2 === 0)) expect(node.inputs).toEqual([]);
    const numbers = await Promise.all(losses.map((x) => x.item()));
    expect(numbers[0]).toBe(14);
    expect(numbers[1]).toBe(14);
    expect(numbers[2]).toBeCloseTo(0 + 1 + 4, 4);
  });
  test("can be differentiated as long as nothing has changed", async () => {
    const { p, batch } = made();
    const loss = batch();
    expect(await loss.item()).toBe(14);
    expect(await (grad(loss, [p])[0] as Tensor).data()).toEqual(Float32Array.of(2, 4, 6));
    expect(await (grad(loss, [p])[0] as Tensor).data()).toEqual(Float32Array.of(2, 4, 6));
  });
  test("and say so when it has", async () => {
    const { p, sgd, batch } = made();
    const loss = batch();
    sgd.step(grad(loss, [p]));
    await idle();
    const next = batch().add(loss);
    expect(() => grad(next, [p])).toThrow(
      /^grad: tensor \[\] \(reshape\) was computed before p was updated and cannot be differentiated any more; use detach\(\)/,
    );
    expect(await (grad(batch().add(loss.detach()), [p])[0] as Tensor).data()).toHaveLength(3);
  });
});

test("a value that was not watched is named, with what to write", async () => {
  const p = new Parameter("p", [3], [1, 2, 3]);
  const adam = new Adam([p]);
  const step = () => {
    const answers = tensor([1, 1, 1]).mul(p).sigmoid();
    const [mean, watched] = [answers.mean(), answers.mean().watch()];
    adam.step(grad(sum(answers), [p]));
    return { answers, mean, watched };
  };
  const first = step();
  await idle();
  await expect(first.mean.item()).rejects.toThrow(
    /^tensor \[\] \(mul\): the value was asked for after p had been updated, from which it is computed; call watch\(\) or keep\(\) on it before the update$/,
  );
  expect(await first.watched.item()).toBeCloseTo((0.7311 + 0.8808 + 0.9526) / 3, 3);
});
