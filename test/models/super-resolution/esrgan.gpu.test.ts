/** ESRGAN's families with made-up weights against their formulas in float64, and their files as models of `upscale`. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { writeSafetensors } from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { readEsrgan } from "../../../models/super-resolution/esrgan-files.ts";
import { loadSuperResolver } from "../../../models/super-resolution/upscale.ts";
import { upscaleImage } from "../../../models/super-resolution/enlarge.ts";
import { forwardInFloat64, msr, msrDict, oldNames, rrdb, rrdbDict, srvgg, srvggDict } from "./esrgan-made.ts";

const [H, W] = [4, 8];
const rgb = fillUniform(new Float32Array(H * W * 3), 5, 1);

describe("the formulas", () => {
  test.each([
    ["RRDBNet ×4", rrdbDict(6, 3, 2, 2, 1), rrdb(2, 2, 1)],
    ["RRDBNet ×2", rrdbDict(6, 3, 1, 2, 2), rrdb(1, 2, 2)],
    ["RRDBNet ×1", rrdbDict(6, 3, 1, 2, 4), rrdb(1, 2, 4)],
    ["SRVGGNetCompact ×4", srvggDict(6, 2, 4), srvgg(2, 4)],
    ["SRVGGNetCompact ×3", srvggDict(6, 1, 3), srvgg(1, 3)],
    ["MSRResNet ×4", msrDict(6, 2, [2, 2]), msr(2, [2, 2])],
    ["MSRResNet ×3", msrDict(6, 1, [3]), msr(1, [3])],
  ] as const)("%s", async (_, dict, forward) => {
    const network = readEsrgan(dict, "net")?.network;
    const made = await network?.forward(tensor(rgb, [1, H, W, 3])).data();
    const want = forwardInFloat64(forward, dict, rgb, H, W);
    expect(made?.length).toBe(want.length);
    const spread = Math.max(...want) - Math.min(...want);
    expect(spread).toBeGreaterThan(0.1);
    const worst = want.reduce((most, v, i) => Math.max(most, Math.abs(v - (made?.[i] as number))), 0);
    expect(worst).toBeLessThan(1e-4 * spread);
  });
});

describe("as models of upscale", () => {
  const image = makeImage(
    Uint8Array.from({ length: 11 * 9 * 3 }, (_, i) => (i * 37) % 256),
    11,
    9,
    3,
  );
  const load = (dict: ReturnType<typeof rrdbDict>) =>
    loadSuperResolver("net.bin", async () => writeSafetensors(dict));

  test("sides that are no multiple of the blocks are extended, and cut again", async () => {
    const model = await load(rrdbDict(6, 3, 1, 2, 4));
    expect([model.scale, model.multiple]).toEqual([1, 4]);
    const made = await upscaleImage(image, model);
    expect([made.width, made.height, made.channels]).toEqual([11, 9, 3]);
    expect(new Set(made.data).size).toBeGreaterThan(10);
  });

  test("tiles give the whole image, by three", async () => {
    const model = await load(srvggDict(6, 1, 3));
    const whole = await upscaleImage(image, model, { tile: 0 });
    expect([whole.width, whole.height]).toEqual([33, 27]);
    expect((await upscaleImage(image, model, { tile: 4 })).data).toEqual(whole.data);
  });

  test("the oldest names are read, too", async () => {
    const made = await upscaleImage(image, await load(oldNames(rrdbDict(6, 3, 1, 1, 1), 1, 1)));
    expect([made.width, made.height]).toEqual([22, 18]);
  });
});
