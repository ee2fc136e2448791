/** What the weights that come with the project make. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dcgan } from "../../../models/dcgan/system.ts";
import { parseClassifier } from "../../../models/features/classifier.ts";
import { lookAt } from "../../../models/judging/look.ts";
import type { NoiseSampler } from "../../../models/sampling/unconditional.ts";

const CLASSIFIER = "models/weights/mnist-classifier.safetensors";

test("DCGAN draws every digit, white on black", async () => {
  const { file } = dcgan.shipped[0] as { file: string };
  const sampler = (await dcgan.load?.(readFileSync(file), file)) as NoiseSampler;
  const pictures = await sampler.pictures(200, 1);
  // Real digits have 33 of 255 on average.
  const brightness = pictures.data.reduce((sum, byte) => sum + byte, 0) / pictures.data.length;
  expect(brightness).toBeGreaterThan(25);
  expect(brightness).toBeLessThan(42);
  const { classes } = await lookAt(parseClassifier(readFileSync(CLASSIFIER), CLASSIFIER), pictures);
  for (let digit = 0; digit < 10; digit++)
    expect(classes.filter((label) => label === digit).length, `samples named ${digit}`).toBeGreaterThan(2);
});
