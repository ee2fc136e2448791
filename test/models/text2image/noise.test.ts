import { expect, test } from "vitest";
import { noiseAt } from "../../../models/sampling/noise.ts";
import { drawnNoise, noiseForm, styleCode } from "../../../models/text2image/noise.ts";
import { smallRecipe } from "./small-recipe.ts";

const form = { ...smallRecipe(4), latentDim: 10, styles: 3, styleDim: 6 };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("a style's own numbers have mean 0 and deviation 1 over all styles, and differ from the others'", () => {
  const codes = [0, 1, 2].map((style) => styleCode(form, style));
  for (let j = 0; j < 6; j++) {
    const column = codes.map((code) => code[j] as number);
    expect(mean(column)).toBeCloseTo(0);
    expect(mean(column.map((value) => value ** 2))).toBeCloseTo(1);
  }
  expect(new Set(codes.map((code) => code.join())).size).toBe(3);
  const [one, other] = [0, 1].map((style) => styleCode({ ...form, styles: 2 }, style));
  expect(other).toEqual(one?.map((value) => -value));
});

test("noise is drawn in every style as often; its style can be read from it, and the rest is free", () => {
  const drawn = Array.from({ length: 3000 }, (_, k) => drawnNoise(form, 7, k));
  const nearest = drawn.map((z) => {
    const fits = [0, 1, 2].map((style) =>
      styleCode(form, style).reduce((sum, own, j) => sum + own * (z[j] as number), 0),
    );
    return fits.indexOf(Math.max(...fits));
  });
  for (const style of [0, 1, 2]) {
    const share = mean(nearest.map((each) => Number(each === style)));
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.37);
  }
  for (let j = 0; j < 10; j++) {
    const column = drawn.map((z) => z[j] as number);
    expect(Math.abs(mean(column))).toBeLessThan(0.08);
    expect(Math.abs(mean(column.map((value) => value ** 2)) - 1)).toBeLessThan(0.12);
  }
  expect(drawn[5]?.slice(6)).toEqual(noiseAt(noiseForm(form), 7, 5).slice(6));
});

test("without styles it is normal noise", () => {
  expect(drawnNoise(smallRecipe(4), 3, 2)).toEqual(noiseAt(noiseForm(smallRecipe(4)), 3, 2));
});
