/** Networks that start otherwise than at random: with equal sub-pixels, and as a trained network with blocks added. */
import { beforeAll, describe, expect, test } from "vitest";
import { idle, tensor, type Tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRRESNET_PAPER, SRResNet, type SRResNetOptions } from "../../../models/super-resolution/srresnet.ts";
import { deepened, startAsNearest } from "../../../models/super-resolution/srresnet-init.ts";
import { reference as k } from "../../reference.ts";
import type { Numbers } from "../../reference/array.ts";
import { evaluate } from "../../reference/differentiate.ts";

const SMALL = { ...SRRESNET_PAPER, numBlocks: 1, width: 4 };

/** [2, h, w, c], between 0 and 1. */
const images = (h: number, w: number, c: number, seed: number): Tensor =>
  tensor(fillUniform(new Float32Array(2 * h * w * c), seed, 0), [2, h, w, c]);

const numbers = async (x: Tensor): Promise<Numbers> => ({ shape: x.shape, data: await x.data() });

describe("equal sub-pixels (ICNR)", () => {
  test("enlarging begins as the convolution with one of four kernels, each pixel repeated", async () => {
    const drawn = new SRResNet({ ...SMALL, seed: 3 });
    const net = new SRResNet({ ...SMALL, seed: 3 });
    startAsNearest(net);
    for (const [k0, stage] of net.up.entries()) {
      const other = drawn.up[k0];
      if (!("conv" in stage && other && "conv" in other)) throw new Error("no sub-pixel convolution");
      const x = images(3, 5, SMALL.width, 9 + k0);
      const kernels = await numbers(other.conv.weight);
      // The first of the four kernels that make a pixel of a channel.
      const first: Numbers = {
        shape: [3, 3, SMALL.width, SMALL.width],
        data: Array.from(kernels.data).filter((_, i) => i % 4 === 0),
      };
      const slopes = await numbers(stage.act.weight);
      const [want] = evaluate(
        (image, w, slope) =>
          k.prelu(k.resize(k.conv2d(image, w, { padding: 1 }), [6, 10], { method: "nearest" }), slope),
        [await numbers(x), first, slopes],
      );
      const got = await numbers(stage.forward(x));
      expect(got.shape).toEqual(want?.shape);
      Array.from(want?.data ?? []).forEach((value, i) => {
        expect(Math.abs((got.data[i] as number) - value)).toBeLessThan(1e-5);
      });
    }
  });

  test("transposed convolutions have none", () => {
    expect(() => startAsNearest(new SRResNet({ ...SMALL, upsample: "deconv" }))).toThrow(
      "only sub-pixel convolutions have kernels that could start equal",
    );
  });
});

describe("a trained network with blocks added", () => {
  const trained = new SRResNet({ ...SMALL, seed: 5 });
  const x = images(6, 7, 3, 1).keep();

  beforeAll(async () => {
    // Running statistics as training leaves them.
    for (let step = 0; step < 3; step++) trained.forward(images(6, 7, 3, 20 + step));
    await idle();
    trained.eval();
  });

  test("computes what the trained one computes", async () => {
    const config = { ...SMALL, numBlocks: 3 };
    const net = new SRResNet({ ...config, seed: 8 });
    net.loadStateDict(await deepened(trained, config, 8, "old.safetensors"), "old.safetensors");
    const [got, want] = [await net.eval().forward(x).data(), await trained.forward(x).data()];
    expect(got).toEqual(want);
    expect(new Set(want).size).toBeGreaterThan(100);
    // What is added can learn: its kernels are random, only the scale at its end is zero.
    expect((await net.body[2]?.conv2.weight.data())?.every((value) => value !== 0)).toBe(true);
  });

  test.each([
    [{ width: 8 }, "old.safetensors: its width is 4, that of the network to train 8"],
    [
      { upsample: "deconv" },
      "old.safetensors: its upsample is subpixel, that of the network to train deconv",
    ],
    [{ numBlocks: 0 }, "old.safetensors has 1 residual blocks, the network to train 0"],
  ] as [SRResNetOptions, string][])("is refused for %j", async (other, sentence) => {
    await expect(deepened(trained, { ...SMALL, ...other }, 0, "old.safetensors")).rejects.toThrow(sentence);
  });
});
