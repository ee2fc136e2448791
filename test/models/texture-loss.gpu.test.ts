/** The distance of textures, against products in float64. */
import { describe, expect, test } from "vitest";
import { grad, Parameter, roll, tensor } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { textureLoss } from "../../models/srgan-losses.ts";
import { VGG19 } from "../../models/vgg19.ts";

const WIDTH = 4;
const vgg = new VGG19({ layer: "relu2_2", width: WIDTH });
/** Not a multiple of a place: what is left over does not count. */
const SHAPE = [2, 37, 50, 3];
const image = (stream: number) => fillUniform(new Float32Array(2 * 37 * 50 * 3), 3, stream, -1, 1);
const [made, wanted] = [image(1), image(2)];

/** Mean squared distance of one layer's products, by its definition. */
async function distance(layer: "relu1_1" | "relu2_1", side: number): Promise<number> {
  const [a, b] = await Promise.all(
    [made, wanted].map(async (pixels) => {
      const [x] = vgg.taps(tensor(pixels, SHAPE), [layer]);
      if (!x) throw new Error("no features");
      return { shape: x.shape as [number, number, number, number], data: Array.from(await x.data()) };
    }),
  );
  if (!a || !b) throw new Error("no features");
  const [n, h, w, c] = a.shape;
  const power = b.data.reduce((sum, x) => sum + x * x, 0) / b.data.length;
  let [sum, count] = [0, 0];
  for (let image = 0; image < n; image++)
    for (let top = 0; top + side <= h; top += side)
      for (let left = 0; left + side <= w; left += side)
        for (let i = 0; i < c; i++)
          for (let j = 0; j < c; j++) {
            let difference = 0;
            for (let y = top; y < top + side; y++)
              for (let x = left; x < left + side; x++) {
                const at = ((image * h + y) * w + x) * c;
                const product = (f: ArrayLike<number>) => (f[at + i] as number) * (f[at + j] as number);
                difference += product(a.data) - product(b.data);
              }
            sum += (difference / (side * side) / power) ** 2;
            count++;
          }
  return sum / count;
}

describe("texture loss", () => {
  test("is the distance of the products of features, place by place", async () => {
    const want = (await distance("relu1_1", 16)) + (await distance("relu2_1", 8));
    const got = await textureLoss(vgg, tensor(made, SHAPE), tensor(wanted, SHAPE)).item();
    expect(want).toBeGreaterThan(1e-6);
    expect(Math.abs(got / want - 1)).toBeLessThan(1e-4);
  });

  test("is nothing between an image and itself", async () => {
    expect(await textureLoss(vgg, tensor(made, SHAPE), tensor(made, SHAPE)).item()).toBe(0);
  });

  test("hardly minds where in its place a texture lies, which a distance of pixels does", async () => {
    const moved = roll(roll(tensor(made, SHAPE), 3, 1), 5, 2);
    const [near, far] = [tensor(made, SHAPE), tensor(fillUniform(made.slice(), 3, 1, -0.5, 0.5), SHAPE)];
    const shifted = await textureLoss(vgg, moved, near).item();
    const weaker = await textureLoss(vgg, far, near).item();
    expect(shifted).toBeLessThan(weaker / 5);
  });

  test("tells its images how to come closer", async () => {
    const sr = new Parameter("sr", SHAPE, made);
    const slopes = (await grad(textureLoss(vgg, sr, tensor(wanted, SHAPE)), [sr])[0]?.data()) ?? [];
    // Along the gradient, where the slope is its length.
    const length = Math.hypot(...slopes);
    const at = (t: number) => {
      const pixels = made.map((x, k) => x + (t * (slopes[k] as number)) / length);
      return textureLoss(vgg, tensor(pixels, SHAPE), tensor(wanted, SHAPE)).item();
    };
    const step = 0.2;
    const want = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(Math.abs(length / want - 1)).toBeLessThan(0.02);
  });
});
