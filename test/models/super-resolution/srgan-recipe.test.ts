import { describe, expect, test } from "vitest";
import {
  featuresFor,
  SRGAN_PRESETS,
  type SRGANPresetName,
  srganRecipe,
  withSteps,
} from "../../../models/super-resolution/srgan-recipe.ts";

const paper = (preset: SRGANPresetName) => srganRecipe({ preset, size: "paper" });

describe("the paper's table 1 (Ledig et al. 2017, sections 3.2 and 3.4)", () => {
  test.each([
    ["srresnet-mse", "mse", false, 0, 1e6],
    ["srresnet-vgg22", "relu2_2", false, 2e-8, 1e6],
    ["srgan-mse", "mse", true, 0, 2e5],
    ["srgan-vgg22", "relu2_2", true, 0, 2e5],
    ["srgan-vgg54", "relu5_4", true, 0, 2e5],
    ["early", "relu5_4", true, 2e-8, 2e5],
  ] as const)("%s", (preset, content, judged, tvWeight, steps) => {
    const recipe = paper(preset);
    expect(recipe.content.kind === "mse" ? "mse" : recipe.content.layer).toBe(content);
    expect(recipe).toMatchObject({
      tvWeight,
      steps,
      lr: 1e-4,
      batchSize: 16,
      patch: 96,
      allSymmetries: false,
    });
    expect(recipe.adversarialWeight).toBe(judged ? 1e-3 : 0);
    expect(recipe.discriminator === null).toBe(!judged);
    if (judged)
      expect(recipe).toMatchObject({ schedule: "drop", discriminator: { width: 64, head: "dense" } });
  });

  test("the first version has 15 blocks and transposed convolutions", () => {
    expect(paper("early").network).toMatchObject({ numBlocks: 15, upsample: "deconv" });
  });

  test.each(Object.keys(SRGAN_PRESETS))("%s survives its checkpoint", (preset) => {
    const recipe = srganRecipe({ preset: preset as SRGANPresetName, size: "compact" });
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  });
});

test("a generator from a file is not drawn anew, and options reach what they are about", () => {
  const network = srganRecipe({ preset: "srgan-mse", size: "tiny" }).network;
  expect(srganRecipe({ preset: "srgan-mse", size: "tiny", network }).generatorStart).toBe("trained");
  expect(srganRecipe({ preset: "srresnet-mse", size: "tiny" }).generatorStart).toBe("random");
  expect(srganRecipe({ preset: "srresnet-mse", size: "tiny", icnr: true }).generatorStart).toBe("icnr");
  expect(srganRecipe({ preset: "srgan-mse", size: "tiny" }).discriminator?.norm).toBe("batch");
  expect(srganRecipe({ preset: "srgan-mse", size: "tiny", norm: "spectral" }).discriminator?.norm).toBe(
    "spectral",
  );
  expect(srganRecipe({ preset: "srgan-mse", size: "tiny", schedule: "cosine" }).schedule).toBe("cosine");
  expect(srganRecipe({ preset: "srgan-mse", size: "tiny", head: "gap" }).discriminator?.head).toBe("gap");
  expect(srganRecipe({ preset: "srresnet-mse", size: "tiny", norm: "spectral" }).discriminator).toBe(null);
});

describe("what suits a size", () => {
  const network = srganRecipe({ preset: "srgan-mse", size: "tiny" }).network;

  test("the paper's has nothing that the paper has not", () => {
    const recipe = srganRecipe({ preset: "srgan-vgg22", size: "paper", network });
    const beyond = [
      "adversarialShare",
      "candidates",
      "discriminatorLead",
      "discriminatorLr",
      "discriminatorSchedule",
      "frozenStatistics",
    ];
    for (const name of [...beyond, "gridWeight", "jitter", "textureWeight"])
      expect(recipe).not.toHaveProperty(name);
    expect(recipe).toMatchObject({ content: { kind: "vgg" }, ema: 0 });
    expect(recipe.content).not.toHaveProperty("pixels");
  });

  test("a compact run judges by places and in pairs, and options go before", () => {
    const compact = { preset: "srgan-vgg22", size: "compact", network } as const;
    expect(srganRecipe(compact)).toMatchObject({
      discriminator: { head: "patch", norm: "none" },
      game: { loss: "relativistic-pairing", realTarget: 1, r1: 0.5 },
      content: { pixels: 0.5 },
      textureWeight: 1e-3,
      frozenStatistics: true,
      jitter: true,
      schedule: "cosine",
      discriminatorSchedule: "constant",
    });
    const chosen = { jitter: false, pixelWeight: 0, schedule: "drop", lr: 1e-3, norm: "spectral" } as const;
    const own = srganRecipe({ ...compact, ...chosen, game: { loss: "hinge", r1: 0 } });
    expect(own).toMatchObject({
      discriminator: { norm: "spectral" },
      game: { loss: "hinge", realTarget: 1, r1: 0 },
    });
    expect(own).toMatchObject({ schedule: "drop", lr: 1e-3, content: { kind: "vgg" } });
    expect(own.content).not.toHaveProperty("pixels");
    expect(own).not.toHaveProperty("jitter");
  });

  test("what has no use is left out", () => {
    const alone = srganRecipe({ preset: "srresnet-vgg22", size: "compact", network });
    expect(alone).toMatchObject({ adversarialWeight: 0, discriminator: null, jitter: true });
    for (const name of ["adversarialShare", "discriminatorLead", "discriminatorLr", "discriminatorSchedule"])
      expect(alone).not.toHaveProperty(name);
    expect(srganRecipe({ preset: "srresnet-vgg22", size: "compact" })).not.toHaveProperty("frozenStatistics");
    // Textures are compared by features, where something is judged.
    for (const preset of ["srresnet-vgg22", "srgan-mse", "early"] as const)
      expect("textureWeight" in srganRecipe({ preset, size: "compact" })).toBe(preset === "early");
    // The dense head is made for whole patches.
    expect(srganRecipe({ preset: "srgan-mse", size: "compact", head: "dense" })).not.toHaveProperty("jitter");
  });
});

test("textures need VGG19 beyond the content's layer", () => {
  const needs = (preset: "srgan-vgg22" | "srgan-vgg54" | "srgan-mse", textureWeight: number) =>
    featuresFor(srganRecipe({ preset, size: "tiny", textureWeight }));
  expect(needs("srgan-vgg22", 0)).toEqual({ layer: "relu2_2", upTo: "relu2_2" });
  expect(needs("srgan-vgg22", 0.1)).toEqual({ layer: "relu2_2", upTo: "relu3_1" });
  expect(needs("srgan-vgg54", 0.1)).toEqual({ layer: "relu5_4", upTo: "relu5_4" });
  expect(needs("srgan-mse", 0.1)).toBeUndefined();
});

test("with other updates the discriminator leads for as many as before", () => {
  const recipe = srganRecipe({ preset: "srgan-mse", size: "tiny", steps: 200, discriminatorLead: 0.1 });
  const longer = withSteps(recipe, 1000);
  expect(longer.steps).toBe(1000);
  expect((longer.discriminatorLead as number) * longer.steps).toBeCloseTo(20, 9);
  const odd = srganRecipe({ preset: "srgan-mse", size: "tiny", steps: 3, discriminatorLead: 0.1 });
  expect(withSteps(odd, 3)).toEqual(odd); // also where multiplying and dividing would not give the same number
  const plain = srganRecipe({ preset: "srgan-mse", size: "tiny" });
  expect(withSteps(plain, 7)).toEqual({ ...plain, steps: 7 });
});
