/** Real weights of VGG19 on a real photograph: the activations that PyTorch finds. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesToSigned } from "../../../engine/data/index.ts";
import { tensor } from "../../../engine/index.ts";
import { crop, toRgb } from "../../../engine/io/image.ts";
import { parseVgg19 } from "../../../models/features/vgg19-files.ts";
import { decode, givenFolder } from "../../engine/data/given.ts";
import { readNpy } from "../npy.ts";

const WEIGHTS = "weights/vgg19_normalised_conv3_1.safetensors";
const GOLDEN = "weights/vgg19_normalised.golden_relu2_2_butterfly_64_128.npy";
const PHOTOGRAPH = "sr_set5/butterfly.png";
const folder = givenFolder("data");
const file = (name: string) => join(folder ?? "", name);

describe.skipIf(![WEIGHTS, GOLDEN, PHOTOGRAPH].every((name) => existsSync(file(name))))("VGG19", () => {
  test("relu2_2 of butterfly is PyTorch's", async () => {
    const vgg = parseVgg19(readFileSync(file(WEIGHTS)), WEIGHTS, { layer: "relu2_2" });
    const photograph = crop(toRgb(await decode(file(PHOTOGRAPH))), 64, 64, 64, 64);
    const image = tensor(bytesToSigned(photograph.data), [1, 64, 64, 3]);
    const features = vgg.forward(image).permute([0, 3, 1, 2]);
    const golden = readNpy(readFileSync(file(GOLDEN)));
    expect(features.shape).toEqual([1, ...golden.shape]);
    const got = await features.data();
    const wanted = Array.from(golden.data);
    const largest = wanted.reduce((most, value) => Math.max(most, value));
    // The golden values are stored in half precision, which is 5e-4 of the 1e-3 by itself.
    const wrong = wanted.filter(
      (want, i) => Math.abs((got[i] as number) - want) > 1e-3 * want + 1e-6 * largest,
    );
    expect(wrong).toEqual([]);
  });
});
