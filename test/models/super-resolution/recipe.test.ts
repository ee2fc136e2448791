import { describe, expect, test } from "vitest";
import { learningRate } from "../../../models/training/recipe.ts";
import { SRRESNET_PRESETS } from "../../../models/super-resolution/srresnet-training.ts";

describe("learning rate", () => {
  const cosine = { lr: 2e-3, schedule: "cosine", steps: 1000 } as const;
  test("constant: always the same", () => {
    const constant = { ...cosine, schedule: "constant" } as const;
    expect([0, 500, 999, 5000].map((step) => learningRate(constant, step))).toEqual([2e-3, 2e-3, 2e-3, 2e-3]);
  });
  test("cosine: from the whole over half to a hundredth, and stays there", () => {
    expect(learningRate(cosine, 0)).toBeCloseTo(2e-3, 12);
    expect(learningRate(cosine, 500)).toBeCloseTo(2e-3 * (0.01 + 0.99 / 2), 12);
    expect(learningRate(cosine, 1000)).toBeCloseTo(2e-5, 12);
    expect(learningRate(cosine, 5000)).toBeCloseTo(2e-5, 12);
  });
  test("drop: a tenth from half of the updates on", () => {
    const drop = { ...cosine, schedule: "drop" } as const;
    expect([0, 499, 500, 5000].map((step) => learningRate(drop, step))).toEqual([2e-3, 2e-3, 2e-4, 2e-4]);
  });
  test("cosine: never rises", () => {
    const rates = Array.from({ length: 1001 }, (_, step) => learningRate(cosine, step));
    rates.slice(1).forEach((rate, k) => {
      expect(rate).toBeLessThanOrEqual(rates[k] as number);
    });
  });
});

describe("presets", () => {
  test.each(Object.entries(SRRESNET_PRESETS))("%s: patches that networks of scale 4 can use", (_, preset) => {
    expect(preset.patch % 4).toBe(0);
    expect(Math.min(preset.batchSize, preset.steps, preset.lr, preset.network.numBlocks)).toBeGreaterThan(0);
  });
  test("the paper's is the paper's (Ledig et al. 2017, section 3.2)", () => {
    const { network, batchSize, patch, lr, steps } = SRRESNET_PRESETS.paper ?? {};
    expect({ batchSize, patch, lr, steps }).toEqual({ batchSize: 16, patch: 96, lr: 1e-4, steps: 1_000_000 });
    expect(network).toMatchObject({ numBlocks: 16, width: 64, upsample: "subpixel" });
  });
});
