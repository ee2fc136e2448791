/** Every form of a kernel computes the same: the naive one is checked by the op table, the others are compared with it. */
import { afterAll, describe, expect, test } from "vitest";
import { type DeviceInfo, grad, init, type Tensor, tensor } from "../../../engine/index.ts";
import type { Target } from "../../../engine/graph/node.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import {
  add,
  type ConvOptions,
  conv2d,
  matmul,
  mul,
  square,
  sum,
  transpose,
} from "../../../engine/ops/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { sizeOf } from "../../../engine/shape.ts";

type Form = NonNullable<Target["form"]>;

const info: DeviceInfo = await init();
const FAST: readonly Form[] = info.subgroupSize > 0 ? ["flat", "tile", "subgroup"] : ["flat", "tile"];

const random = (stream: number, ...shape: number[]): Tensor =>
  tensor(fillUniform(new Float32Array(sizeOf(shape)), 1, stream, -1), shape);

/** Results of a computation with every kernel in this form, and the names of the kernels. */
async function compute(form: Form, record: () => readonly Tensor[]) {
  runtime.useForm(form);
  const results = record();
  const program = await runtime.prepare(results.map(({ node }) => node));
  const kernels = program.steps.flatMap((step) => step.kernels.map(({ name }) => name));
  return { kernels, data: await Promise.all(results.map((result) => result.data())) };
}

async function compare(record: () => readonly Tensor[], family: RegExp): Promise<void> {
  const naive = await compute("naive", record);
  expect(naive.kernels.filter((name) => family.test(name)).length).toBeGreaterThan(0);
  for (const form of FAST) {
    const fast = await compute(form, record);
    for (const name of fast.kernels.filter((kernel) => family.test(kernel)))
      expect(name).not.toMatch(/naive/);
    // Results whose rows are no multiples of four have no flat form.
    expect(fast.kernels.join()).toMatch(form === "flat" ? /\.(flat|tile)/ : new RegExp(`\\.${form}`));
    expectEqual(fast.data, naive.data, form);
  }
}

function expectEqual(
  got: readonly ArrayLike<number>[],
  wants: readonly ArrayLike<number>[],
  of: string,
): void {
  got.forEach((data, k) => {
    const want = Array.from(wants[k] as ArrayLike<number>);
    const largest = want.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    const error = want.reduce((a, v, i) => Math.max(a, Math.abs(v - (data[i] as number))), 0);
    expect(largest).toBeGreaterThan(0);
    expect(error / largest, `${of}, result ${k}`).toBeLessThanOrEqual(1e-5);
  });
}

afterAll(() => runtime.useForm(undefined));

describe("convolution, its gradients and theirs", () => {
  const CASES: readonly { x: number[]; w: number[]; options: ConvOptions }[] = [
    { x: [2, 7, 9, 5], w: [3, 3, 5, 6], options: { padding: 1 } },
    { x: [1, 9, 8, 4], w: [4, 4, 4, 8], options: { stride: 2, padding: 1 } },
    { x: [1, 11, 7, 3], w: [3, 2, 3, 7], options: { stride: [2, 3], padding: [0, 2] } },
    { x: [1, 10, 9, 8], w: [3, 3, 8, 4], options: { dilation: 2, padding: 2 } },
    { x: [2, 6, 11, 8], w: [9, 9, 8, 3], options: { padding: 4 } },
    // Strides, dilations and paddings of their own on each axis; a phase without taps; pixels that no window reaches.
    {
      x: [2, 11, 13, 8],
      w: [3, 2, 8, 12],
      options: { stride: [2, 3], dilation: [2, 1], padding: [1, 0] },
    },
    { x: [1, 9, 8, 16], w: [4, 3, 16, 4], options: { stride: 2, padding: [3, 2] } },
    { x: [3, 4, 5, 8], w: [2, 2, 8, 20], options: { padding: 3 } },
    { x: [2, 9, 11, 3], w: [5, 3, 3, 8], options: { stride: [1, 2], padding: [2, 1] } },
    { x: [1, 5, 6, 1], w: [1, 1, 1, 1], options: {} },
    // Pads wider than the kernel reaches: no convolution of dy alone gives dx.
    { x: [1, 4, 5, 2], w: [2, 2, 2, 3], options: { padding: 3 } },
  ];
  test.each(CASES)("x $x, w $w, $options", async ({ x: image, w: kernel, options }) => {
    const record = () => {
      const x = random(1, ...image);
      const w = random(2, ...kernel);
      const y = conv2d(x, w, options);
      const dy = random(3, ...y.shape);
      return [y, ...grad(y, [x, w], dy)];
    };
    await compare(record, /^conv2d(-grad-(input|weight))?\./);
  });
});

test("the flat form serves products and convolutions whose sizes are multiples of four", async () => {
  const [x, w, v, a] = [
    random(1, 1, 9, 7, 8),
    random(2, 3, 3, 8, 12),
    random(3, 4, 4, 8, 12),
    random(4, 13, 20),
  ];
  const record = () => {
    const y = conv2d(x, w, { padding: 1 });
    const z = conv2d(x, v, { padding: 1, stride: 2 });
    const gradients = [...grad(y, [x, w], random(5, ...y.shape)), ...grad(z, [x, v], random(6, ...z.shape))];
    return [y, z, ...gradients, matmul(a, random(7, 20, 8))];
  };
  const [flat, naive] = [await compute("flat", record), await compute("naive", record)];
  expect(flat.kernels.toSorted()).toEqual([
    "conv2d-flip-weights",
    "conv2d-flip-weights",
    "conv2d-grad-input.flat",
    "conv2d-grad-weight.flat",
    "conv2d-grad-weight.flat",
    "conv2d.flat",
    "conv2d.flat",
    "conv2d.flat",
    "matmul.flat",
  ]);
  expectEqual(flat.data, naive.data, "flat");
});

describe("3×3 convolution by Winograd's method, its gradients and theirs", () => {
  const CASES: readonly { x: number[]; w: number[]; padding: number | [number, number] }[] = [
    // Tiles of 4×4 that the image fills, that it does not, and images smaller than one.
    { x: [2, 8, 12, 8], w: [3, 3, 8, 12], padding: 1 },
    { x: [2, 7, 9, 8], w: [3, 3, 8, 4], padding: 1 },
    { x: [1, 13, 6, 4], w: [3, 3, 4, 20], padding: [2, 0] },
    { x: [3, 3, 5, 12], w: [3, 3, 12, 8], padding: 0 },
    { x: [1, 1, 2, 1], w: [3, 3, 1, 3], padding: 1 },
    { x: [2, 5, 4, 7], w: [3, 3, 7, 5], padding: 1 },
    { x: [1, 18, 17, 64], w: [3, 3, 64, 36], padding: 1 },
  ];
  test.each(CASES)("x $x, w $w, padding $padding", async ({ x: image, w: kernel, padding }) => {
    const record = () => {
      const x = random(1, ...image);
      const w = random(2, ...kernel);
      const y = conv2d(x, w, { padding });
      const dy = random(3, ...y.shape);
      const [dx, dw] = grad(y, [x, w], dy) as [Tensor, Tensor];
      const bias = random(4, kernel.at(-1) as number);
      const fused = mul(add(conv2d(x, w, { padding }), bias), bias);
      return [y, dx, dw, fused, ...grad(sum(square(dx)), [w, dy]), ...grad(sum(square(dw)), [x])];
    };
    const [winograd, naive] = [await compute("winograd", record), await compute("naive", record)];
    const STEPS = ["weights", "input", "output"].map((step) => `conv2d-winograd.${step}`);
    for (const step of STEPS) expect(winograd.kernels).toContain(step);
    expectEqual(winograd.data, naive.data, "winograd");
  });

  test("serves no convolution but those of 3×3 at stride 1 without groups", async () => {
    const others: readonly { x: number[]; w: number[]; options: ConvOptions }[] = [
      { x: [1, 8, 8, 4], w: [3, 3, 4, 8], options: { stride: 2 } },
      { x: [1, 8, 8, 4], w: [3, 3, 4, 8], options: { dilation: [1, 2] } },
      { x: [1, 8, 8, 8], w: [3, 3, 4, 8], options: { groups: 2 } },
      { x: [1, 8, 8, 4], w: [3, 4, 4, 8], options: {} },
    ];
    for (const { x, w, options } of others) {
      const record = () => [conv2d(random(1, ...x), random(2, ...w), options)];
      const [got, want] = [await compute("winograd", record), await compute("naive", record)];
      expect(got.kernels.join()).not.toMatch(/winograd|naive/);
      expectEqual(got.data, want.data, "winograd");
    }
  });
});

test("the weight gradient of many pixels is cut into slices in the flat form too", async () => {
  const [x, w] = [random(1, 2, 25, 23, 8), random(2, 3, 2, 8, 4)];
  const record = () => {
    const y = conv2d(x, w, { padding: [1, 0] });
    return grad(y, [w], random(3, ...y.shape));
  };
  const [flat, naive] = [await compute("flat", record), await compute("naive", record)];
  expect(flat.kernels).toEqual(["conv2d-grad-weight.flat", "sum-slices"]);
  expectEqual(flat.data, naive.data, "flat");
});

describe("grouped convolution, its gradients and theirs", () => {
  const TILED = ["conv2d.tile", "conv2d-grad-weight.tile"];
  const DEPTHWISE = ["conv2d-depthwise", "conv2d-depthwise-grad-weight"];
  const CASES: readonly { x: number[]; w: number[]; options: ConvOptions; kernels: string[] }[] = [
    { x: [2, 7, 9, 8], w: [3, 3, 4, 16], options: { padding: 1, groups: 2 }, kernels: TILED },
    {
      x: [2, 7, 9, 24],
      w: [3, 2, 8, 36],
      options: { padding: 1, stride: [2, 1], groups: 3 },
      kernels: [...TILED, "conv2d-grad-input.phases"],
    },
    // Groups of odd sizes, and of one channel in and several out, or the other way round.
    { x: [1, 6, 5, 9], w: [3, 3, 3, 15], options: { stride: 2, padding: 2, groups: 3 }, kernels: TILED },
    { x: [1, 6, 5, 3], w: [2, 3, 1, 12], options: { dilation: [1, 2], groups: 3 }, kernels: TILED },
    { x: [1, 6, 5, 12], w: [2, 3, 4, 3], options: { padding: [0, 2], groups: 3 }, kernels: TILED },
    { x: [1, 8, 7, 3], w: [3, 3, 1, 3], options: { stride: [1, 2], groups: 3 }, kernels: TILED },
    // Depthwise; the first with enough pixels for several slices.
    {
      x: [2, 25, 23, 8],
      w: [3, 2, 1, 8],
      options: { padding: [2, 1], groups: 8 },
      kernels: [...DEPTHWISE, "sum-slices"],
    },
    {
      x: [1, 11, 9, 4],
      w: [3, 3, 1, 4],
      options: { stride: 3, dilation: 2, padding: 2, groups: 4 },
      kernels: DEPTHWISE,
    },
  ];
  test.each(CASES)("x $x, w $w, $options", async ({ x: image, w: kernel, options, kernels }) => {
    const record = () => {
      const x = random(1, ...image);
      const w = random(2, ...kernel);
      const y = conv2d(x, w, options);
      const [dx, dw] = grad(y, [x, w], random(3, ...y.shape)) as [Tensor, Tensor];
      return [y, dx, dw, ...grad(sum(square(dx)), [w]), ...grad(sum(square(dw)), [x])];
    };
    const naive = await compute("naive", record);
    for (const form of FAST) {
      const fast = await compute(form, record);
      for (const name of kernels) expect(fast.kernels).toContain(name);
      expect(fast.kernels.join()).not.toMatch(/naive|subgroup/);
      expectEqual(fast.data, naive.data, form);
    }
  });
});

describe("matmul", () => {
  const CASES: readonly { a: number[]; b: number[] }[] = [
    { a: [17, 15], b: [15, 33] },
    { a: [64, 32], b: [32, 64] },
    { a: [5, 8], b: [8, 3] },
    { a: [3, 7, 12], b: [12, 20] },
    { a: [2, 1, 6, 5], b: [3, 5, 9] },
    { a: [1, 130], b: [130, 1] },
  ];
  test.each(CASES)("$a by $b", async ({ a, b }) => {
    const record = () => {
      const x = random(4, ...a);
      const y = random(5, ...b);
      const z = matmul(x, y);
      return [z, ...grad(z, [x, y], random(6, ...z.shape))];
    };
    await compare(record, /^matmul\./);
  });
  test("of transposed matrices", async () => {
    await compare(() => [matmul(transpose(random(7, 12, 10)), transpose(random(8, 7, 12)))], /^matmul\./);
  });
});
