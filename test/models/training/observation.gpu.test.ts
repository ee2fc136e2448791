/** An update that is looked at is the update, and what is seen of its layers is what they compute. */
import { beforeAll, expect, test } from "vitest";
import { Inspector, statisticsOf } from "../../../examples/studio/lab/inspector.ts";
import { blockOf, woven } from "../../../examples/studio/pages/inspect/shuffle-view.ts";
import { shuffleOf } from "../../../examples/studio/pages/inspect/words.ts";
import {
  add,
  BatchNorm,
  flush,
  grad,
  init,
  Linear,
  matmul,
  max,
  mean,
  min,
  Module,
  nameLayers,
  norm,
  pixelShuffle,
  relu,
  reshape,
  SGD,
  square,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { encodeCheckpoint } from "../../../engine/io/index.ts";
import { allSystems } from "../../../models/systems.ts";
import { srresnet } from "../../../models/super-resolution/srresnet-system.ts";
import { toy } from "../../../models/toy/system.ts";
import { observe, sketch } from "../../../models/training/observation.ts";
import type { Trainer } from "../../../models/training/trainer.ts";

beforeAll(async () => {
  await init();
});

const numbers = async (x: Tensor | undefined): Promise<number[]> => Array.from((await x?.data()) ?? []);

test("a toy GAN's update that is looked at leaves the state of a plain one", async () => {
  const [looked, plain] = [0, 1].map(() => toy.rehearse("failing"));
  if (!looked || !plain) throw new Error("two rehearsals were made");
  const drawn = sketch(looked.trainer, looked.batch(0));
  const seen = observe(looked.trainer, looked.batch(0), () => true);
  const expected = await plain.trainer.update(plain.batch(0)).data();
  expect(Array.from(await seen.measures.data())).toEqual(Array.from(expected));
  const links = (boxes: typeof drawn) => boxes.map(({ layer, shape, inputs }) => ({ layer, shape, inputs }));
  expect(links(drawn)).toEqual(links(seen.boxes as typeof drawn));
  seen.dispose();
  const states = [looked, plain].map(async ({ trainer }) => encodeCheckpoint(await trainer.checkpoint()));
  const [a, b] = await Promise.all(states);
  expect(Buffer.compare(a as Uint8Array, b as Uint8Array)).toBe(0);
});

const [N, IN, HIDDEN] = [5, 3, 4];

/** x + relu(norm(in(x))) · out: a layer without a residual, one with, a batch norm. */
class Small extends Module {
  readonly in = new Linear(IN, HIDDEN);
  readonly norm = new BatchNorm(HIDDEN);
  readonly out = new Linear(HIDDEN, IN);

  forward(x: Tensor): Tensor {
    return add(x, this.out.forward(relu(this.norm.forward(this.in.forward(x)))));
  }
}

/** What all systems look like from outside. */
function small() {
  const net = nameLayers(new Small(), "net").train();
  const optimiser = new SGD(net.parameters(), { lr: 0.1 });
  const record = () => {
    const loss = mean(square(net.forward(tensor(inputs, [N, IN]))));
    optimiser.step(grad(loss, optimiser.parameters));
    return reshape(loss.detach(), [1]);
  };
  return { net, trainer: { networks: { net }, step: 0, record } as unknown as Trainer };
}

const inputs = Float32Array.from({ length: N * IN }, (_, k) => Math.sin(1 + 7 * k));
const batch = { index: 0, fields: {} } as never;

test("outputs, gradients and weights are those of the same layers by hand", async () => {
  const { net, trainer } = small();
  const weight = await numbers(net.out.weight);
  const { layers, gradients, boxes, dispose } = observe(trainer, batch, () => true);
  flush();
  expect(boxes.map(({ layer, inputs }) => ({ layer, inputs }))).toEqual([
    { layer: "net.in", inputs: [] },
    { layer: "net.norm", inputs: [0] },
    { layer: "net.out", inputs: [1] },
    { layer: "net", inputs: [2] },
  ]);
  expect(boxes[2]?.through).toEqual(["relu"]);
  const out = layers.get("net.out");
  const [x, y, slope] = await Promise.all([out?.input, out?.output, out?.gradient].map(numbers));
  const made = await numbers(layers.get("net")?.output);
  for (let n = 0; n < N; n++)
    for (let o = 0; o < IN; o++) {
      const at = n * IN + o;
      let sum = 0;
      for (let i = 0; i < HIDDEN; i++) sum += (x?.[n * HIDDEN + i] ?? 0) * (weight[i * IN + o] ?? 0);
      expect(y?.[at]).toBeCloseTo(sum, 5);
      expect(made[at]).toBeCloseTo((y?.[at] ?? 0) + (inputs[at] as number), 5);
      // Of the mean of squares: 2 y / size, which the residual hands on as it is.
      expect(slope?.[at]).toBeCloseTo((2 * (made[at] ?? 0)) / (N * IN), 6);
    }
  const ofWeight = await numbers(gradients.get("net.out.weight"));
  for (let i = 0; i < HIDDEN; i++)
    for (let o = 0; o < IN; o++) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += (x?.[n * HIDDEN + i] ?? 0) * (slope?.[n * IN + o] ?? 0);
      expect(ofWeight[i * IN + o]).toBeCloseTo(sum, 6);
    }
  dispose();
});

test("numbers on the page are the engine's: least, greatest, mean, norm, and a batch norm's statistics", async () => {
  const { net, trainer } = small();
  const inspector = new Inspector(trainer);
  expect(inspector.drawing(batch).map(({ kind, parameters }) => [kind, parameters])).toEqual([
    ["linear", IN * HIDDEN + HIDDEN],
    ["batch norm", 2 * HIDDEN],
    ["linear", HIDDEN * IN + IN],
    ["", 0],
  ]);
  expect(await inspector.look([])).toBeUndefined();
  const before = await Promise.all([net.in.weight, net.in.bias].map((weight) => numbers(weight)));
  inspector.update(batch);
  const wanted = (layer: string, view: "out" | "grad" | "weight" | "weight-grad", part = "") => ({
    ...{ layer, view, part },
  });
  const look = await inspector.look([
    wanted("net.norm", "out"),
    wanted("net.in", "weight"),
    wanted("net.in", "out", "1, :"),
    wanted("net.in", "out"),
    wanted("net", "weight"),
  ]);
  expect(look?.problem).toBe("net has no weight of its own");
  const [ofNorm, ofWeight, ofPart, ofIn] = look?.looked ?? [];
  const h = add(
    matmul(tensor(inputs, [N, IN]), tensor(before[0] ?? [], [IN, HIDDEN])),
    tensor(before[1] ?? []),
  );
  expect(Array.from(ofPart?.values.data ?? [])).toEqual((await numbers(h)).slice(HIDDEN, 2 * HIDDEN));
  for (const [seen, x] of [
    [ofIn?.statistics, h],
    [ofWeight?.statistics, net.in.weight],
  ] as const) {
    const engine = await Promise.all([min(x), max(x), mean(x), norm(x)].map((each) => each.item()));
    for (const [k, name] of (["min", "max", "mean", "norm"] as const).entries())
      expect(seen?.[name]).toBeCloseTo(engine[k] as number, 5);
    expect(seen?.count).toBe(x.size);
  }
  const channels = ofNorm?.channels;
  const centre = await numbers(mean(h, [0]));
  for (let c = 0; c < HIDDEN; c++) {
    const at = centre[c] as number;
    expect(channels?.mean[c]).toBeCloseTo(at, 5);
    // They began at 0 and 1, and move a tenth of the way, the variance to the unbiased one.
    expect(channels?.runningMean[c]).toBeCloseTo(0.1 * at, 5);
    const unbiased = ((channels?.variance[c] as number) * N) / (N - 1);
    expect(channels?.runningVariance[c]).toBeCloseTo(0.9 + 0.1 * unbiased, 5);
  }
  inspector.close();
  expect(statisticsOf(Float32Array.of(3, Number.NaN, -4))).toEqual({
    ...{ count: 3, min: -4, max: 3, mean: -0.5, norm: 5, bad: 1 },
  });
});

test("channels are woven as the engine's pixel shuffle does, where one follows", async () => {
  const { trainer, batch: batchOf } = srresnet.rehearse("tiny");
  const layers = new Inspector(trainer).drawing(batchOf(0));
  const shuffled = layers.filter(({ layer }) => shuffleOf(layer, layers) === 2);
  expect(shuffled.map(({ layer }) => layer)).toEqual(["generator.up.0.conv", "generator.up.1.conv"]);
  const shape = [1, 2, 3, 8];
  const data = Float32Array.from({ length: 48 }, (_, k) => Math.sin(k));
  const engine = await pixelShuffle(tensor(data, shape), 2).data();
  const ours = woven(blockOf({ shape, data }, 2, 4), 2);
  expect(Array.from(ours)).toEqual(Array.from(engine).filter((_, k) => k % 2 === 1));
});

test("what a network makes as rows of numbers is shown as pictures where the batch has pictures of that size", async () => {
  const inspector = new Inspector(small().trainer);
  inspector.update({ index: 0, fields: { picture: { shape: [N, 1, IN, 1] } } } as never);
  const wanted = ["net", "net.out"].map((layer) => ({ layer, view: "out" as const, part: "" }));
  const look = await inspector.look(wanted);
  inspector.close();
  expect(look?.looked.map(({ values }) => values.shape)).toEqual([
    [N, 1, IN, 1],
    [N, IN],
  ]);
  const at = look?.layers.findIndex(({ layer }) => layer === "net") ?? -1;
  expect(look?.layers[at]?.shape).toEqual([N, IN]);
  expect(look?.small[at]?.shape).toEqual([4, 1, IN, 1]);
  expect(look?.small[at]?.data).toEqual(look?.looked[0]?.values.data.slice(0, 4 * IN));
});

test("the networks of every system can be drawn before anything runs", async () => {
  for (const { name, rehearsals, rehearse, builtIn } of await allSystems()) {
    const { trainer, batch: batchOf } = rehearse(rehearsals.at(-1) as string, builtIn && 28);
    const modes = () =>
      Object.values(trainer.networks).map((net) => [...net.modules()].map((m) => m.training));
    const before = modes();
    const boxes = sketch(trainer, batchOf(0));
    expect(modes(), name).toEqual(before);
    const networks = new Set(boxes.map(({ layer }) => layer.split(".")[0]));
    expect([...networks].sort(), name).toEqual(Object.keys(trainer.networks).sort());
    boxes.forEach(({ inputs }, k) => {
      expect(inputs.every((at) => at < k)).toBe(true);
    });
    const made = boxes.findIndex(({ layer }) => layer === "generator");
    if (networks.has("discriminator"))
      expect(
        boxes.some(({ layer, inputs }) => layer.startsWith("discriminator.") && inputs.includes(made)),
        name,
      ).toBe(true);
  }
});
