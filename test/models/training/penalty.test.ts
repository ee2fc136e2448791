/** Penalties that fall with time. */
import { expect, test } from "vitest";
import { penaltyAt } from "../../../models/training/adversarial-recipe.ts";
import { TOY_PRESETS } from "../../../models/toy/recipe.ts";

test("penalties fall by the same share in each update, and stay", () => {
  const recipe = { ...TOY_PRESETS.robust, seed: 0, penaltyFall: [100, 10] } as const;
  expect(penaltyAt(recipe, 0)).toBe(100);
  expect(penaltyAt(recipe, 5)).toBeCloseTo(10, 12);
  expect(penaltyAt(recipe, 10)).toBe(1);
  expect(penaltyAt(recipe, 1000)).toBe(1);
});

test("by default they are what the recipe says from the beginning on", () => {
  const { penaltyFall, ...recipe } = { ...TOY_PRESETS.robust, seed: 0 };
  expect(penaltyAt(recipe, 0)).toBe(1);
});
