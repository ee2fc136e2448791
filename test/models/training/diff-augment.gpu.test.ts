import { describe, expect, it } from "vitest";
import { add, grad, init, sum, tensor, type Tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { type AugmentationKind, drawAugmentation } from "../../../models/training/diff-augment.ts";

await init();

const SHAPE = [3, 9, 16, 2] as const;
const [N, H, W, C] = SHAPE;
const values = (stream: number) => fillUniform(new Float32Array(N * H * W * C), 5, stream, -1);
const numbers = async (x: Tensor) => [...((await x.data()) as Float32Array)];
const apply = (kinds: readonly AugmentationKind[], x: Float32Array, step = 4, pass = 1) =>
  drawAugmentation(kinds, SHAPE, 7, step, pass).apply(tensor(x, SHAPE));

/** A move by whole pixels with zeros coming in, written as loops. */
function moved(x: Float32Array, k: number, down: number, right: number, flip: boolean): number[] {
  const out: number[] = [];
  for (let y = 0; y < H; y++)
    for (let column = 0; column < W; column++)
      for (let c = 0; c < C; c++) {
        const [v, u] = [y - down, column - right];
        const inside = v >= 0 && v < H && u >= 0 && u < W;
        out.push(inside ? (x[((k * H + v) * W + (flip ? W - 1 - u : u)) * C + c] as number) : 0);
      }
  return out;
}

/** Which move of those that are allowed a picture got. */
function movesOf(x: Float32Array, got: readonly number[], k: number): (readonly [number, number, boolean])[] {
  const part = got.slice(k * H * W * C, (k + 1) * H * W * C);
  const found: (readonly [number, number, boolean])[] = [];
  for (let down = -(H >> 3); down <= H >> 3; down++)
    for (let right = -(W >> 3); right <= W >> 3; right++)
      for (const flip of [false, true])
        if (moved(x, k, down, right, flip).every((v, i) => v === part[i])) found.push([down, right, flip]);
  return found;
}

describe("differentiable augmentation", () => {
  it("moves each picture by up to an eighth of its sides, zeros coming in, each drawn for itself", async () => {
    const x = values(1);
    const seen = new Set<string>();
    for (const step of [0, 1, 2, 3]) {
      const got = await numbers(apply(["translation", "mirror"], x, step));
      for (let k = 0; k < N; k++) {
        const moves = movesOf(x, got, k);
        expect(moves).toHaveLength(1);
        seen.add(String(moves[0]));
      }
    }
    expect(seen.size).toBeGreaterThan(6);
    expect([...seen].some((move) => move.endsWith("true"))).toBe(true);
    expect([...seen].some((move) => move.endsWith("false"))).toBe(true);
  });

  it("is the same for everything that one draw is applied to, so that a sum stays a sum", async () => {
    const drawn = drawAugmentation(["translation", "mirror", "cutout"], SHAPE, 7, 2, 0);
    const [a, b] = [tensor(values(1), SHAPE), tensor(values(2), SHAPE)];
    const apart = await numbers(add(drawn.apply(a), drawn.apply(b)));
    expect(await numbers(drawn.apply(add(a, b)))).toEqual(apart);
  });

  it("differs between passes and updates, and is the same for the same place", async () => {
    const x = values(1);
    const first = await numbers(apply(["cutout"], x, 3, 0));
    expect(await numbers(apply(["cutout"], x, 3, 0))).toEqual(first);
    expect(await numbers(apply(["cutout"], x, 3, 1))).not.toEqual(first);
    expect(await numbers(apply(["cutout"], x, 4, 0))).not.toEqual(first);
  });

  it("cuts out at most half of each side and leaves the rest", async () => {
    const x = values(3);
    const got = await numbers(apply(["cutout"], x));
    for (let k = 0; k < N; k++) {
      const part = got.slice(k * H * W * C, (k + 1) * H * W * C);
      const zeros = part.filter((v) => v === 0).length / C;
      expect(zeros).toBeGreaterThan(0);
      expect(zeros).toBeLessThanOrEqual((H >> 1) * (W >> 1));
      part.forEach((v, i) => {
        expect([0, x[k * H * W * C + i]]).toContain(v);
      });
    }
  });

  it("changes colours by brightness, saturation and contrast as the paper says", async () => {
    const x = values(4);
    const got = await numbers(apply(["colour"], x));
    // Two channels of a pixel keep the direction of their difference: all three changes are linear in it.
    for (let k = 0; k < N; k++) {
      const ratios: number[] = [];
      for (let p = 0; p < H * W; p++) {
        const at = (k * H * W + p) * C;
        const before = (x[at] as number) - (x[at + 1] as number);
        if (Math.abs(before) > 0.1) ratios.push(((got[at] as number) - (got[at + 1] as number)) / before);
      }
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
      expect(most - least).toBeLessThan(1e-4);
      expect(least).toBeGreaterThanOrEqual(0);
      expect(most).toBeLessThanOrEqual(3); // saturation below 2, contrast below 1.5
    }
  });

  it("passes gradients back to where the pixels came from", async () => {
    const x = tensor(values(5), SHAPE);
    const drawn = drawAugmentation(["translation", "mirror"], SHAPE, 7, 1, 0);
    const weights = tensor(values(6), SHAPE);
    const [dx] = grad(sum(drawn.apply(x).mul(weights)), [x]) as [Tensor];
    // <T x, w> = <x, Tᵗ w>: the gradient is Tᵗ w, and its product with x is the loss again.
    const left = await numbers(sum(drawn.apply(x).mul(weights)));
    const right = await numbers(sum(x.mul(dx)));
    expect(right[0]).toBeCloseTo(left[0] as number, 3);
  });
});
