/** Recipes in files: a number that asks for more than the file can be of is told at once, not by a process that never ends. */
import { describe, expect, test } from "vitest";
import { hostTensor } from "../../../engine/io/index.ts";
import { InputError } from "../../../engine/errors.ts";
import { expectSized } from "../../../models/training/stored-recipe.ts";

const tensors = new Map([["w", hostTensor(new Float32Array(10_000), [10_000])]]);
const sized = (recipe: unknown) => () => expectSized(recipe, tensors, "x.safetensors");

describe("sizes in a recipe", () => {
  test.each([
    [{ layers: 1e9 }, /^x\.safetensors: the recipe in its metadata, layers: 1000000000 cannot be of a file/],
    [{ network: { numBlocks: 1e9 } }, /network\.numBlocks: 1000000000/],
    [{ sizes: [8, 16, 1e300] }, /sizes\.2: 1e\+300/],
    [{ seed: 1e300 }, /seed: 1e\+300/],
    [{ width: Number.NaN }, /width: NaN/],
    [{ width: -1e9 }, /width: -1000000000/],
  ])("%j is refused", (recipe, message) => {
    expect(sized(recipe)).toThrow(message);
    expect(sized(recipe)).toThrow(InputError);
  });

  test("times and what fits are taken", () => {
    expect(
      sized({
        steps: 1_000_000,
        seed: 2 ** 40,
        momentum: [0.5, 0.7, 150_000],
        penaltyFall: [200, 40_000],
        width: 9_000,
      }),
    ).not.toThrow();
  });
});
