/**
 * Bicubic and nearest on the standard benchmarks, against the values that other people's tools gave
 * (bicubic with the symmetric border and one final rounding; Kodak's low resolution is made here).
 */
import { describe, expect, test } from "vitest";
import { bicubic, nearest } from "../../../models/super-resolution/baselines.ts";
import { evaluate } from "../../../models/super-resolution/evaluate.ts";
import { findPairs } from "../../../models/super-resolution/evaluate-node.ts";
import { givenFolder } from "../../engine/data/given.ts";

const SETS = { set5: "data/sr_set5", set14: "data/sr_set14", kodak: "data/sr_val_kodak24" } as const;

const EXPECTED = [
  { set: "set5", upscaler: bicubic, matlab: [28.4305, 0.8113], ledig2017: [28.434, 0.8214] },
  { set: "set14", upscaler: bicubic, matlab: [26.0899, 0.7049], ledig2017: [25.9794, 0.7476] },
  { set: "kodak", upscaler: bicubic, matlab: [27.2261, 0.7195], ledig2017: [27.1757, 0.7638] },
  // Table 2 of Ledig et al. 2017, whose files have the replicate border: hence the wider margin.
  { set: "set5", upscaler: nearest, matlab: [26.25, 0.738], ledig2017: [26.257, 0.755] },
  { set: "set14", upscaler: nearest, matlab: [24.74, 0.655], ledig2017: [24.627, 0.7089] },
] as const;

describe.each(EXPECTED)("$upscaler.name on $set", ({ set, upscaler, ...expected }) => {
  const folder = givenFolder(SETS[set]);
  const [psnrMargin, ssimMargin] = upscaler === nearest ? [0.02, 0.002] : [0.005, 0.0005];
  test.skipIf(!folder).each(["matlab", "ledig2017"] as const)("%s", async (protocol) => {
    const { mean, images } = await evaluate(await findPairs(folder as string), upscaler, protocol);
    const [psnr, ssim] = expected[protocol];
    expect(Math.abs(mean.psnr - psnr), `PSNR ${mean.psnr}`).toBeLessThan(psnrMargin);
    expect(Math.abs(mean.ssim - ssim), `SSIM ${mean.ssim}`).toBeLessThan(ssimMargin);
    expect(images.length).toBe({ set5: 5, set14: 14, kodak: 24 }[set]);
  });
});
