/** SqueezeNet knows what photographs show, and its features tell sharp from blurred. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/index.ts";
import { tensor } from "../../../engine/index.ts";
import { crop, makeImage, toRgb } from "../../../engine/io/image.ts";
import { bicubic, nearest } from "../../../models/super-resolution/baselines.ts";
import { matchPair } from "../../../models/super-resolution/evaluate.ts";
import { perceptualDistance } from "../../../models/features/perceptual.ts";
import { parseSqueezeNet, SqueezeNet } from "../../../models/features/squeezenet.ts";
import { decode, givenFolder } from "../../engine/data/given.ts";

const folder = givenFolder("data");
const weights = join(folder ?? "", "weights/squeezenet1_1_imagenet_fp16.safetensors");
const photograph = async (name: string) => toRgb(await decode(join(folder ?? "", `sr_set14/${name}.png`)));

test("has the parameters of the paper's table (1.24 million)", () => {
  expect(new SqueezeNet().parameterCount).toBe(1_235_496);
});

test("a file of other weights is refused", () => {
  expect(() => parseSqueezeNet(new TextEncoder().encode("nothing"), "x.bin")).toThrow("x.bin: neither");
});

describe.skipIf(!existsSync(weights) || !existsSync(join(folder ?? "", "sr_set14")))("real weights", () => {
  const load = () => parseSqueezeNet(readFileSync(weights), weights);

  test.each([
    ["zebra", 340],
    ["monarch", 323],
    ["pepper", 945],
  ])("%s is recognised", async (name, label) => {
    const { width, height, data } = imresize(await photograph(name), { width: 227, height: 227 });
    const logits = await load()
      .forward(tensor(Float32Array.from(data), [1, height, width, 3]))
      .data();
    expect(logits.indexOf(Math.max(...(logits as Float32Array)))).toBe(label);
  });

  test("equal images are at distance 0; pixels repeated are further than bicubic", async () => {
    const net = load();
    const { lr, hr } = matchPair("zebra", crop(await photograph("zebra"), 100, 100, 256, 240));
    const [smooth, blocks] = [await bicubic(lr), await nearest(lr)];
    expect(await perceptualDistance(net, hr, hr)).toBe(0);
    const distances = [await perceptualDistance(net, smooth, hr), await perceptualDistance(net, blocks, hr)];
    expect(distances[0]).toBeGreaterThan(0.05);
    expect(distances[1]).toBeGreaterThan(distances[0] as number);
    expect(await perceptualDistance(net, hr, smooth)).toBeCloseTo(distances[0] as number, 6);
  });

  test("sizes must fit", async () => {
    const black = (width: number, height: number) =>
      makeImage(new Uint8Array(width * height * 3), width, height, 3);
    await expect(perceptualDistance(load(), black(40, 40), black(40, 44))).rejects.toThrow(
      "the images differ in size, 40x40 and 40x44",
    );
    await expect(perceptualDistance(load(), black(40, 31), black(40, 31))).rejects.toThrow(
      "needs at least 32x32 pixels, got 40x31",
    );
  });
});
