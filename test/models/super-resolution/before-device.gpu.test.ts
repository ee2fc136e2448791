/** Updates recorded before there is a device: nothing in this file opens one first. */
import { expect, test } from "vitest";
import { SRRESNET_PAPER } from "../../../models/super-resolution/srresnet.ts";
import { SRGANTraining } from "../../../models/super-resolution/srgan-training.ts";
import { srganRecipe } from "../../../models/super-resolution/srgan-recipe.ts";
import { batch } from "./given.ts";

test("two networks take turns, and what was computed before an update can be read behind it", async () => {
  const network = { ...SRRESNET_PAPER, numBlocks: 1, width: 4 };
  const training = new SRGANTraining(srganRecipe({ preset: "srgan-mse", size: "tiny", network, seed: 5 }));
  const measured = [0, 1, 2].map((k) => training.update(batch(k)));
  for (const numbers of measured) {
    const values = Array.from(await numbers.data());
    expect(values).toHaveLength(training.measures.length);
    expect(values.every(Number.isFinite)).toBe(true);
  }
});
