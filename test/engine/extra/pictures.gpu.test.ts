/** Pictures read at any places, and resized without aliasing: against float64 loops, and values worked out by hand from PyTorch's rules. */
import { describe, expect, test } from "vitest";
import {
  affineGrid,
  gridSample,
  resizeAntialiased,
  resizeBy,
  resizeNearestExact,
} from "../../../engine/extra/index.ts";
import { grad, tensor } from "../../../engine/index.ts";

type Options = NonNullable<Parameters<typeof gridSample>[2]>;

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

/** A coordinate mirrored until it lies between `low` and `high`. */
function mirrored(at: number, low: number, high: number): number {
  if (low === high) return 0;
  let x = at;
  while (x < low || x > high) x = x < low ? 2 * low - x : 2 * high - x;
  return x;
}

/** PyTorch's rule for one place. */
function sampled(
  [x = 0, y = 0]: readonly number[],
  { method = "bilinear", padding = "zeros", alignCorners = false }: Options,
): number {
  const along = (at: number, n: number) => {
    const p = alignCorners ? ((at + 1) / 2) * (n - 1) : ((at + 1) * n - 1) / 2;
    if (padding === "zeros") return p;
    const q = padding === "border" ? p : alignCorners ? mirrored(p, 0, n - 1) : mirrored(p, -0.5, n - 0.5);
    return Math.min(Math.max(q, 0), n - 1);
  };
  const [px, py] = [along(x, W), along(y, H)];
  const pixel = (i: number, j: number) =>
    i >= 0 && i < H && j >= 0 && j < W ? (picture[i * W + j] as number) : 0;
  if (method === "nearest") return pixel(Math.round(py), Math.round(px));
  const [j, i] = [Math.floor(px), Math.floor(py)];
  const [u, v] = [px - j, py - i];
  return (
    (1 - v) * ((1 - u) * pixel(i, j) + u * pixel(i, j + 1)) +
    v * ((1 - u) * pixel(i + 1, j) + u * pixel(i + 1, j + 1))
  );
}

const x = tensor(picture, [1, H, W, 1]);
const grid = tensor(places.flat(), [1, 2, 3, 2]);

const KINDS: readonly Options[] = [
  {},
  { alignCorners: true },
  { padding: "border" },
  { padding: "reflection" },
  { padding: "reflection", alignCorners: true },
  { method: "nearest" },
  { method: "nearest", padding: "border" },
];

describe("gridSample", () => {
  test.each(KINDS)("$method $padding $alignCorners", async (options) => {
    const got = await gridSample(x, grid, options).data();
    places.forEach((place, k) => {
      expect(got[k]).toBeCloseTo(sampled(place, options), 4);
    });
  });

  test("gradients of the picture and of the places are differences", async () => {
    const weights = [0.3, -1, 0.7, 2, 1, -0.5];
    const loss = gridSample(x, grid)
      .mul(tensor(weights, [1, 2, 3, 1]))
      .sum();
    const [dx, dGrid] = await Promise.all(grad(loss, [x, grid]).map((g) => g.data()));
    const value = () =>
      places.reduce((sum, place, k) => sum + (weights[k] as number) * sampled(place, {}), 0);
    const slope = (numbers: number[], k: number) => {
      const before = numbers[k] as number;
      const [up, down] = [1e-5, -1e-5].map((step) => {
        numbers[k] = before + step;
        return value();
      }) as [number, number];
      numbers[k] = before;
      return (up - down) / 2e-5;
    };
    picture.forEach((_, k) => {
      expect(dx?.[k]).toBeCloseTo(slope(picture, k), 4);
    });
    places.forEach((place, k) => {
      expect(dGrid?.[2 * k]).toBeCloseTo(slope(place, 0), 3);
      expect(dGrid?.[2 * k + 1]).toBeCloseTo(slope(place, 1), 3);
    });
  });

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
