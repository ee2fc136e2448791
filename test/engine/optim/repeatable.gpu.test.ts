/** Same seed, same bytes; exact resumption; averages of weights. */
import { describe, expect, test } from "vitest";
import { Adam, EMA, type Tensor } from "../../../engine/index.ts";
import { type HostTensor, hostTensor } from "../../../engine/io/host-tensor.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { SmallNet, train } from "./small-net.ts";

const numbers = async (xs: Iterable<Tensor>): Promise<Float32Array[]> =>
  Promise.all([...xs].map(async (x) => (await x.data()) as Float32Array));

/** The bits, so that 0 and -0 or two NaNs are told apart. */
const bits = (dict: ReadonlyMap<string, HostTensor>) =>
  [...dict].map(([name, { data }]) => [name, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);

async function run(seed: number, steps: number): Promise<unknown> {
  const net = new SmallNet(seed);
  const adam = new Adam(net.parameters(), { lr: 1e-2, betas: [0.5, 0.999] });
  train(net, adam, 0, steps);
  return [bits(await net.stateDict()), bits(await adam.stateDict())];
}

describe("50 training steps with convolutions, batch norm, dropout and clipping", () => {
  test("give the same bytes from the same seed, others from another", async () => {
    const first = await run(1, 50);
    expect(await run(1, 50)).toEqual(first);
    expect(await run(2, 50)).not.toEqual(first);
  });
});

describe("a checkpoint", () => {
  test("of network, optimiser and average goes on byte for byte", async () => {
    const make = (seed: number) => {
      const net = new SmallNet(seed, 1);
      const adam = new Adam(net.parameters(), { lr: 1e-2 });
      return { net, adam, ema: new EMA(adam, 0.9) };
    };
    const dump = async ({ net, adam, ema }: ReturnType<typeof make>) => ({
      model: await net.stateDict(),
      optimizer: new Map([...(await adam.stateDict()), ...(await ema.stateDict())]),
    });
    const whole = make(1);
    train(whole.net, whole.adam, 0, 8, () => whole.ema.update());

    const before = make(1);
    train(before.net, before.adam, 0, 3, () => before.ema.update());
    const file = encodeCheckpoint({ step: 3, seed: 1, rng: {}, options: {}, ...(await dump(before)) });
    const { model, optimizer } = decodeCheckpoint(file, "file");
    const after = make(2);
    const [averages, state] = [true, false].map(
      (ofAverage) => new Map([...optimizer].filter(([name]) => name.startsWith("ema.") === ofAverage)),
    ) as [Map<string, HostTensor>, Map<string, HostTensor>];
    after.net.loadStateDict(model, "file");
    after.adam.loadStateDict(state, "file");
    after.ema.loadStateDict(averages, "file");
    train(after.net, after.adam, 3, 8, () => after.ema.update());
    const [got, want] = [await dump(after), await dump(whole)];
    expect([bits(got.model), bits(got.optimizer)]).toEqual([bits(want.model), bits(want.optimizer)]);
  });
});

describe("the average of weights", () => {
  test("follows its formula for every parameter", async () => {
    const net = new SmallNet(3);
    const adam = new Adam(net.parameters(), { lr: 1e-2 });
    const ema = new EMA(adam, 0.75);
    let want = (await numbers(adam.parameters)).map((x) => Float64Array.from(x));
    for (let t = 0; t < 4; t++) {
      train(net, adam, t, t + 1);
      ema.update();
      const weights = await numbers(adam.parameters);
      want = want.map((average, k) =>
        average.map((value, i) => 0.75 * value + 0.25 * (weights[k]?.[i] as number)),
      );
    }
    const got = await numbers(ema.average);
    got.forEach((average, k) => {
      average.forEach((value, i) => {
        expect(Math.abs(value - (want[k]?.[i] as number))).toBeLessThan(1e-6);
      });
    });
  });

  test("goes into another network together with the newest running statistics", async () => {
    const net = new SmallNet(4);
    const adam = new Adam(net.parameters(), { lr: 1e-2 });
    const ema = new EMA(adam, 0.75);
    train(net, adam, 0, 3, () => ema.update());
    const sampler = new SmallNet(5).eval();
    ema.copyTo(sampler, net);
    const [got, trained] = [await sampler.stateDict(), await net.stateDict()];
    const averages = await ema.stateDict();
    for (const [name, { data }] of got) {
      const isStatistic = name.includes("running");
      expect(data, name).toEqual((isStatistic ? trained.get(name) : averages.get(`ema.${name}`))?.data);
      if (!isStatistic) expect(data, name).not.toEqual(trained.get(name)?.data);
    }
  });

  test("refuses a beta of 1, networks that differ, and what is no average", () => {
    const net = new SmallNet(6);
    const adam = new Adam(net.parameters());
    expect(() => new EMA(adam, 1)).toThrow("EMA: beta must be a number from 0 to below 1, got 1");
    const ema = new EMA(adam);
    expect(() => ema.copyTo(net, net.bn)).toThrow(
      "EMA: the trained network has no conv1.weight, which the target has",
    );
    expect(() =>
      ema.loadStateDict(new Map([["ema.bn.weight", hostTensor(new Float32Array(6), [6])]]), "file"),
    ).toThrow(
      "file does not hold the averages of these weights: 6 tensors missing (first ema.conv1.weight [6, 3, 3, 3])",
    );
    ema.beta = -1;
    expect(() => ema.update()).toThrow("EMA: beta must be a number from 0 to below 1, got -1");
  });
});
