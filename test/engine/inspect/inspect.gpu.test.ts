/** Graphs before and after fusion, and profiles, of real networks on a device. */
import { describe, expect, test } from "vitest";
import {
  Adam,
  BatchNorm,
  Conv2d,
  grad,
  idle,
  init,
  Initializer,
  Module,
  mean,
  nameLayers,
  stats,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { inspectGraph, profile, profileRows } from "../../../engine/inspect/index.ts";

const info = await init();

class Net extends Module {
  readonly conv = new Conv2d(3, 8, 3, new Initializer(1), { padding: 1 });
  readonly bn = new BatchNorm(8);
  forward(x: Tensor): Tensor {
    return this.bn.forward(this.conv.forward(x)).relu();
  }
}

const image = tensor(
  Float32Array.from({ length: 2 * 6 * 6 * 3 }, (_, i) => Math.sin(i)),
  [2, 6, 6, 3],
);

describe("a graph", () => {
  const net = nameLayers(new Net().eval(), "net");
  test("as recorded: every op with its layer, parameters by their names", async () => {
    const { stage, boxes } = await inspectGraph(net.forward(image));
    expect(stage).toBe("ops");
    const input = boxes.find(({ kind }) => kind === "input");
    expect(input?.shape).toEqual([2, 6, 6, 3]);
    const conv = boxes.find(({ title }) => title === "conv2d");
    expect(conv).toMatchObject({
      kind: "kernel",
      inputs: [input?.id],
      reads: ["convolution weight [3, 3, 3, 8]"],
      layers: ["net.conv"],
      shape: [2, 6, 6, 8],
    });
    expect(boxes.at(-1)).toMatchObject({ title: "relu", layers: ["net"] });
    expect(boxes.find(({ title }) => title === "rsqrt")?.layers).toEqual(["net.bn"]);
  });
  test("as kernels: the ops in each, and nothing but kernels", async () => {
    const before = await stats();
    const y = net.forward(image);
    const { stage, boxes } = await inspectGraph(y, { fused: true });
    expect(stage).toBe("kernels");
    const own = boxes.filter(({ kind }) => kind !== "input");
    expect(own.map(({ ops }) => ops).join(" | ")).toMatch(/conv2d.*relu/);
    expect(own.length).toBeLessThan((await inspectGraph(y)).boxes.length / 3);
    const conv = own.find(({ title }) => title.startsWith("conv2d"));
    expect(conv?.flops).toBe(2 * 2 * 6 * 6 * 8 * 27);
    // At least image, weight and result are moved.
    expect(conv?.bytes).toBeGreaterThanOrEqual(4 * (2 * 6 * 6 * 3 + 27 * 8 + 2 * 6 * 6 * 8));
    expect((await stats()).dispatches).toBe(before.dispatches);
  });
  test("of a training step: gradients belong to the backward pass of their layer, updates to their state", async () => {
    const trained = nameLayers(new Net(), "net");
    const adam = new Adam(trained.parameters().values());
    const loss = mean(trained.forward(image).square());
    adam.step(grad(loss, adam.parameters));
    const { boxes } = await inspectGraph(loss, { fused: true });
    await idle();
    const update = boxes.find(({ title }) => title === "adam");
    expect(update?.writes).toEqual(["parameters", "exp_avg", "exp_avg_sq"]);
    const weight = boxes.find(({ ops }) => ops?.startsWith("conv2dGradWeight"));
    expect(weight?.layers[0]).toBe("net.conv (backward)");
    // Gradients that are needed elsewhere too are copied into the optimiser's buffer first.
    const sources = boxes
      .filter(({ id }) => update?.inputs.includes(id))
      .flatMap(({ id, inputs }) => [id, ...inputs]);
    expect(sources).toContain(weight?.id);
    const statistics = boxes.find(({ title }) => title.startsWith("moments"));
    expect(statistics?.writes).toEqual(["running mean", "running variance"]);
    for (const { id, inputs } of boxes) for (const input of inputs) expect(input).toBeLessThan(id);
  });
});

describe.skipIf(!info.features.includes("timestamp-query"))("a profile", () => {
  test("has every kernel with its work, in order, after its submit", async () => {
    const net = nameLayers(new Net().eval(), "net");
    await net.forward(image).data();
    const before = await stats();
    const watched = await profile(() => net.forward(image).data());
    const after = await stats();
    expect(watched.kernels.length).toBe(after.dispatches - before.dispatches);
    expect(watched.host.map(({ kind }) => kind)).toEqual(["submit", "readback"]);
    const [submit] = watched.host;
    expect(submit?.kernels).toBe(watched.kernels.length);
    let last = 0;
    for (const { start, milliseconds, bytes } of watched.kernels) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(start + milliseconds).toBeLessThanOrEqual(watched.wall + 1);
      expect(bytes).toBeGreaterThan(0);
      last = start;
    }
    expect(watched.kernels[0]?.start).toBeGreaterThanOrEqual(submit?.start as number);
    const { boxes } = await inspectGraph(net.forward(image), { fused: true });
    const ops = boxes.flatMap((box) => box.ops ?? []);
    for (const kernel of watched.kernels) expect(ops).toContain(kernel.ops);
    const layers = profileRows(watched, "layer").map(({ label }) => label);
    expect(layers.join()).toMatch(/conv/);
    // What comes later is not watched.
    await net.forward(image).data();
    expect((await profile(async () => {})).kernels).toEqual([]);
  });
});
