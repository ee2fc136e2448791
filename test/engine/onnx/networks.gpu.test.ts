/** Imported networks on a device: values and gradients against float64, and ONNX's own tests where they lie beside the repository. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { grad, permute, type Tensor, tensor } from "../../../engine/index.ts";
import { importOnnx } from "../../../engine/onnx/index.ts";
import { findCases, runCase } from "../../onnx/cases.ts";
import { differentiate, reference, type RefTensor } from "../../reference.ts";
import { floats, type GraphText, onnxFile, wholes } from "./build.ts";

/** Numbers between -1 and 1, always the same. */
const series = (n: number, from: number): number[] =>
  Array.from({ length: n }, (_, k) => Math.sin(1.7 * (k + from)) * 0.9);

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe("a network of convolutions, shuffles and norms", () => {
  const shapes = { x: [2, 3, 6, 5], w: [8, 3, 3, 3], b: [8], g: [8], h: [8], t: [2, 4, 2, 2] } as const;
  const names = Object.keys(shapes) as (keyof typeof shapes)[];
  const numbers = Object.fromEntries(
    names.map((name, k) => [name, series(size(shapes[name]), 10 * k)]),
  ) as Record<keyof typeof shapes, number[]>;
  const graph: GraphText = {
    nodes: [
      {
        op: "Conv",
        inputs: ["x", "w", "b"],
        outputs: ["a"],
        attributes: { pads: [1n, 1n, 1n, 1n], strides: [2n, 1n] },
      },
      { op: "InstanceNormalization", inputs: ["a", "g", "h"], outputs: ["n"] },
      { op: "LeakyRelu", inputs: ["n"], outputs: ["r"], attributes: { alpha: 0.2 } },
      { op: "DepthToSpace", inputs: ["r"], outputs: ["d"], attributes: { blocksize: 2n, mode: "CRD" } },
      {
        op: "ConvTranspose",
        inputs: ["d", "t"],
        outputs: ["u"],
        attributes: { strides: [2n, 2n], pads: [1n, 0n, 1n, 0n] },
      },
      { op: "Sigmoid", inputs: ["u"], outputs: ["q"] },
      { op: "GlobalAveragePool", inputs: ["q"], outputs: ["m"] },
      { op: "Mul", inputs: ["q", "m"], outputs: ["p"] },
      { op: "Concat", inputs: ["p", "q"], outputs: ["y"], attributes: { axis: 1n } },
    ],
    inputs: { x: ["n", 3, "h", "w"] },
    outputs: ["y"],
    constants: Object.fromEntries(names.slice(1).map((name) => [name, floats(numbers[name], shapes[name])])),
  };

  /** The same of channels last, in float64. */
  const inFloat64 = (
    x: RefTensor,
    w: RefTensor,
    b: RefTensor,
    g: RefTensor,
    h: RefTensor,
    t: RefTensor,
  ): RefTensor => {
    const r = reference;
    const image = r.permute(x, [0, 2, 3, 1]);
    const a = r.add(r.conv2d(image, r.permute(w, [2, 3, 1, 0]), { stride: [2, 1], padding: 1 }), b);
    const d = r.pixelShuffle(r.leakyRelu(r.instanceNorm(a, g, h), 0.2), 2);
    const u = r.convTranspose2d(d, r.permute(t, [2, 3, 0, 1]), { stride: 2, padding: [1, 0] });
    const q = r.sigmoid(u);
    const p = r.mul(q, r.mean(q, [1, 2], { keepDims: true }));
    return r.permute(r.concat([p, q], 3), [0, 3, 1, 2]);
  };

  test("has the values and gradients of float64", async () => {
    const trained = ["w", "b", "g", "h", "t"] as const;
    const net = importOnnx(onnxFile(graph));
    const x = tensor(Float32Array.from(numbers.x), shapes.x);
    const y = net.forward(x);
    const inputs = (["x", ...trained] as const).map((name) => ({
      shape: shapes[name],
      data: numbers[name].map(Math.fround),
    }));
    const weights = series(size(y.shape), 77).map(Math.fround);
    const expected = differentiate(inFloat64 as (...all: RefTensor[]) => RefTensor, inputs, {
      cotangents: [weights],
    });
    const parameters = trained.map((name) => net.tensors.get(name) as Tensor);
    const gradients = grad(y, [x, ...parameters], tensor(Float32Array.from(weights), y.shape));
    expect(y.shape).toEqual(expected.outputs[0]?.shape);
    close(await y.data(), expected.outputs[0]?.data as ArrayLike<number>, 1e-5);
    for (const [k, gradient] of gradients.entries())
      close(await gradient.data(), expected.gradients[k] as number[], 1e-4);
  });
});

function close(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  // A bias in front of a norm changes nothing: its gradient is 0 but for rounding.
  const scale = Math.max(0.1, ...Array.from(wanted, Math.abs));
  const worst = Math.max(...Array.from(wanted, (v, k) => Math.abs(v - (got[k] as number))));
  expect(worst).toBeLessThan(tolerance * scale);
}

test("a convolution and what follows it stay with channels last: nothing is moved in between", async () => {
  const net = importOnnx(
    onnxFile({
      nodes: [
        { op: "Conv", inputs: ["x", "w"], outputs: ["a"] },
        { op: "Add", inputs: ["a", "c"], outputs: ["b"] },
        { op: "Relu", inputs: ["b"], outputs: ["r"] },
        { op: "Conv", inputs: ["r", "w"], outputs: ["y"] },
      ],
      inputs: { x: [1, 2, 4, 4] },
      outputs: ["y"],
      constants: { w: floats(series(4, 0), [2, 2, 1, 1]), c: floats([1, -1], [2, 1, 1]) },
    }),
  );
  const image = tensor(Float32Array.from(series(32, 3)), [1, 4, 4, 2]);
  const y = permute(net.forward(permute(image, [0, 3, 1, 2])), [0, 2, 3, 1]);
  const names: string[] = [];
  for (let nodes = [y.node]; nodes.length > 0; nodes = nodes.flatMap(({ inputs }) => inputs.slice(0, 1)))
    names.push(nodes[0]?.op.name ?? "");
  const inner = names.slice(names.indexOf("conv2d") + 1, names.lastIndexOf("conv2d"));
  expect(inner).not.toContain("permute");
  expect((await y.data()).length).toBe(32);
});

test("gradients flow through what was picked by numbers that were read", async () => {
  const net = importOnnx(
    onnxFile({
      nodes: [{ op: "TopK", inputs: ["x", "k"], outputs: ["y", "i"] }],
      inputs: { x: [4] },
      outputs: ["y", "i"],
      constants: { k: wholes([2]) },
    }),
  );
  const x = tensor([3, 9, 1, 5]);
  expect(() => net.forward(x)).toThrow("use run()");
  const results = await net.run({ x });
  expect([...((await results.get("i")?.numbers()) ?? [])]).toEqual([1, 3]);
  const y = results.get("y")?.tensor as Tensor;
  const [dx] = grad(y, [x], tensor([10, 20])) as [Tensor];
  expect([...(await dx.data())]).toEqual([0, 10, 0, 20]);
});

const folder = new URL("../../../../shared/fixtures/onnx", import.meta.url).pathname;

/** One or two of each family: all of them take minutes on two cores. */
const SOME =
  /conv_with_str|convtranspose_pads|averagepool_2d_ceil|maxpool_2d_default|gridsample_reflection|deform|col2im|_layer_normalization_4d_axis2|resize_.*(cubic_antialias|extrapolation)|scatternd_max|gathernd|einsum|lrn|sce_mean_weight_ii|adam|dropout_default_mask|reduce_prod_keepdims|Conv1d$|depthwise/;

describe.skipIf(!existsSync(folder))("ONNX's own tests", () => {
  for (const one of existsSync(folder) ? findCases(folder).filter(({ name }) => SOME.test(name)) : [])
    test(one.name, async () => {
      expect(await runCase(one)).toEqual({ name: one.name, status: "passed" });
    });
});
