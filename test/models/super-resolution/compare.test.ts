/** Several upscalers side by side, the paper's tables, and sheets of pictures. */
import { describe, expect, test } from "vitest";
import { crop, type Image, makeImage } from "../../../engine/io/image.ts";
import { bicubic, nearest } from "../../../models/super-resolution/baselines.ts";
import { compareUpscalers } from "../../../models/super-resolution/compare.ts";
import { evaluate, matchPair, type Pair } from "../../../models/super-resolution/evaluate.ts";
import { benchmarkOf, publishedScores } from "../../../models/super-resolution/paper-tables.ts";
import { detailWindow, pictureSheet } from "../../../models/training/picture-sheet.ts";
import { waves } from "../../cli/samples.ts";

const flat = (width: number, height: number, value: number): Image =>
  makeImage(new Uint8Array(width * height * 3).fill(value), width, height, 3);

describe("comparison", () => {
  const pairs: Pair[] = [80, 96].map((side) => ({
    name: `waves ${side}`,
    load: async () => matchPair("waves", crop(waves(120, 120), 5, 9, side, 64)),
  }));

  test("has the means that each evaluation by itself has", async () => {
    const models = new Map([
      ["nearest", nearest],
      ["bicubic", bicubic],
    ]);
    const told: string[] = [];
    const onProgress = (done: number, total: number, what: string) => told.push(`${done}/${total} ${what}`);
    const { images, models: scores, details } = await compareUpscalers(pairs, models, { onProgress });
    expect([images, scores.map(({ model }) => model)]).toEqual([2, ["nearest", "bicubic"]]);
    for (const protocol of ["matlab", "ledig2017"] as const) {
      const { mean } = await evaluate(pairs, bicubic, protocol);
      expect(scores[1]?.[protocol].psnr).toBeCloseTo(mean.psnr, 10);
      expect(scores[1]?.[protocol].ssim).toBeCloseTo(mean.ssim, 10);
    }
    expect(told[0]).toBe("0/4 waves 80 by nearest");
    expect(told.at(-1)).toBe("4/4 ");
    expect(details.map(({ image }) => image)).toEqual(["waves 80", "waves 96"]);
    for (const { pictures } of details) {
      expect(pictures).toHaveLength(4);
      expect(pictures.every(({ width, height }) => width === 64 && height === 64)).toBe(true);
      expect(pictures[0]).toEqual(pictures[1]);
    }
  });

  test("goes on behind an image that cannot be measured", async () => {
    const tiny: Pair = { name: "tiny", load: async () => matchPair("tiny", waves(8, 8)) };
    const models = new Map([["nearest", nearest]]);
    const whole = await compareUpscalers(pairs, models);
    const { failed, ...rest } = await compareUpscalers([tiny, ...pairs], models);
    expect(rest).toEqual({ images: 2, models: whole.models, details: whole.details, weave: whole.weave });
    expect(failed.map(({ name }) => name)).toEqual(["tiny"]);
    await expect(compareUpscalers([tiny], models)).rejects.toThrow(/^tiny: to measure it takes/);
  });

  test("of nothing is refused", async () => {
    await expect(compareUpscalers([], new Map())).rejects.toThrow("there is no image to measure");
  });
});

describe("the paper's tables", () => {
  test.each([
    ["../shared/data/sr_set5", 5, "Set5"],
    ["data/Set14/", 14, "Set14"],
    ["C:\\data\\BSD100", 100, "BSD100"],
    ["data/set5", 4, undefined],
    ["data/kodak", 24, undefined],
    ["data/myset5", 5, undefined],
  ])("%s with %i images is %s", (folder, images, benchmark) => {
    expect(benchmarkOf(folder, images)).toBe(benchmark);
  });

  test("stand as printed", () => {
    const row = (benchmark: "Set5" | "Set14" | "BSD100", method: string) =>
      publishedScores(benchmark).find((score) => score.method === method);
    expect(row("Set5", "SRResNet-MSE")).toMatchObject({ psnr: 32.05, ssim: 0.9019 });
    expect(row("Set14", "SRGAN-VGG22")).toMatchObject({ psnr: 26.44, ssim: 0.7518 });
    expect(row("BSD100", "SRGAN-VGG54")).toMatchObject({ psnr: 25.16, ssim: 0.6688 });
  });
});

describe("sheets", () => {
  test("lay rows of pictures on white", () => {
    const { width, height, data } = pictureSheet([[flat(3, 2, 10), flat(5, 4, 20)], [flat(2, 2, 30)]]);
    expect([width, height]).toEqual([3 + 4 + 5, 4 + 4 + 2]);
    const at = (x: number, y: number) => data[(y * width + x) * 3];
    expect([at(0, 0), at(0, 2), at(3, 0), at(7, 3), at(1, 8), at(2, 8)]).toEqual([10, 255, 255, 20, 30, 255]);
  });

  test("the detail is where pixels differ most", () => {
    const image = flat(64, 48, 100);
    for (let y = 24; y < 40; y++)
      for (let x = 32; x < 48; x++)
        image.data.fill((x + y) % 2 ? 255 : 0, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
    expect(detailWindow(image, 16)).toEqual({ x: 32, y: 24, side: 16 });
    expect(detailWindow(image, 1000)).toMatchObject({ side: 48, y: 0 });
  });
});
