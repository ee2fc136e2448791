/** The distance of textures, against covariances in float64. */
import { describe, expect, test } from "vitest";
import { grad, mse, Parameter, roll, type Tensor, tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { textureLoss, vggAndTextureLoss, vggLoss } from "../../../models/super-resolution/srgan-losses.ts";
import { VGG19 } from "../../../models/features/vgg19.ts";

const WIDTH = 4;
const vgg = new VGG19({ layer: "relu2_2", upTo: "relu3_1", width: WIDTH });
/** Not a multiple of a place: what is left over does not count. */
const SHAPE = [2, 37, 50, 3];
const image = (stream: number) => fillUniform(new Float32Array(2 * 37 * 50 * 3), 3, stream, -1, 1);
const [made, wanted] = [image(1), image(2)];

/** One layer's distance, by its definition: divided by the size of both at `made` and `wanted`, which does not move with `at`. */
async function distance(
  layer: "relu1_1" | "relu2_1" | "relu3_1",
  side: number,
  at: Float32Array = made,
): Promise<number> {
  const features = async (pixels: Float32Array) => {
    const [x] = vgg.taps(tensor(pixels, SHAPE), [layer]);
    if (!x) throw new Error("no features");
    return { shape: x.shape as [number, number, number, number], data: Array.from(await x.data()) };
  };
  const [a, unit, b] = await Promise.all([at, made, wanted].map(features));
  if (!a || !unit || !b) throw new Error("no features");
  const [n, h, w, c] = a.shape;
  const none = (1e-3 * c * (b.data.reduce((sum, x) => sum + x * x, 0) / b.data.length)) ** 2;
  /** Covariance of channels i and j in the place that begins at (top, left). */
  const covariance = (f: number[], image: number, top: number, left: number, i: number, j: number) => {
    let [both, first, second] = [0, 0, 0];
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        const at = ((image * h + y) * w + x) * c;
        const [p, q] = [f[at + i] as number, f[at + j] as number];
        both += p * q;
        first += p;
        second += q;
      }
    const count = side * side;
    return both / count - (first / count) * (second / count);
  };
  let [sum, places] = [0, 0];
  for (let image = 0; image < n; image++)
    for (let top = 0; top + side <= h; top += side)
      for (let left = 0; left + side <= w; left += side) {
        let [apart, both] = [0, 0];
        for (let i = 0; i < c; i++)
          for (let j = 0; j < c; j++) {
            const want = covariance(b.data, image, top, left, i, j);
            apart += (covariance(a.data, image, top, left, i, j) - want) ** 2;
            both += want ** 2 + covariance(unit.data, image, top, left, i, j) ** 2;
          }
        sum += apart / Math.sqrt(both + none);
        places++;
      }
  return sum / places;
}

const lossAt = async (pixels?: Float32Array) =>
  (await distance("relu1_1", 16, pixels)) +
  (await distance("relu2_1", 8, pixels)) +
  (await distance("relu3_1", 4, pixels));

describe("texture loss", () => {
  test("is the distance of the covariances of features, place by place, over the size of both", async () => {
    const want = await lossAt();
    const got = await textureLoss(vgg, tensor(made, SHAPE), tensor(wanted, SHAPE)).item();
    expect(want).toBeGreaterThan(1e-3);
    expect(Math.abs(got / want - 1)).toBeLessThan(1e-4);
  });

  test("is nothing between an image and itself", async () => {
    expect(await textureLoss(vgg, tensor(made, SHAPE), tensor(made, SHAPE)).item()).toBe(0);
  });

  test("comes together with the content as it does alone", async () => {
    const [sr, hr] = [tensor(made, SHAPE), tensor(wanted, SHAPE)];
    const both = vggAndTextureLoss(vgg, sr, hr, "channel-sum");
    expect(await both.texture.item()).toBe(await textureLoss(vgg, sr, hr).item());
    expect(await both.content.item()).toBe(await vggLoss(vgg, sr, hr, "channel-sum").item());
  });

  test("hardly minds where in its place a texture lies, which a distance of pixels does", async () => {
    const moved = roll(roll(tensor(made, SHAPE), 3, 1), 5, 2);
    const [near, far] = [tensor(made, SHAPE), tensor(fillUniform(made.slice(), 3, 1, -0.5, 0.5), SHAPE)];
    // The same texture elsewhere, and one of half the contrast.
    const shares = [mse, (a: Tensor, b: Tensor) => textureLoss(vgg, a, b)].map(async (distance) => {
      const [shifted, weaker] = [await distance(moved, near).item(), await distance(far, near).item()];
      return shifted / weaker;
    });
    const [ofPixels, ofTextures] = await Promise.all(shares);
    expect(ofPixels).toBeGreaterThan(5);
    expect(ofTextures).toBeLessThan(0.5);
  });

  test("grows with the square of contrast, as distances of features do", async () => {
    const noise = fillUniform(new Float32Array(made.length), 3, 7, -0.2, 0.2);
    const loss = (strength: number) => {
      const original = wanted.map((x) => strength * x);
      const noisy = original.map((x, k) => x + strength * (noise[k] as number));
      return textureLoss(vgg, tensor(noisy, SHAPE), tensor(original, SHAPE)).item();
    };
    const [busy, quiet] = [await loss(1), await loss(0.1)];
    expect(busy).toBeGreaterThan(1e-3);
    // Not to its fourth power, which would be 1e-4. Features are not quite in proportion to contrast.
    expect(quiet / busy).toBeGreaterThan(0.003);
    expect(quiet / busy).toBeLessThan(0.03);
  });

  test("tells its images how to come closer, with the size of what they have by now as fixed", async () => {
    const sr = new Parameter("sr", SHAPE, made);
    const slopes = (await grad(textureLoss(vgg, sr, tensor(wanted, SHAPE)), [sr])[0]?.data()) ?? [];
    // Along the gradient, where the slope is its length.
    const length = Math.hypot(...slopes);
    const at = (t: number) => lossAt(made.map((x, k) => x + (t * (slopes[k] as number)) / length));
    const step = 0.2;
    const want = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(Math.abs(length / want - 1)).toBeLessThan(0.02);
  });
});
