/** Sizes of DCGAN and of the first GAN: parameters, shapes, names in files. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { DcganDiscriminator, DcganGenerator } from "../../../models/dcgan/networks.ts";
import { GanDiscriminator, GanGenerator } from "../../../models/gan/networks.ts";

const zeros = (shape: readonly number[]) =>
  tensor(new Float32Array(shape.reduce((size, n) => size * n, 1)), shape);

describe("parameters", () => {
  test.each([
    // PyTorch's example for 64 pixels.
    ["DCGAN: generator", new DcganGenerator(), 3_576_704],
    ["its discriminator", new DcganDiscriminator(), 2_765_568],
    // 100·128·49 + 2·128 + 16·128·64 + 2·64 + 16·64
    ["the same for digits of 28 pixels", new DcganGenerator({ side: 28, channels: 1 }), 759_680],
    // 16·64 + 16·64·128 + 2·128 + 49·128
    ["its discriminator", new DcganDiscriminator({ side: 28, channels: 1 }), 138_624],
    // Spectral norm: biases instead of batch norm. 16·64 + 64 + 16·64·128 + 128 + 49·128 + 1
    ["… with spectral norm", new DcganDiscriminator({ side: 28, channels: 1, norm: "spectral" }), 138_561],
    ["… without a norm", new DcganDiscriminator({ side: 28, channels: 1, norm: "none" }), 138_561],
    // Goodfellow et al.'s code: 121,200 + 1,441,200 + 941,584 and 942,000 + 289,200 + 241
    ["the first GAN: generator", new GanGenerator(), 2_503_984],
    ["its discriminator", new GanDiscriminator(), 1_231_441],
  ])("%s", (_, net, count) => {
    expect(net.parameterCount).toBe(count);
  });
});

describe("shapes", () => {
  test.each([28, 32, 64, 128])("%i pixels", (side) => {
    const size = { side, channels: 3, width: 2 };
    const pictures = new DcganGenerator({ ...size, latentDim: 6 }).forward(zeros([5, 6]));
    expect(pictures.shape).toEqual([5, side, side, 3]);
    for (const norm of ["batch", "spectral", "none"] as const)
      expect(new DcganDiscriminator({ ...size, norm }).forward(pictures).shape).toEqual([5]);
  });

  test.each([0, 16, 27, 48, 56, 100])("%i pixels are refused", (side) => {
    const message = `DCGAN makes pictures of 28, 32, 64, 128, … pixels a side, not of ${side}`;
    expect(() => new DcganGenerator({ side })).toThrow(message);
    expect(() => new DcganDiscriminator({ side })).toThrow(message);
  });

  test("the first GAN's", () => {
    const pictures = new GanGenerator({ latentDim: 4, hidden: 8, pixels: 12 }).forward(zeros([3, 4]));
    expect(pictures.shape).toEqual([3, 12]);
    expect(new GanDiscriminator({ pixels: 12, hidden: 2 }).forward(pictures).shape).toEqual([3]);
  });
});

test("files have the names and layouts of PyTorch's example", () => {
  expect([...new DcganGenerator().fileShapes()].filter(([name]) => /^main\.(0|1|12)\./.test(name))).toEqual([
    ["main.0.weight", [100, 512, 4, 4]],
    ["main.1.weight", [512]],
    ["main.1.bias", [512]],
    ["main.1.running_mean", [512]],
    ["main.1.running_var", [512]],
    ["main.12.weight", [64, 3, 4, 4]],
  ]);
  const names = [...new DcganDiscriminator().fileShapes().keys()].filter((name) => name.endsWith("weight"));
  expect(names).toEqual([0, 2, 3, 5, 6, 8, 9, 11].map((at) => `main.${at}.weight`));
});
