import { expect, test } from "vitest";
import { randn, Rng, tensor } from "../../../engine/index.ts";
import { drawNoise, styleCode } from "../../../models/text2image/noise.ts";
import { smallRecipe } from "./small-recipe.ts";

test("noise for training is that of no style, spread less about each row's style in the first numbers", async () => {
  const form = { ...smallRecipe(4), latentDim: 5, styles: 2, styleDim: 3 };
  const styles = [1, 0, 0, 1];
  const codes = Float32Array.from(styles.flatMap((style) => [...styleCode(form, style)]));
  const free = await randn([4, 5], new Rng(3)).data();
  const drawn = await drawNoise(form, 4, new Rng(3), tensor(codes, [4, 3])).data();
  expect(await drawNoise(form, 4, new Rng(3)).data()).toEqual(free);
  for (let row = 0; row < 4; row++)
    for (let j = 0; j < 5; j++) {
      const z = free[row * 5 + j] as number;
      const expected = j < 3 ? 0.9 * (codes[row * 3 + j] as number) + Math.sqrt(0.19) * z : z;
      expect(drawn[row * 5 + j]).toBeCloseTo(expected, 5);
    }
});
