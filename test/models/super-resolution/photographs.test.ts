/** Which files of a folder a training run takes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findTrainingImages } from "../../../engine/data/image-folder-node.ts";
import { findPhotographs } from "../../../models/super-resolution/photographs.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "photographs-"));
  const picture = sharp({ create: { width: 40, height: 40, channels: 3, background: "green" } });
  for (const name of ["a.png", "a_LRx4.png", "b_SRF_4_HR.png", "b_SRF_4_LR.png", "b_SRF_4_SRCNN.png"])
    await picture.clone().toFile(join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

test("low-resolution partners and results of other methods are no photographs", async () => {
  const { training, validating } = await findPhotographs(
    { findImages: findTrainingImages },
    folder,
    folder,
    32,
  );
  for (const { paths } of [training, validating])
    expect(paths.map((path) => basename(path))).toEqual(["a.png", "b_SRF_4_HR.png"]);
});
