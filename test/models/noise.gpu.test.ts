/** Noise in the generator: where it reaches, what files and pictures make of it. */
import { describe, expect, test } from "vitest";
import { grad, mean, mul, randn, Rng, square, tensor } from "../../engine/index.ts";
import { type HostTensor, hostTensor, writeSafetensors } from "../../engine/io/index.ts";
import { makeImage } from "../../engine/io/image.ts";
import { fillUniform, integer, randomBits } from "../../engine/random.ts";
import { SRResNet, type SRResNetOptions } from "../../models/srresnet.ts";
import {
  blendSRResNets,
  buildSRResNet,
  readSRResNet,
  type SRResNetFile,
} from "../../models/srresnet-files.ts";
import { enlarged } from "../../models/srresnet-init.ts";
import { asSuperResolver, upscaleImage } from "../../models/upscale.ts";

const [H, W] = [5, 6];
const SMALL = { numBlocks: 1, width: 6, seed: 3 };
const lr = tensor(fillUniform(new Float32Array(2 * H * W * 3), 1, 1, 0, 1), [2, H, W, 3]);
const noise = randn([2, 4 * H, 4 * W, 1], new Rng(4));
const noisy = () => new SRResNet({ ...SMALL, noise: true }).eval();

async function fileOf(options: SRResNetOptions): Promise<SRResNetFile> {
  return readSRResNet(writeSafetensors(await new SRResNet(options).stateDict()), "drawn.safetensors");
}

describe("noise", () => {
  test("both images at once are those of two calls, and differ", async () => {
    const net = noisy();
    const [plain, grainy] = net.forwardBoth(lr, noise);
    const want = await Promise.all([net.forward(lr).data(), net.forward(lr, noise).data()]);
    expect(await plain.data()).toEqual(want[0]);
    expect(await grainy.data()).toEqual(want[1]);
    expect(want[0]).not.toEqual(want[1]);
  });

  test("in one pixel changes what the last convolution shows of it, and nothing else", async () => {
    const at = [9, 13] as const;
    const one = new Float32Array(16 * H * W);
    one[at[0] * 4 * W + at[1]] = 2;
    const net = noisy();
    const first = tensor(fillUniform(new Float32Array(H * W * 3), 1, 1, 0, 1), [1, H, W, 3]);
    const [plain, grainy] = net.forwardBoth(first, tensor(one, [1, 4 * H, 4 * W, 1]));
    const [a, b] = [await plain.data(), await grainy.data()];
    for (let y = 0; y < 4 * H; y++)
      for (let x = 0; x < 4 * W; x++) {
        const near = Math.max(Math.abs(y - at[0]), Math.abs(x - at[1])) <= 4;
        const k = (y * 4 * W + x) * 3;
        expect(a[k] !== b[k], `${y}, ${x}`).toBe(near);
      }
  });

  test("its strengths learn", async () => {
    const net = noisy();
    const strengths = net.weights().get("up.1.noise");
    if (!strengths) throw new Error("no strengths");
    const loss = () => mean(square(net.forward(lr, noise)));
    const slopes = Array.from((await grad(loss(), [strengths])[0]?.data()) ?? [], Number);
    // Along the gradient, where the slope is its length.
    const length = Math.hypot(...slopes);
    const dict = await net.stateDict();
    const { data, shape } = dict.get("up.1.noise") as HostTensor;
    const at = async (t: number) => {
      const moved = Float32Array.from(
        Array.from(data, Number),
        (x, k) => x + (t * (slopes[k] as number)) / length,
      );
      net.loadStateDict(new Map([...dict, ["up.1.noise", hostTensor(moved, shape)]]), "moved");
      return loss().item();
    };
    const step = 0.02;
    const want = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(Math.abs(length / want - 1)).toBeLessThan(0.02);
  });

  test("is refused by networks without strengths for it", () => {
    expect(() => new SRResNet(SMALL).forward(lr, noise)).toThrow(/without strengths/);
    expect(() => new SRResNet({ ...SMALL, upsample: "deconv", noise: true }).forward(lr, noise)).toThrow(
      /sub-pixel/,
    );
  });

  test("is known by a file's strengths", async () => {
    expect((await fileOf({ ...SMALL, noise: true })).config.noise).toBe(true);
    expect((await fileOf(SMALL)).config.noise).toBe(false);
  });

  test("comes to a network that was trained without, which stays what it is but for that", async () => {
    const trained = new SRResNet({ ...SMALL, seed: 9 }).eval();
    const { config } = noisy();
    const net = new SRResNet(config).eval();
    net.loadStateDict(await enlarged(trained, config, 1, "old"), "old");
    expect(await net.forward(lr).data()).toEqual(await trained.forward(lr).data());
    expect(await net.forward(lr, noise).data()).not.toEqual(await trained.forward(lr).data());
    await expect(enlarged(noisy(), trained.config, 1, "old")).rejects.toThrow(/noise is true/);
  });

  test("fades in a blend with a network that has none", async () => {
    const ends = [await fileOf({ ...SMALL, seed: 9 }), await fileOf({ ...SMALL, noise: true })] as const;
    const strengths = (file: SRResNetFile) => Array.from(file.weights.get("up.1.noise")?.data ?? [], Number);
    const whole = strengths(ends[1]);
    for (const [from, to, share] of [
      [...ends, 0.25],
      [ends[1], ends[0], 0.75],
    ] as const) {
      const blend = blendSRResNets(from, to, 0.25);
      for (const [k, x] of strengths(blend).entries()) expect(x).toBeCloseTo(share * (whole[k] as number), 6);
      expect(buildSRResNet(blend).config.noise).toBe(true);
    }
  });
});

test("a picture made tile by tile has the grain of the whole", async () => {
  const [width, height] = [61, 47];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => integer(randomBits(5, i)[0], 256));
  const image = makeImage(data, width, height, 3);
  const net = noisy();
  const model = asSuperResolver(net, "test");
  const whole = await upscaleImage(image, model, { tile: 0 });
  const tiled = await upscaleImage(image, model, { tile: 16 });
  expect(tiled.data).toEqual(whole.data);
  const input = tensor(
    Float32Array.from(data, (byte) => byte / 255),
    [1, height, width, 3],
  );
  const plain = await mul(net.forward(input).add(1), 127.5).data();
  expect(whole.data).not.toEqual(Uint8ClampedArray.from(plain as Float32Array));
});
