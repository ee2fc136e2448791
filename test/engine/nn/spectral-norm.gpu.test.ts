/** A spectrally normalised layer against the float64 reference: results, gradients, and the state it leaves. */
import { describe, expect, test } from "vitest";
import * as g from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { reference as k } from "../../reference.ts";
import type { Numbers, RefTensor } from "../../reference/array.ts";
import { inputsOf, opCase, real } from "../../reference/cases/case.ts";
import { differentiate, evaluate } from "../../reference/differentiate.ts";

type Layer = g.Conv1d | g.Conv2d | g.ConvTranspose2d | g.Linear;

interface Case {
  readonly name: string;
  readonly layer: (init: g.Initializer) => Layer;
  readonly x: readonly number[];
  /** Shapes in files, in PyTorch's order. */
  readonly files: Readonly<Record<string, readonly number[]>>;
  /** The layer's map, in float64. */
  readonly apply: (x: RefTensor, weight: RefTensor) => RefTensor;
}

const CASES: readonly Case[] = [
  {
    name: "linear",
    layer: (init) => new g.Linear(5, 3, init),
    x: [2, 5],
    files: { bias: [3], weight_orig: [3, 5], weight_u: [3], weight_v: [5] },
    apply: (x, weight) => k.matmul(x, weight),
  },
  {
    name: "conv2d",
    layer: (init) => new g.Conv2d(2, 3, 3, init, { padding: 1, stride: 2, bias: false }),
    x: [2, 5, 4, 2],
    files: { weight_orig: [3, 2, 3, 3], weight_u: [3], weight_v: [18] },
    apply: (x, weight) => k.conv2d(x, weight, { padding: 1, stride: 2 }),
  },
  {
    name: "conv1d",
    layer: (init) => new g.Conv1d(4, 2, 3, init, { dilation: 2, groups: 2, weightInit: "torch" }),
    x: [2, 6, 4],
    files: { bias: [2], weight_orig: [2, 2, 3], weight_u: [2], weight_v: [6] },
    apply: (x, weight) => k.conv1d(x, weight, { dilation: 2, groups: 2 }),
  },
  {
    name: "convTranspose2d",
    layer: (init) => new g.ConvTranspose2d(4, 6, 2, init, { stride: 2, groups: 2, bias: false }),
    x: [1, 2, 3, 4],
    files: { weight_orig: [4, 3, 2, 2], weight_u: [3], weight_v: [16] },
    apply: (x, weight) => k.convTranspose2d(x, weight, { stride: 2, groups: 2 }),
  },
];

/** [kh, kw, in, out] or [in, out] as a matrix with a row for every output channel, its columns in PyTorch's order. */
function matrixOf(weight: RefTensor): RefTensor {
  const axes = weight.shape.map((_, axis) => axis);
  const out = weight.shape.at(-1) as number;
  return k.reshape(k.permute(weight, [...axes.slice(-2).reverse(), ...axes.slice(0, -2)]), [out, -1]);
}

const unit = (v: RefTensor): RefTensor => k.div(v, k.sqrt(k.sum(k.square(v))));

/** u and v after one power iteration. */
const iterated = (weight: Numbers, u: Numbers): Numbers[] =>
  evaluate(
    (w, left) => {
      const v = unit(k.matmul(k.transpose(matrixOf(w)), left));
      return [unit(k.matmul(matrixOf(w), v)), v];
    },
    [weight, u],
  );

const numbers = async (x: g.Tensor): Promise<Numbers> => ({ shape: x.shape, data: await x.data() });

function expectClose(got: Numbers, want: Numbers): void {
  expect(got.shape).toEqual(want.shape);
  const largest = Math.max(...Array.from(want.data, Math.abs));
  Array.from(want.data).forEach((value, i) => {
    expect(Math.abs((got.data[i] as number) - value)).toBeLessThanOrEqual(1e-5 * largest);
  });
}

/** L = Σ y² of one pass, its gradients for x and W, and second derivatives along a gradient. */
async function pass(layer: g.SpectralNorm, x: g.Tensor) {
  const y = layer.forward(x);
  const [dx, dw] = g.grad(g.sum(g.square(y)), [x, layer.weight_orig]) as [g.Tensor, g.Tensor];
  const [ddw] = g.grad(g.sum(g.square(dx)), [layer.weight_orig]) as [g.Tensor];
  for (const result of [y, dx, dw, ddw]) result.keep();
  return Promise.all([y, dx, dw, ddw].map(numbers));
}

describe.each(CASES)("spectral norm of a $name layer", ({ name, layer, x: xShape, files, apply }) => {
  const init = new g.Initializer(7);
  const normalised = new g.SpectralNorm(layer(init), init);
  const input = inputsOf(opCase(name, [real(xShape)], (_, image) => image))[0] as Numbers;
  const x = g.tensor(Float32Array.from(input.data), input.shape).keep();

  test("has the names and shapes of PyTorch's files, and trains the weight and bias only", () => {
    expect(Object.fromEntries(normalised.fileShapes())).toEqual(files);
    const trained = Object.keys(files).filter((key) => !/_[uv]$/.test(key));
    expect([...normalised.parameters().keys()].sort()).toEqual(trained.sort());
  });

  test("starts with vectors of length 1", async () => {
    for (const state of [normalised.weight_u, normalised.weight_v]) {
      const data = (await state.data()) as Float32Array;
      expect(Math.hypot(...data)).toBeCloseTo(1, 5);
    }
  });

  test("iterates once a training pass, and not in evaluation", async () => {
    const weight = await numbers(normalised.weight_orig);
    const bias = normalised.bias ? await numbers(normalised.bias) : { shape: [1], data: [0] };
    let left = await numbers(normalised.weight_u);
    for (const mode of ["train", "train", "eval", "train"] as const) {
      normalised.train(mode === "train");
      let right = await numbers(normalised.weight_v);
      if (mode === "train") [left, right] = iterated(weight, left) as [Numbers, Numbers];
      const loss = (image: RefTensor, w: RefTensor): RefTensor[] => {
        const [u, v] = [left, right].map((t) => k.detach(constantOf(t))) as [RefTensor, RefTensor];
        const sigma = k.matmul(u, k.matmul(matrixOf(w), v));
        const y = k.add(apply(image, k.div(w, sigma)), constantOf(bias));
        return [y, k.sum(k.square(y))];
      };
      const want = differentiate(loss, [input, weight], { cotangents: [null, [1]] });
      // The gradient of Σ dx² for W is twice the Hessian-vector product along (dx, 0).
      const second = differentiate(loss, [input, weight], {
        cotangents: [null, [1]],
        tangents: [want.gradients[0], undefined],
      });
      const [y, dx, dw, ddw] = (await pass(normalised, x)) as [Numbers, Numbers, Numbers, Numbers];
      expectClose(y, want.outputs[0] as Numbers);
      expectClose(dx, { shape: input.shape, data: want.gradients[0] as number[] });
      expectClose(dw, { shape: weight.shape, data: want.gradients[1] as number[] });
      expectClose(ddw, {
        shape: weight.shape,
        data: (second.hessianVectors[1] as number[]).map((value) => 2 * value),
      });
      expectClose(await numbers(normalised.weight_u), left);
      expectClose(await numbers(normalised.weight_v), right);
    }
  });

  test("takes over the state of a file", async () => {
    const dict = await normalised.stateDict();
    const other = new g.Initializer(8);
    const copy = new g.SpectralNorm(layer(other), other);
    copy.loadStateDict(dict, "the file");
    expect(await copy.stateDict()).toEqual(dict);
    const y = normalised.eval().forward(x);
    const z = copy.eval().forward(x);
    expect(await z.data()).toEqual(await y.data());
  });
});

/** Plain numbers as a tensor of the reference. */
const constantOf = (x: Numbers): RefTensor => {
  const data = Array.from(x.data).flatMap((value) => k.full([1], value).data);
  return { shape: x.shape, data };
};

test("the largest stretch comes to 1 while the weight stands still", async () => {
  const init = new g.Initializer(3);
  const layer = new g.SpectralNorm(new g.Linear(4, 4, init, { bias: false }), init);
  const weight = Float32Array.of(3, 0, 0, 0, 0, -2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5);
  layer.loadStateDict(
    new Map([...(await layer.stateDict()), ["weight_orig", hostTensor(weight, [4, 4])]]),
    "the file",
  );
  const x = g.tensor([[1, 1, 1, 1]]).keep();
  for (let k = 0; k < 40; k++) await layer.forward(x).data();
  const y = await layer.eval().forward(x).data();
  [1, -2 / 3, 1 / 3, 0.5 / 3].forEach((value, i) => {
    expect(y[i]).toBeCloseTo(value, 5);
  });
});

test("two passes of one step iterate one after the other", async () => {
  const layers = [0, 1].map(() => {
    const init = new g.Initializer(5);
    return new g.SpectralNorm(new g.Linear(3, 4, init), init);
  }) as [g.SpectralNorm, g.SpectralNorm];
  const [together, apart] = layers;
  const a = g.tensor([[1, 2, 3]]).keep();
  const b = g.tensor([[-1, 0, 2]]).keep();
  for (let step = 0; step < 3; step++) {
    const first = together.forward(a).keep();
    const second = together.forward(b).keep();
    const want = [await apart.forward(a).data(), await apart.forward(b).data()];
    expect([await first.data(), await second.data()]).toEqual(want);
    expect(await together.weight_u.data()).toEqual(await apart.weight_u.data());
  }
});
