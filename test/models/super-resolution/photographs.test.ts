/** Which files of a folder a training run takes. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTrainingImages } from "../../../engine/data/image-folder-node.ts";
import { readImage } from "../../../engine/io/node.ts";
import { findPhotographs } from "../../../models/super-resolution/photographs.ts";

const host = { findImages: findTrainingImages, readImage };
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "photographs-"));
  const picture = sharp({ create: { width: 40, height: 40, channels: 3, background: "green" } });
  for (const name of ["a.png", "a_LRx4.png", "b_SRF_4_HR.png", "b_SRF_4_LR.png", "b_SRF_4_SRCNN.png"])
    await picture.clone().toFile(join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

test("low-resolution partners and results of other methods are no photographs", async () => {
  const { training, validating } = await findPhotographs(host, folder, folder, 32);
  for (const { paths } of [training, validating])
    expect(paths.map((path) => basename(path))).toEqual(["a.png", "b_SRF_4_HR.png"]);
});

describe("what is held out", () => {
  /** A folder of photographs of which some are cut. */
  async function photographs(names: readonly string[], cut: readonly string[]): Promise<string> {
    const inside = await mkdtemp(join(folder, "set-"));
    const noise = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (i * 97) & 255);
    const png = await sharp(noise, { raw: { width: 40, height: 40, channels: 3 } })
      .png()
      .toBuffer();
    for (const name of names)
      await writeFile(join(inside, name), cut.includes(name) ? png.subarray(0, png.length >> 1) : png);
    return inside;
  }
  const found = async (names: readonly string[], cut: readonly string[]) => {
    const { training, validating, images, leftOut } = await findPhotographs(
      host,
      await photographs(names, cut),
      undefined,
      32,
    );
    const base = (paths: readonly string[]) => paths.map((path) => basename(path));
    return {
      training: base(training.paths),
      validating: base(validating.paths),
      images: images.length,
      leftOut,
    };
  };

  test("is one that can be read, where there is one; the others are named", async () => {
    const { leftOut, ...rest } = await found(["a.png", "b.png", "y.png", "z.png"], ["y.png", "z.png"]);
    expect(rest).toEqual({ training: ["a.png"], validating: ["b.png"], images: 1 });
    expect(leftOut.map((said) => /[yz]\.png: the image is truncated/.test(said))).toEqual([true, true]);
  });

  test("serves both ends where one is left", async () => {
    const { leftOut, ...rest } = await found(["bird.png", "z.png"], ["z.png"]);
    expect(rest).toEqual({ training: ["bird.png"], validating: ["bird.png"], images: 1 });
    expect(leftOut.length).toBe(1);
  });

  test("is nothing where none can be read", async () => {
    await expect(found(["y.png", "z.png"], ["y.png", "z.png"])).rejects.toThrow(
      /no photograph to validate on can be read/,
    );
  });
});
