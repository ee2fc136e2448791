/** gridSample, affineGrid, resizing, sorting, pooling, division, angles, cross entropy and borders against PyTorch's own answers (`pytorch.json`). */
import { describe, expect, test } from "vitest";
import {
  adaptiveMaxPool2d,
  affineGrid,
  argsort,
  assign,
  atan2,
  floorDivide,
  type GridSampleOptions,
  gridSample,
  type MaxPoolOptions,
  maxPool2dIndices,
  mod,
  resizeAntialiased,
  resizeNearestExact,
} from "../../../engine/extra/index.ts";
import { Conv2d, crossEntropy, grad, type Tensor, tensor } from "../../../engine/index.ts";
import answers from "./pytorch.json";

const wave = (n: number) => Array.from({ length: n }, (_, k) => Math.sin(3 * k) * 2);
const picture = tensor(wave(12), [1, 3, 4, 1]);
const places = [-1.3, 0.2, -0.9, -0.95, 0.1, 0.3, 0.77, -0.4, 1.6, 1.2, -2.4, 3.1];
const grid = tensor(places, [1, 2, 3, 2]);
const weights = tensor([0.3, -1, 0.7, 2, 1, -0.5], [1, 2, 3, 1]);

/** The answers have five decimals. */
async function expectNear(got: Tensor, wanted: readonly number[] | undefined): Promise<void> {
  const numbers = [...(await got.data())];
  expect(numbers).toHaveLength(wanted?.length ?? -1);
  expect(numbers.map((v, k) => Math.abs(v - (wanted?.[k] as number))).filter((off) => !(off < 1e-4))).toEqual(
    [],
  );
}

describe("gridSample", () => {
  test.each(Object.entries(answers.grid))(
    "%s: value, gradients of picture and places",
    async (kind, wanted) => {
      const [method, padding, align] = kind.split(" ");
      const options = { method, padding, alignCorners: align === "True" } as GridSampleOptions;
      const y = gridSample(picture, grid, options);
      await expectNear(y, wanted[0]);
      const [dPicture, dGrid] = grad(y.mul(weights).sum(), [picture, grid]);
      await expectNear(dPicture, wanted[1]);
      await expectNear(dGrid, wanted[2]);
    },
  );
});

test("affineGrid", async () => {
  const theta = tensor([0.8, -0.3, 0.1, 0.2, 1.1, -0.4], [1, 2, 3]);
  await expectNear(affineGrid(theta, [2, 3]), answers.affine.False);
  await expectNear(affineGrid(theta, [2, 3], { alignCorners: true }), answers.affine.True);
});

test("resizing", async () => {
  const x = tensor(wave(35), [1, 5, 7, 1]);
  for (const method of ["bilinear", "bicubic"] as const) {
    await expectNear(resizeAntialiased(x, [3, 4], { method }), answers.resize[method]);
    await expectNear(resizeAntialiased(x, [6, 3], { method }), answers.resize[`${method} up`]);
  }
  await expectNear(resizeNearestExact(x, [3, 4]), answers.resize["nearest-exact"]);
});

test("order, with equal numbers, NaN and infinity", async () => {
  const x = tensor([
    [3, 1, Number.NaN, 1, -2],
    [0, -1, 5, 5, Number.NEGATIVE_INFINITY],
  ]);
  expect([...(await argsort(x).data())]).toEqual(answers.sort[0]);
  expect([...(await argsort(x, { descending: true }).data())]).toEqual(answers.sort[1]);
});

const rows = () => tensor(wave(70), [1, 5, 7, 2]);

describe("pooling", () => {
  const kinds = {
    plain: { kernel: 2 },
    ceil: { kernel: 2, stride: 2, ceilMode: true },
    gaps: { kernel: 2, stride: 1, dilation: 2, padding: 1 },
    wide: { kernel: [3, 2], stride: [2, 3], padding: 1, ceilMode: true },
  } as const satisfies Record<string, MaxPoolOptions>;
  test.each(Object.entries(kinds))("%s: maxima, their places, gradient", async (kind, options) => {
    const x = rows();
    const { values, indices } = maxPool2dIndices(x, options);
    const [wanted, places, gradient] = answers.pool[kind as keyof typeof kinds] as [
      number[],
      number[],
      number[],
    ];
    await expectNear(values, wanted);
    expect([...(await indices.data())]).toEqual(places);
    await expectNear(grad(values.square().sum(), [x])[0], gradient);
  });
  test("to a size", async () => {
    const x = rows();
    const y = adaptiveMaxPool2d(x, [3, 4]);
    await expectNear(y, answers.adaptive[0]);
    await expectNear(grad(y.square().sum(), [x])[0], answers.adaptive[1]);
  });
});

test("division with a rest", async () => {
  const [a = [], b = [], rest, quotient] = answers.division;
  await expectNear(mod(tensor(a), tensor(b)), rest);
  await expectNear(floorDivide(tensor(a), tensor(b)), quotient);
});

test("angles of points on all sides", async () => {
  const [ys = [], xs = [], angles, dy, dx] = answers.atan2;
  const [y, x] = [tensor(ys), tensor(xs)];
  const angle = atan2(y, x);
  await expectNear(angle, angles);
  const [gy, gx] = grad(angle.sum(), [y, x]);
  await expectNear(gy, dy);
  await expectNear(gx, dx);
});

test.each(["mean", "sum", "none"] as const)("cross entropy of pixels with weights, %s", async (reduction) => {
  const logits = tensor(wave(24), [2, 2, 2, 3]);
  const target = tensor([0, 1, 2, -100, 1, 1, -100, 0], [2, 2, 2], "i32");
  const weight = tensor([0.5, 1, 2]);
  const loss = crossEntropy(logits, target, { reduction, weight, ignoreIndex: -100 });
  await expectNear(loss, answers.entropy[reduction][0]);
  await expectNear(grad(loss.square().sum(), [logits])[0], answers.entropy[reduction][1]);
});

test("a border from the other side", async () => {
  const x = tensor(wave(40), [1, 4, 5, 2]);
  const conv = new Conv2d(2, 1, 3, undefined, { padding: [1, 2], paddingMode: "circular", bias: false });
  assign(conv.weight, tensor(wave(18), [3, 3, 2, 1]));
  const y = conv.forward(x);
  await expectNear(y, answers.circular[0]);
  const [dx, dw] = grad(y.square().sum().mul(0.02), [x, conv.weight]);
  await expectNear(dx, answers.circular[1]);
  await expectNear(dw, answers.circular[2]);
});
