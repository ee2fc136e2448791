/** The film of a training, of one that only counts. */
import sharp from "sharp";
import { expect, test } from "vitest";
import type { BatchSource } from "../../../engine/data/index.ts";
import type { Tensor } from "../../../engine/index.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { delays, filmOf, shownSteps } from "../../../examples/film/film.ts";
import { picture } from "../../../examples/film/picture.ts";
import type { Trainer } from "../../../models/training/trainer.ts";

test("it begins before the first update and ends with the last, at an even pace", () => {
  const steps = shownSteps(300);
  expect([steps[0], steps.at(-1)]).toEqual([0, 300]);
  expect(new Set(steps.slice(1).map((step, k) => step - (steps[k] as number)))).toEqual(new Set([3, 4]));
  expect(shownSteps(3)).toEqual([0, 1, 2, 3]);
});

test("it lasts twenty seconds", () => {
  for (const frames of [4, 97])
    expect(Math.abs(delays(frames).reduce((a, b) => a + b) - 20_000)).toBeLessThan(100);
});

test("a frame says the update and D's answers, and draws one point an update", () => {
  const svg = picture("Title", 2, 4, [{ name: "D(real)", values: [0.25, 1] }]);
  expect(svg).toContain("2 of 4");
  expect(svg).toContain("D(real) 1.00");
  const [, points = ""] = /points="([^"]*)"/.exec(svg) ?? [];
  const [[x1, y1], [x2, y2]] = points.split(" ").map((point) => point.split(",").map(Number)) as [
    number[],
    number[],
  ];
  expect((x2 as number) - (x1 as number)).toBeCloseTo(304 / 4, 1);
  expect((y1 as number) - (y2 as number)).toBeCloseTo(0.75 * 288, 1);
});

test("each frame has the sheet of its update", async () => {
  let step = 0;
  const trainer = {
    recipe: { steps: 9, batchSize: 1, seed: 0 },
    measures: ["loss", "D(real)", "D(fake)"],
    get step() {
      return step;
    },
    update: () => {
      step++;
      return { data: async () => Float32Array.of(9, 0.5, 0.25) } as unknown as Tensor;
    },
  } as unknown as Trainer;
  const sheet = async () => makeImage(new Uint8Array(300).fill(80 * step), 10, 10, 3);
  const source = { batch: async () => ({}) } as unknown as BatchSource;
  const film = await filmOf({ trainer, source, sheet }, "Counting", 3);
  const { pages, format } = await sharp(film, { animated: true }).metadata();
  expect([pages, format]).toEqual([4, "webp"]);
  for (let page = 0; page < 4; page++) {
    const { data, info } = await sharp(film, { page })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = 3 * (200 * info.width + 200);
    expect(Math.abs((data[at] as number) - 80 * page)).toBeLessThan(4);
  }
});
