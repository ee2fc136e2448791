/** A training of several networks and optimisers that is saved, loaded into others, and goes on as if it had not been. */
import { expect, test } from "vitest";
import { LearningRate, loadTrainingState, trainingState } from "../../../engine/extra/index.ts";
import {
  Adam,
  BatchNorm,
  bceWithLogits,
  EMA,
  Linear,
  leakyRelu,
  manualSeed,
  RMSprop,
  randn,
  relu,
  Rng,
  Sequential,
  SGD,
  SpectralNorm,
  stepDecay,
} from "../../../engine/index.ts";
import { readSafetensors, writeSafetensors } from "../../../engine/io/index.ts";

/** All that a small GAN is trained with; other seeds give other weights. */
function training(seed: number) {
  manualSeed(seed);
  const generator = new Sequential(new Linear(2, 5), new BatchNorm(5), relu, new Linear(5, 3));
  const d = new Sequential(new SpectralNorm(new Linear(3, 4)), (x) => leakyRelu(x, 0.2));
  const head = new Linear(4, 1);
  const adam = new Adam(generator.parameters(), { lr: 1e-2, amsgrad: true });
  const rmsprop = new RMSprop(d.parameters(), { lr: 1e-2, centered: true });
  const sgd = new SGD(head.parameters(), { lr: 0.1, momentum: 0.9 });
  const ema = new EMA(adam, 0.9);
  const rate = new LearningRate(adam, stepDecay(1e-2, 0.5, 2));
  const parts = { generator, d, head, adam, rmsprop, sgd, ema, rate };
  const judge = (x: Parameters<typeof d.forward>[0]) => head.forward(d.forward(x));
  const update = (step: number) => {
    const rng = new Rng(7).at(step);
    const [z, real] = [randn([6, 2], rng), randn([6, 3], rng)];
    const fake = generator.forward(z);
    const loss = bceWithLogits(judge(real), 1).add(bceWithLogits(judge(fake.detach()), 0));
    rmsprop.minimize(loss);
    sgd.lr = 0.1 / (step + 1);
    sgd.minimize(bceWithLogits(judge(real), 1));
    adam.minimize(bceWithLogits(judge(generator.forward(z)), 1));
    ema.update();
    rate.step();
  };
  return { parts, update };
}

const bytesOf = async (parts: ReturnType<typeof training>["parts"]) =>
  writeSafetensors(await trainingState(parts));

test("what goes on from a file has the bytes of what was never broken", async () => {
  const [unbroken, begun, resumed] = [training(1), training(1), training(2)];
  for (let step = 0; step < 5; step++) unbroken.update(step);
  for (let step = 0; step < 3; step++) begun.update(step);
  const file = await bytesOf(begun.parts);
  expect(await bytesOf(resumed.parts)).not.toEqual(file);
  loadTrainingState(resumed.parts, readSafetensors(file).tensors, "training.safetensors");
  expect(resumed.parts.rate.steps).toBe(3);
  expect([resumed.parts.adam.lr, resumed.parts.sgd.lr]).toEqual([5e-3, 0.1 / 3]);
  expect(await bytesOf(resumed.parts)).toEqual(file);
  for (let step = 3; step < 5; step++) resumed.update(step);
  expect(await bytesOf(resumed.parts)).toEqual(await bytesOf(unbroken.parts));
});

test("a state is of the moment of the call", async () => {
  const { parts, update } = training(1);
  update(0);
  const before = await bytesOf(parts);
  const asked = bytesOf(parts);
  update(1);
  expect(await asked).toEqual(before);
  expect(await bytesOf(parts)).not.toEqual(before);
});

test("what does not fit is named", async () => {
  const { parts } = training(1);
  const state = await trainingState(parts);
  const without = (name: string) => new Map([...state].filter(([key]) => key !== name));
  const load = (given: typeof state) => () => loadTrainingState(parts, given, "a.safetensors");
  expect(load(without("generator.0.weight"))).toThrow(/a\.safetensors.*0\.weight/);
  expect(load(without("adam.lr"))).toThrow("a.safetensors: adam.lr is to be a single number");
  expect(load(without("adam.step"))).toThrow("a.safetensors: the optimiser's step is missing");
  const weight = state.get("head.bias");
  if (!weight) throw new Error("the head has no bias");
  expect(load(new Map([...state, ["critic.bias", weight]]))).toThrow(
    "critic.bias is of none of generator, d,",
  );
});
