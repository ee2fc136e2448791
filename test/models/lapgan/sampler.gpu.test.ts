/** Normalisation, weights files, sampling and figures. */
import { describe, expect, test } from "vitest";
import { FormatError, InputError } from "../../../engine/errors.ts";
import { add, sub, type Tensor, tensor } from "../../../engine/index.ts";
import { makeImage, writeSafetensors } from "../../../engine/io/index.ts";
import { nearestDraws } from "../../../models/lapgan/approximate-parzen.ts";
import { pyramidFigure } from "../../../models/lapgan/figure.ts";
import { type LapganModel, lapganWeights, parseLapgan } from "../../../models/lapgan/files.ts";
import { LapganSampler } from "../../../models/lapgan/lapgan-sampler.ts";
import { makeGenerator, openLevel } from "../../../models/lapgan/level.ts";
import { measureNormalisation, Normalisation } from "../../../models/lapgan/normalisation.ts";
import { pyrUp } from "../../../models/lapgan/pyramid.ts";
import type { LapganPreset } from "../../../models/lapgan/recipe.ts";
import {
  drawPictures,
  levelsFrom,
  noiseAt,
  oneClass,
  originRows,
  type SampledLevel,
  sampleLevels,
  stepPictures,
  thumbnailOf,
  thumbnailsOf,
  walk,
} from "../../../models/lapgan/sampler.ts";
import { numbers, pictures, recipe } from "./given.ts";

const values = async (x: Tensor): Promise<Float32Array> => (await x.data()) as Float32Array;
const difference = async (a: Tensor, b: Tensor): Promise<number> =>
  (await values(sub(a, b))).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** With random weights. */
async function model(
  preset: LapganPreset = "modern",
  levels: readonly number[] = [0, 1, 2],
): Promise<LapganModel> {
  return {
    sizes: [4, 8, 16],
    classes: pictures.classes,
    normalisation: await measureNormalisation(pictures, 16),
    levels: levels.map((level) => {
      const form = recipe(preset, level);
      return { form, generator: makeGenerator(form, level).eval() };
    }),
  };
}

describe("normalisation", () => {
  test("takes each pixel's own mean and deviation, and can be undone", async () => {
    const square = { ...pictures, size: 2, shape: [2, 2, 3] as const };
    const bytes = [0, 1].map((k) =>
      Uint8Array.from({ length: 12 }, (_, at) => (k === 0 ? at * 10 : at * 20)),
    );
    const measured = await measureNormalisation(
      { ...square, item: (k) => ({ picture: bytes[k] as Uint8Array, label: 0 }) },
      2,
    );
    const [mean, std] = [await values(measured.mean), await values(measured.std)];
    for (let at = 0; at < 12; at++) {
      expect(mean[at]).toBeCloseTo((at * 15) / 255, 6);
      expect(std[at]).toBeCloseTo((at * 5) / 255, 6);
    }
    const x = tensor(
      Float32Array.from({ length: 12 }, (_, at) => at / 12),
      [1, 2, 2, 3],
    );
    const back = await values(measured.inverse(measured.forward(x)));
    // The first pixel never changes: nothing brings it back.
    for (let at = 1; at < 12; at++) expect(back[at]).toBeCloseTo(at / 12, 5);
  });

  test("of a coarser image is that of the reduced pictures", async () => {
    const plain = new Normalisation(8);
    const small = await values(plain.inverse(tensor(new Float32Array(48).fill(2), [1, 4, 4, 3])));
    expect(small[0]).toBeCloseTo(0.5 + 2 * 0.25, 5);
  });
});

describe("weights files", () => {
  test.each(["paper", "modern"] as const)("%s: what comes back draws the same", async (preset) => {
    const whole = await model(preset);
    const { tensors, metadata } = await lapganWeights(whole);
    const read = parseLapgan(writeSafetensors(tensors, metadata), "file");
    expect(read.classes).toEqual(["bright", "dark"]);
    expect(read.sizes).toEqual([4, 8, 16]);
    const [row] = originRows(whole, { count: 2, seed: 1, labels: [1] });
    expect(await drawPictures(read, row ?? [])).toEqual(await drawPictures(whole, row ?? []));
  });

  test("levels that are not trained yet may be missing: what there is can be sampled", async () => {
    const { tensors, metadata } = await lapganWeights(await model("modern", [0, 1]));
    const read = parseLapgan(writeSafetensors(tensors, metadata), "file");
    const [row] = originRows(read, { count: 1, seed: 1, labels: [0] });
    expect((await drawPictures(read, row ?? [])).map(({ width }) => width)).toEqual([8]);
  });

  test("without the coarsest level nothing can be sampled from noise", async () => {
    const upper = await model("modern", [1, 2]);
    const [row] = originRows(upper, { count: 1, seed: 1, labels: [0] });
    expect(() => sampleLevels(upper, row ?? [])).toThrow(InputError);
  });

  test.each([
    ["of another system", () => ({ system: "cgan" }), InputError, "holds no LAPGAN"],
    ["damaged", () => ({ lapgan: "{" }), FormatError, "is damaged"],
    [
      "with a level beyond its sizes",
      (text: string) => ({ lapgan: text.replace('"level":2', '"level":3') }),
      FormatError,
      "levels 0, 1, 3 of 3 sizes",
    ],
    [
      "with sizes that shrink",
      (text: string) => ({ lapgan: text.replace("[4,8,16]", "[4,16,8]") }),
      InputError,
      "4,16,8",
    ],
  ])("%s are refused in a sentence", async (_, change, kind, sentence) => {
    const { tensors, metadata } = await lapganWeights(await model());
    const bytes = writeSafetensors(tensors, change(metadata.lapgan as string) as Record<string, string>);
    expect(() => parseLapgan(bytes, "file")).toThrow(kind);
    expect(() => parseLapgan(bytes, "file")).toThrow(sentence);
  });
});

describe("sampling", () => {
  test("keeps every level's low pass, band and image, each made of the one before", async () => {
    const whole = await model();
    const [row] = originRows(whole, { count: 3, seed: 2, labels: [0] });
    const made = sampleLevels(whole, row ?? []);
    expect(made.map(({ size }) => size)).toEqual([4, 8, 16]);
    expect(made[0]?.lowPass).toBeUndefined();
    for (const [k, { size, image, lowPass, bandPass }] of made.entries()) {
      if (!lowPass || !bandPass) continue;
      const before = (made[k - 1] as SampledLevel).image;
      expect(await difference(lowPass, pyrUp(before, size))).toBe(0);
      expect(await difference(image, add(lowPass, bandPass))).toBe(0);
    }
    const steps = await stepPictures(whole, made);
    expect([...steps.keys()]).toEqual(["I4", "l8", "h8", "I8", "l16", "h16", "I16"]);
  });

  test("from a real thumbnail keeps it at the coarsest level", async () => {
    const whole = await model();
    const { picture } = await pictures.item(0);
    const cut = Float32Array.from({ length: 16 * 16 * 3 }, (_, at) => (picture[at] as number) / 255);
    const photograph = tensor(cut, [1, 16, 16, 3]);
    const thumbnails = thumbnailsOf(whole, photograph);
    const expected = openLevel({ ...recipe("modern", 0) }, whole.normalisation, photograph).image;
    expect(await difference(thumbnails, expected)).toBe(0);
    const [row] = originRows(whole, { count: 1, seed: 2, labels: [0] });
    const made = sampleLevels(whole, row ?? [], thumbnails);
    expect((made[0] as SampledLevel).image).toBe(thumbnails);
    expect((made[2] as SampledLevel).image.shape).toEqual([1, 16, 16, 3]);
  });

  test("begins with a picture of any size, which stays what it is at the coarsest level", async () => {
    const whole = await model();
    const sampler = new LapganSampler(whole);
    const tiny = makeImage(
      Uint8Array.from({ length: 4 * 4 * 3 }, (_, at) => 40 + 4 * at),
      ...([4, 4, 3] as const),
    );
    // So small a picture is the first level itself: each of its pixels an area of one of full size.
    const large = Float32Array.from({ length: 16 * 16 * 3 }, (_, at) => {
      const [c, x, y] = [at % 3, Math.floor(at / 3) % 16, Math.floor(at / 48)];
      return (tiny.data[(Math.floor(y / 4) * 4 + Math.floor(x / 4)) * 3 + c] as number) / 255;
    });
    const expected = thumbnailsOf(whole, tensor(large, [1, 16, 16, 3]));
    const thumbnail = await thumbnailOf(whole, tiny);
    expect(await difference(tensor(thumbnail, [1, 4, 4, 3]), expected)).toBe(0);
    const [row = []] = originRows(whole, { count: 1, seed: 2, labels: [0] });
    expect(await difference((levelsFrom(whole, row, thumbnail)[0] as SampledLevel).image, expected)).toBe(0);
    const wide = makeImage(new Uint8Array(60 * 40 * 3).fill(90), 60, 40, 3);
    const ask = { count: 2, seed: 1, walk: false };
    const own = await sampler.sample({ ...ask, thumbnail: wide });
    expect(own.rows.map((row) => row.length)).toEqual(pictures.classes.map(() => 2));
    expect([...(own.steps?.keys() ?? [])]).toContain("I4");
    const other = await sampler.sample({ ...ask, thumbnail: tiny });
    expect(own.rows[0]?.[0]?.data).not.toEqual(other.rows[0]?.[0]?.data);
  });

  test("noise depends on seed and number alone, and has the law of the networks", async () => {
    const [modern, paper] = [await model(), await model("paper")];
    expect(noiseAt(modern, 1, 5)).toEqual(noiseAt(modern, 1, 5));
    expect(noiseAt(modern, 1, 5)).not.toEqual(noiseAt(modern, 2, 5));
    expect(noiseAt(modern, 1, 5)).not.toEqual(noiseAt(modern, 1, 6));
    expect(noiseAt(modern, 1, 0).map(({ length }) => length)).toEqual([64, 64, 256]);
    const uniform = noiseAt(paper, 1, 0);
    expect(uniform.map(({ length }) => length)).toEqual([100, 64, 256]);
    expect(Math.max(...(uniform[2] as Float32Array))).toBeLessThanOrEqual(1);
    // Older recipes do not say how large it is.
    const levels = paper.levels.map(({ form: { truncation: _, ...form }, generator }) => ({
      form,
      generator,
    }));
    expect(noiseAt({ ...paper, levels }, 1, 0)).toEqual(uniform);
    // 256 normal numbers, 0.2 times as large.
    const fine = Array.from(noiseAt(modern, 1, 0)[2] as Float32Array);
    expect(Math.sqrt(fine.reduce((sum, z) => sum + z * z, 0) / 256)).toBeCloseTo(0.2, 1);
    expect(Math.max(...fine)).toBeGreaterThan(0.4);
  });

  test("walks begin and end where they are told, and normal noise keeps its length on the way", async () => {
    const whole = await model();
    const [from, to] = [
      { noise: noiseAt(whole, 1, 0), classes: oneClass(whole, 0) },
      { noise: noiseAt(whole, 1, 1), classes: oneClass(whole, 1) },
    ];
    const way = walk(whole, from, to, 3);
    const close = (a: Float32Array | undefined, b: Float32Array | undefined) =>
      a?.forEach((value, k) => {
        expect(value).toBeCloseTo(b?.[k] as number, 5);
      });
    close(way[0]?.noise[2], from.noise[2]);
    close(way[2]?.noise[2], to.noise[2]);
    expect([...(way[1]?.classes ?? [])]).toEqual([0.5, 0.5]);
    const length = (x: Float32Array | undefined) => Math.hypot(...(x ?? [])) / Math.sqrt(256);
    expect(length(way[1]?.noise[2])).toBeGreaterThan(0.8 * length(from.noise[2]));
    expect(() => oneClass(whole, 2)).toThrow("there are classes 0 to 1 (bright, dark), got 2");
  });
});

test("the approximate Parzen measure is the distance to the nearest draw, so more draws never come less near", async () => {
  const whole = await model();
  const level = whole.levels[1] as LapganModel["levels"][number];
  const real = tensor(numbers([4, 16, 16, 3], 9), [4, 16, 16, 3]);
  const { image, split } = openLevel(recipe("modern", 1), whole.normalisation, real);
  const label = tensor(Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1), [4, 2]);
  const condition = { label, coarse: split?.coarse as Tensor, lowPass: split?.lowPass as Tensor };
  const [one, many] = await Promise.all(
    [1, 6].map((draws) => nearestDraws(level, image, condition, { draws, seed: 1 })),
  );
  expect(one?.length).toBe(4);
  many?.forEach((value, k) => {
    expect(value).toBeLessThanOrEqual(one?.[k] as number);
    expect(value).toBeGreaterThan(0);
  });
  expect(many).not.toEqual(one);
});

test("the figure's rows are image, low pass and band of each level: grey is where no band is", async () => {
  const size = 20;
  const picture = makeImage(
    Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * 7) % 256),
    size,
    size,
    3,
  );
  const { rows, sheet } = await pyramidFigure(picture, [4, 8, 16]);
  expect(rows.map((row) => row.map(({ width }) => width))).toEqual([[16, 16, 16], [8, 8, 8], [4]]);
  for (const [image, low, band] of rows.slice(0, 2))
    image?.data.forEach((value, at) => {
      const sum = (low?.data[at] as number) + (band?.data[at] as number) - 127.5;
      // Bands beyond half of the range are cut off.
      if (band?.data[at] !== 0 && band?.data[at] !== 255)
        expect(Math.abs(value - sum)).toBeLessThanOrEqual(1.5);
    });
  expect(sheet.width).toBe(3 * 16 + 2 * 4);
});
