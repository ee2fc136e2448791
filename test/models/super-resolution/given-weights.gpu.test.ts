/** Files of weights given beside a checkout, with the picture that PyTorch makes of each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readImage } from "../../../engine/io/node.ts";
import { loadSuperResolver, type Precision } from "../../../models/super-resolution/upscale.ts";
import { upscaleImage } from "../../../models/super-resolution/enlarge.ts";
import { givenFolder } from "../../engine/data/given.ts";

const folder = givenFolder("cases");
const at = (name: string) => join(folder ?? "", name);
const load = (name: string, precision?: Precision) =>
  loadSuperResolver(at(name), async (path) => new Uint8Array(readFileSync(path)), precision);

describe.skipIf(folder === undefined)("weights given in cases", () => {
  test.each([
    ["leftthomas_bn/lt_bn_x4.pth", "leftthomas_bn/lt_bn_x4.pth.ref.png"],
    ["black/big_activations.pth", "black/ref.png"],
  ])("%s makes PyTorch's picture", async (weights, reference) => {
    const made = await upscaleImage(await readImage(at("black/s.png")), await load(weights));
    const want = await readImage(at(reference));
    expect([made.width, made.height]).toEqual([want.width, want.height]);
    const worst = want.data.reduce((most, v, i) => Math.max(most, Math.abs(v - (made.data[i] as number))), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  test("numbers that half precision cannot hold are refused instead of becoming a black picture", async () => {
    await expect(load("black/big_activations.pth", "f16")).rejects.toThrow(
      /tensor head\.conv\.weight holds 3\d+\.\d+, but half precision ends at 65504; compute in f32/,
    );
  });
});
