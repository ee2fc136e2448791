/** A generator that others trained (leftthomas/SRGAN), read from its own file: its known output and scores. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { evaluate } from "../../../models/super-resolution/evaluate.ts";
import { findPairs } from "../../../models/super-resolution/evaluate-node.ts";
import { parseSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { asSuperResolver } from "../../../models/super-resolution/upscale.ts";
import { upscaleImage } from "../../../models/super-resolution/enlarge.ts";
import { givenFolder } from "../../engine/data/given.ts";
import { readNpy } from "../npy.ts";

const folder = givenFolder("data/weights");
const file = (name: string) => join(folder ?? "", name);
const FILES = ["leftthomas_netG_epoch_4_100_531073f.pth", "leftthomas_srgan_x4.safetensors"];
const present = FILES.every((name) => existsSync(file(name)));

/** [c, h, w] -> [h, w, c]. */
function channelsLast(
  data: Uint8Array | Float32Array,
  [c = 0, h = 0, w = 0]: readonly number[],
): Float32Array {
  return Float32Array.from(
    { length: c * h * w },
    (_, i) => data[(i % c) * h * w + Math.floor(i / c)] as number,
  );
}

describe.skipIf(!present).each(FILES)("%s", (name) => {
  const load = () => parseSRResNet(readFileSync(file(name)), name);

  test("is recognised", () => {
    expect(load().config).toEqual({
      numBlocks: 5,
      width: 64,
      upsample: "subpixel",
      prelu: "shared",
      trunkEnd: "prelu",
      convBias: true,
      padding: "zeros",
      output: "tanh01",
    });
  });

  test("gives the output that PyTorch gives", async () => {
    const lr = readNpy(readFileSync(file("golden_in_3x24x24_uint8.npy")));
    const hr = readNpy(readFileSync(file("leftthomas_srgan_x4.golden_out_3x96x96.npy")));
    expect([lr.shape, hr.shape]).toEqual([
      [3, 24, 24],
      [3, 96, 96],
    ]);
    const input = channelsLast(lr.data, lr.shape).map((byte) => byte / 255);
    const output = await load()
      .forward(tensor(input, [1, 24, 24, 3]))
      .data();
    const want = channelsLast(hr.data, hr.shape);
    expect(output.length).toBe(want.length);
    const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - (output[i] as number))), 0);
    expect(worst).toBeLessThan(1e-4);
  });
});

test.skipIf(!present || !givenFolder("data/sr_set5"))("scores on Set5's butterfly as published", async () => {
  const name = FILES[0] as string;
  const model = asSuperResolver(parseSRResNet(readFileSync(file(name)), name), name);
  const pairs = await findPairs(givenFolder("data/sr_set5") as string);
  const butterfly = pairs.filter((pair) => pair.name === "butterfly");
  const { images } = await evaluate(butterfly, (lr) => upscaleImage(lr, model), "matlab");
  const { per_image_psnrY_ssimY: known } = JSON.parse(
    readFileSync(file("leftthomas_srgan_x4.reference.json"), "utf8"),
  );
  const [psnr, ssim] = known["Set5/butterfly.png"];
  expect(Math.abs((images[0]?.psnr ?? 0) - psnr)).toBeLessThan(0.01);
  expect(Math.abs((images[0]?.ssim ?? 0) - ssim)).toBeLessThan(0.0005);
});
