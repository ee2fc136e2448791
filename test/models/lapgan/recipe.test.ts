/** The paper's training to the letter, and which pyramids there can be. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { checkSizes, LAPGAN_SIZES, levelRecipe, usualSizes } from "../../../models/lapgan/recipe.ts";
import { momentumAt, rateAt } from "../../../models/training/adversarial-recipe.ts";

const options = { sizes: LAPGAN_SIZES.cifar10, classes: 10, pictures: 45_000, steps: 100_000, seed: 0 };

describe("the paper's recipe", () => {
  const recipe = levelRecipe("paper", { ...options, level: 1 });
  /** Updates in an epoch: 64 real pictures each. */
  const epoch = 704;

  test("begins at a rate of 0.02, divided by 1.00004 an epoch, not below 1e-6", () => {
    expect(rateAt(recipe, recipe.lr, 0)).toBe(0.02);
    expect(rateAt(recipe, recipe.lr, epoch - 1)).toBe(0.02);
    expect(rateAt(recipe, recipe.lr, epoch)).toBeCloseTo(0.02 / 1.00004, 12);
    expect(rateAt(recipe, recipe.lr, 100 * epoch)).toBeCloseTo(0.02 / 1.00004 ** 100, 12);
    expect(rateAt(recipe, recipe.lr, 1e6 * epoch)).toBe(1e-6);
  });

  test("has a momentum of 0.5 that grows by 0.0008 an epoch up to 0.8", () => {
    expect(momentumAt(recipe, 0)).toBe(0.5);
    expect(momentumAt(recipe, 100 * epoch)).toBeCloseTo(0.58, 10);
    expect(momentumAt(recipe, 375 * epoch)).toBeCloseTo(0.8, 10);
    expect(momentumAt(recipe, 1000 * epoch)).toBeCloseTo(0.8, 10);
  });

  test("weighs both halves of a batch of 128 by one half, and has nothing that came later", () => {
    const { batchSize, discriminatorScale, loss, optimizer, r1, r2, ema, augment, width } = recipe;
    expect({ batchSize, discriminatorScale, loss, optimizer, r1, r2, ema, augment, width }).toEqual({
      ...{ batchSize: 64, discriminatorScale: 0.5, loss: "non-saturating", optimizer: "sgd" },
      ...{ r1: 0, r2: 0, ema: 0, augment: [], width: 64 },
    });
    expect(levelRecipe("paper", { ...options, level: 0 }).width).toBe(1200);
  });
});

test("networks may be others than the preset's", () => {
  const large = levelRecipe("paper", { ...options, sizes: LAPGAN_SIZES.lsun, level: 3 }, "large");
  expect(large).toMatchObject({ networks: "large", optimizer: "sgd", lr: 0.02 });
  const modern = levelRecipe("paper", { ...options, level: 2 }, "modern");
  expect(modern).toMatchObject({ networks: "modern", consistent: true, optimizer: "sgd" });
});

test("bands are set right only where a level halves", () => {
  const consistent = [0, 1, 2].map((level) => levelRecipe("modern", { ...options, level }).consistent);
  expect(consistent).toEqual([false, false, true]);
});

test("levels by the pictures' side", () => {
  expect(usualSizes(32, "paper")).toEqual([8, 14, 28]);
  expect(usualSizes(32, "modern")).toEqual([8, 16, 32]);
  expect(usualSizes(96, "modern")).toEqual([8, 16, 32, 64, 96]);
  expect(usualSizes(48, "modern")).toEqual([12, 24, 48]);
  expect(usualSizes(28, "modern")).toEqual([14, 28]);
});

test.each([[[]], [[8, 8]], [[16, 8]], [[2, 4]], [[8.5, 16]], [[Number.NaN]]])(
  "levels of %j are no pyramid",
  (sizes) => {
    expect(() => checkSizes(sizes)).toThrow(InputError);
  },
);

test("modern networks take no odd sizes", () => {
  expect(() => levelRecipe("modern", { ...options, sizes: [8, 15], level: 1 })).toThrow("15×15");
});
