/** Hooks, frozen layers, schedules and loaders in small training loops. */
import { expect, test } from "vitest";
import {
  DataLoader,
  LearningRate,
  networkText,
  onBackward,
  onForward,
  onGradient,
  requiresGrad,
} from "../../../engine/extra/index.ts";
import {
  BatchNorm,
  grad,
  Linear,
  manualSeed,
  mse,
  relu,
  Sequential,
  SGD,
  stats,
  stepDecay,
  tensor,
} from "../../../engine/index.ts";

const x = tensor([
  [1, 2],
  [3, 4],
]);

test("a hook sees a layer's output and may give another; taken off, it sees no more", async () => {
  manualSeed(1);
  const layer = new Linear(2, 3);
  const net = new Sequential(layer, relu);
  const before = await net.forward(x).data();
  const seen: (readonly number[])[] = [];
  const off = onForward(layer, (output, inputs, of) => {
    seen.push(output.shape);
    expect(inputs).toEqual([x]);
    expect(of).toBe(layer);
    return output.mul(0);
  });
  expect([...(await net.forward(x).data())]).toEqual([0, 0, 0, 0, 0, 0]);
  off();
  expect(await net.forward(x).data()).toEqual(before);
  expect(seen).toEqual([[2, 3]]);
  expect([...net.parameters().keys()]).toEqual(["0.weight", "0.bias"]);
});

test("a hook sees a gradient and may give another in its place", async () => {
  const w = tensor([1, 2]);
  let seen: unknown;
  const y = onGradient(w.mul(3), (gradient) => {
    seen = gradient.shape;
    return gradient.mul(10);
  });
  expect([...(await grad(y.square().sum(), [w])[0].data())]).toEqual([180, 360]); // 2 · 3w · 10 · 3
  expect(seen).toEqual([2]);
  const layer = new Linear(2, 1);
  const norms: number[] = [];
  onBackward(layer, (gradient) => void norms.push(gradient.size));
  await grad(layer.forward(x).sum(), [...layer.parameters().values()])[0]?.data();
  expect(norms).toEqual([2]);
});

test("hooks in a loop make no program anew", async () => {
  const layer = new Linear(2, 1);
  onBackward(layer, () => undefined);
  const sgd = new SGD(layer.parameters(), { lr: 1e-3 });
  const step = async () => {
    const loss = mse(layer.forward(x), 1);
    sgd.minimize(loss);
    await loss.item();
  };
  for (let k = 0; k < 3; k++) await step();
  const { programs, pipelines } = await stats();
  for (let k = 0; k < 3; k++) await step();
  expect(await stats()).toMatchObject({ programs, pipelines });
});

test("what is frozen is not trained, and may be trained again; running statistics never are", () => {
  const body = new Sequential(new Linear(2, 2), new BatchNorm(2));
  const net = new Sequential(body, new Linear(2, 1));
  const all = [...net.parameters().keys()];
  requiresGrad(body, false);
  expect([...net.parameters().keys()]).toEqual(["1.weight", "1.bias"]);
  requiresGrad(body, true);
  expect([...net.parameters().keys()]).toEqual(all);
  expect(() => onForward({} as never, () => undefined)).toThrow("onForward: needs a layer or a network");
});

test("a schedule goes on where it was", () => {
  const sgd = new SGD(new Linear(1, 1).parameters(), { lr: 1 });
  const rate = new LearningRate(sgd, stepDecay(0.1, 0.5, 2));
  expect(sgd.lr).toBe(0.1);
  rate.step();
  rate.step();
  expect(sgd.lr).toBe(0.05);
  const other = new LearningRate(sgd, stepDecay(0.1, 0.5, 2));
  expect(sgd.lr).toBe(0.1);
  other.loadStateDict(rate.stateDict());
  expect(sgd.lr).toBe(0.05);
  expect(() => other.loadStateDict({ steps: -1 })).toThrow("LearningRate: steps should be a whole number");
});

test("a loader gives every item once an epoch, in an order of the seed and the epoch", async () => {
  const image = tensor([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 40],
  ]);
  const label = tensor([0, 1, 2, 3, 4], undefined, "i32");
  const loader = new DataLoader({ image, label }, { batchSize: 2, shuffle: true, seed: 3 });
  expect([loader.count, loader.length]).toEqual([5, 3]);
  const read = async (k: number) => {
    const labels: number[] = [];
    for (const batch of loader.epoch(k)) {
      const [images, names] = await Promise.all([batch.image.data(), batch.label.data()]);
      names.forEach((name, row) => {
        expect([images[2 * row], images[2 * row + 1]]).toEqual([name, 10 * name]);
        labels.push(name);
      });
    }
    return labels;
  };
  const [first, again, second] = [await read(0), await read(0), await read(1)];
  expect(first).toEqual(again);
  expect(first).not.toEqual(second);
  expect(first.toSorted()).toEqual([0, 1, 2, 3, 4]);
  expect(second.toSorted()).toEqual([0, 1, 2, 3, 4]);
  const inOrder = new DataLoader({ label }, { batchSize: 2, dropLast: true });
  expect([...inOrder].map(({ label: part }) => part.shape)).toEqual([[2], [2]]);
  expect(() => new DataLoader({ image, label: tensor([1]) })).toThrow(/image \[5, 2\], label \[1\]/);
});

test("a network as text", () => {
  const net = new Sequential(new Linear(2, 3), relu, new BatchNorm(3));
  expect(networkText(net).split("\n")).toEqual([
    "Sequential  15",
    "  0: Linear weight [2, 3], bias [3]  9",
    "  2: BatchNorm weight [3], bias [3], running_mean [3], running_var [3]  6",
  ]);
});
