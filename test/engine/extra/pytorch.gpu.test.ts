/** gridSample, affineGrid, resizing and sorting against PyTorch's own answers (`pytorch.json`). */
import { describe, expect, test } from "vitest";
import {
  affineGrid,
  argsort,
  type GridSampleOptions,
  gridSample,
  resizeAntialiased,
  resizeNearestExact,
} from "../../../engine/extra/index.ts";
import { grad, type Tensor, tensor } from "../../../engine/index.ts";
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
