/** Pictures read at any places, and resized without aliasing: what is known without computing. PyTorch's values are in `pytorch.gpu.test.ts`. */
import { describe, expect, test } from "vitest";
import {
  affineGrid,
  gridSample,
  resizeAntialiased,
  resizeBy,
  resizeNearestExact,
} from "../../../engine/extra/index.ts";
import { tensor } from "../../../engine/index.ts";

const H = 3;
const W = 4;
const picture = Array.from({ length: H * W }, (_, k) => Math.sin(3 * k) * 2);
const places = [
  [-1.3, 0.2],
  [-0.9, -0.95],
  [0.1, 0.3],
  [0.77, -0.4],
  [1.6, 1.2],
  [-2.4, 3.1],
];

const x = tensor(picture, [1, H, W, 1]);
const grid = tensor(places.flat(), [1, 2, 3, 2]);

describe("gridSample", () => {
  test("an affine grid that changes nothing gives the picture, one that mirrors it the mirrored", async () => {
    for (const alignCorners of [false, true]) {
      const same = affineGrid(tensor([1, 0, 0, 0, 1, 0], [1, 2, 3]), [H, W], { alignCorners });
      const got = await gridSample(x, same, { alignCorners }).data();
      picture.forEach((v, k) => {
        expect(got[k]).toBeCloseTo(v, 4);
      });
    }
    const turned = affineGrid(tensor([-1, 0, 0, 0, 1, 0], [1, 2, 3]), [H, W]);
    expect(gridSample(x, turned).shape).toEqual([1, H, W, 1]);
    expect((await gridSample(x, turned).data())[0]).toBeCloseTo(picture[W - 1] as number, 4);
  });

  test("shapes that do not fit are told", () => {
    expect(() => gridSample(x, x)).toThrow(
      "gridSample: grid should be [1, oh, ow, 2] for x [1, 3, 4, 1], got [1, 3, 4, 1]",
    );
    expect(() => gridSample(x, grid, { padding: "zero" as never })).toThrow(
      /padding must be one of zeros, border, reflection/,
    );
    expect(() => affineGrid(x, [2, 2])).toThrow(/theta should be \[n, 2, 3\]/);
  });
});

describe("resizing", () => {
  const line = tensor([0, 1, 2, 3], [1, 1, 4, 1]);
  test("antialiased: the kernel is as wide as two pixels of the result", async () => {
    const half = await resizeAntialiased(line, [1, 2]).data();
    expect([...half].map((v) => v.toFixed(4))).toEqual(["0.7143", "2.2857"]); // 5/7 and 16/7
    const wider = await resizeAntialiased(tensor([0, 4], [1, 1, 2, 1]), [1, 4]).data();
    expect([...wider].map((v) => v.toFixed(4))).toEqual(["0.0000", "1.0000", "3.0000", "4.0000"]);
    const [sum] = await resizeAntialiased(tensor([5, 5, 5, 5, 5], [1, 1, 5, 1]), [1, 2], {
      method: "bicubic",
    }).data();
    expect(sum).toBeCloseTo(5, 5);
  });

  test("nearest by centres, and by a factor", async () => {
    expect([...(await resizeNearestExact(line, [1, 2]).data())]).toEqual([1, 3]);
    expect([...(await resizeNearestExact(line, [1, 3]).data())]).toEqual([0, 2, 3]);
    expect(resizeBy(tensor([0], [1, 1, 1, 1]), 2.5).shape).toEqual([1, 2, 2, 1]);
    expect(() => resizeBy(line, 0)).toThrow("resizeBy: scale should be one or two numbers above 0, got 0");
  });
});
