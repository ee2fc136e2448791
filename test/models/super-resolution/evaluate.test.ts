import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/imresize.ts";
import { InputError } from "../../../engine/errors.ts";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { encodePng } from "../../../engine/io/image-node.ts";
import { BASELINES, bicubic, nearest } from "../../../models/super-resolution/baselines.ts";
import { pairFiles } from "../../../models/super-resolution/benchmark-files.ts";
import {
  type EvaluationProgress,
  evaluate,
  type ImageScore,
  matchPair,
  type Pair,
} from "../../../models/super-resolution/evaluate.ts";
import { findPairs } from "../../../models/super-resolution/evaluate-node.ts";
import { score } from "../../../models/metrics/index.ts";

/** Smooth waves with some structure, so that bicubic does better than nearest. */
function waves(width: number, height: number, channels: 1 | 2 | 3 | 4 = 3): Image {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[i] = 128 + 60 * Math.sin(x / 4 + (i % channels)) + 50 * Math.cos(y / 5);
  }
  return makeImage(data, width, height, channels);
}

describe("pairFiles", () => {
  test("knows the three forms and passes over the rest", () => {
    const files = [
      "zebra.png",
      "baby_LRx4.png",
      "baby.png",
      "bird.JPG",
      "baby_LRx2.png",
      "img_001_SRF_4_LR.png",
      "img_001_SRF_4_HR.png",
      "img_001_SRF_4_SRCNN.png",
      "img_001_SRF_2_HR.png",
      "CREDITS.md",
      "._zebra.png",
    ];
    expect(pairFiles(files)).toEqual([
      { name: "baby", hr: "baby.png", lr: "baby_LRx4.png" },
      { name: "bird", hr: "bird.JPG" },
      { name: "img_001", hr: "img_001_SRF_4_HR.png", lr: "img_001_SRF_4_LR.png" },
      { name: "zebra", hr: "zebra.png" },
    ]);
    expect(pairFiles([])).toEqual([]);
  });
  test("names an LR file without its original, and two originals of one name", () => {
    expect(() => pairFiles(["a.png", "b_LRx4.png"])).toThrow(
      "b_LRx4.png is a low-resolution image without its original",
    );
    expect(() => pairFiles(["a.jpg", "a.png"])).toThrow(InputError);
  });
});

describe("matchPair", () => {
  test("cuts the original to a multiple of four and reduces it", () => {
    const { lr, hr } = matchPair("a", waves(43, 29));
    expect([hr.width, hr.height, lr.width, lr.height]).toEqual([40, 28, 10, 7]);
    expect([...hr.data.subarray(0, 120)]).toEqual([...waves(43, 29).data.subarray(0, 120)]);
    expect(lr.data).toEqual(imresize(hr, { scale: 1 / 4 }).data);
    expect(matchPair("a", waves(43, 29), undefined, "replicate").lr.data).toEqual(
      imresize(hr, { scale: 1 / 4 }, { border: "replicate" }).data,
    );
  });
  test("takes the low resolution that is there, if it fits", () => {
    const lr = waves(10, 7);
    expect(matchPair("a", waves(43, 29), lr).lr).toBe(lr);
    expect(() => matchPair("photo", waves(43, 29), waves(11, 8))).toThrow(
      "photo: an original of 43x29 needs a low-resolution image of 10x7, got 11x8",
    );
    expect(() => matchPair("photo", waves(43, 3))).toThrow("at least 4x4 pixels, got 43x3");
  });
  test.each([1, 2, 4] as const)("makes %d channels RGB", (channels) => {
    const { lr, hr } = matchPair("a", waves(24, 24, channels), waves(6, 6, 1));
    expect([lr.channels, hr.channels]).toEqual([3, 3]);
    const original = waves(24, 24, channels).data;
    const first =
      channels === 4 ? [original[0], original[1], original[2]] : [original[0], original[0], original[0]];
    expect([...hr.data.subarray(0, 3)]).toEqual(first);
  });
});

describe("evaluate", () => {
  const pairs: Pair[] = [40, 64].map((side) => ({
    name: `waves${side}`,
    load: async () => matchPair(`waves${side}`, waves(side, side)),
  }));

  test("gives per-image values and their means, and tells its progress", async () => {
    const progress: EvaluationProgress[] = [];
    const result = await evaluate(pairs, bicubic, "matlab", (p) => progress.push(p), "bicubic");
    const { lr, hr } = matchPair("", waves(40, 40));
    expect(result.images[0]).toEqual({ name: "waves40", ...score(await bicubic(lr), hr, "matlab") });
    const [first, second] = result.images as [ImageScore, ImageScore];
    expect(result.mean.psnr).toBeCloseTo((first.psnr + second.psnr) / 2, 12);
    expect(result.mean.ssim).toBeCloseTo((first.ssim + second.ssim) / 2, 12);
    expect([result.model, result.protocol]).toEqual(["bicubic", "matlab"]);
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(progress[1]?.latest).toEqual(result.images[1]);
    const plain = await evaluate(pairs, nearest, "ledig2017");
    expect(plain.mean.psnr).toBeLessThan(result.mean.psnr);
    expect(plain.model).toBe("nearest");
  });
  test("names what cannot be measured", async () => {
    await expect(evaluate([], bicubic, "matlab")).rejects.toThrow(InputError);
    const tiny: Pair = { name: "tiny", load: async () => matchPair("tiny", waves(16, 40)) };
    await expect(evaluate([tiny], bicubic, "matlab")).rejects.toThrow(
      "tiny: to measure it takes 19x19 pixels or more, got 16x40",
    );
    const damaged: Pair = { name: "bad", load: () => Promise.reject(new InputError("bad.png: no image")) };
    const told: string[] = [];
    const result = await evaluate([damaged, tiny, ...pairs], bicubic, "matlab", ({ done, total }) =>
      told.push(`${done}/${total}`),
    );
    expect(result.failed.map(({ name }) => name)).toEqual(["bad", "tiny"]);
    expect(result.failed[0]?.error).toBe("bad.png: no image");
    expect(result.mean).toEqual((await evaluate(pairs, bicubic, "matlab")).mean);
    expect(told).toEqual(["3/4", "4/4"]);
    const fault: Pair = { name: "x", load: () => Promise.reject(new TypeError("a fault of the program")) };
    await expect(evaluate([fault, ...pairs], bicubic, "matlab")).rejects.toThrow(TypeError);
    const same = async (lr: Image) => lr;
    await expect(evaluate(pairs, same, "matlab")).rejects.toThrow(
      "waves40: same made 10x10 of 10x10, expected 40x40",
    );
  });
});

describe("baselines", () => {
  test.each([1, 2, 3, 4] as const)("keep %d channels", async (channels) => {
    for (const upscaler of Object.values(BASELINES)) {
      const out = await upscaler(waves(5, 3, channels));
      expect([out.width, out.height, out.channels]).toEqual([20, 12, channels]);
    }
  });
  test("bicubic rounds once, at the end", async () => {
    const image = waves(6, 5);
    const exact = imresize({ ...image, data: Float64Array.from(image.data) }, { scale: 4 });
    const want = [...exact.data].map((v) => Math.min(Math.max(Math.floor(v + 0.5), 0), 255));
    expect([...(await bicubic(image)).data]).toEqual(want);
  });
});

describe("findPairs", () => {
  const dir = mkdtempSync(join(tmpdir(), "ganvas-eval-"));
  beforeAll(async () => {
    writeFileSync(join(dir, "plain.png"), await encodePng(waves(40, 41)));
    writeFileSync(join(dir, "given.png"), await encodePng(waves(32, 32)));
    writeFileSync(join(dir, "given_LRx4.png"), await encodePng(waves(8, 8)));
    mkdirSync(join(dir, "empty"));
    mkdirSync(join(dir, "wrong"));
    writeFileSync(join(dir, "wrong", "a.png"), "no image");
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test("reads originals and the low resolution that lies there", async () => {
    const pairs = await findPairs(dir);
    expect(pairs.map((pair) => pair.name)).toEqual(["given", "plain"]);
    const [given, plain] = await Promise.all(pairs.map((pair) => pair.load()));
    expect([...(given?.lr.data ?? [])]).toEqual([...waves(8, 8).data]);
    expect(plain).toEqual(matchPair("plain", waves(40, 41)));
    const [, replicated] = await findPairs(dir, { border: "replicate" });
    const { lr } = matchPair("plain", waves(40, 41), undefined, "replicate");
    expect((await replicated?.load())?.lr).toEqual(lr);
    const result = await evaluate(pairs, bicubic, "matlab");
    expect(result.images.length).toBe(2);
  });
  test("names a folder without use", async () => {
    await expect(findPairs(join(dir, "none"))).rejects.toThrow("it does not exist");
    await expect(findPairs(join(dir, "plain.png"))).rejects.toThrow("it is not a folder");
    await expect(findPairs(join(dir, "empty"))).rejects.toThrow(InputError);
    const [wrong] = await findPairs(join(dir, "wrong"));
    await expect(wrong?.load()).rejects.toThrow("a.png");
  });
});
