/** The modern discriminator's second task: to find the sentence of each picture among those of the batch. */
import { expect, test } from "vitest";
import { concat, randn, Rng } from "../../../engine/index.ts";
import { ProjectionDiscriminator } from "../../../models/text2image/affine-networks.ts";

const sizes = { ngf: 4, ndf: 4, latentDim: 3, textDim: 5, textProjDim: 6 };

test("one sentence cannot be mistaken, and of equal ones none is likelier", async () => {
  const rng = new Rng(1);
  const network = new ProjectionDiscriminator(sizes);
  const seen = network.look(randn([3, 64, 64, 3], rng)); // [3, 784]
  const text = randn([1, 5], rng);
  expect(seen.shape).toEqual([3, (16 * (8 + 4) + 4) * 4]);
  const first = network.look(randn([1, 64, 64, 3], rng));
  expect(await network.confusion(first, text).item()).toBeCloseTo(0, 5);
  expect(await network.confusion(seen, concat([text, text, text], 0)).item()).toBeCloseTo(Math.log(3), 4);
});
