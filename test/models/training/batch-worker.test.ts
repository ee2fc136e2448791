/** The worker that makes batches out of image files for any system. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findTrainingImages, imageFiles } from "../../../engine/data/image-folder-node.ts";
import { InputError } from "../../../engine/errors.ts";
import { encodePng } from "../../../engine/io/image-node.ts";
import { type PatchOptions, PatchSource } from "../../../models/super-resolution/patches.ts";
import { nodeHost } from "../../../models/training/host-node.ts";
import { positionImage } from "../../engine/data/samples.ts";

const OPTIONS: PatchOptions = { seed: 5, batchSize: 3, patch: 16 };
const IMAGES = [positionImage(40, 30, 0), positionImage(32, 64, 1)];
const photos = mkdtempSync(join(tmpdir(), "ganvas-photos-"));
const host = nodeHost(photos);

beforeAll(async () => {
  for (const [i, image] of IMAGES.entries()) writeFileSync(join(photos, `${i}.png`), await encodePng(image));
});
afterAll(() => rmSync(photos, { recursive: true }));

test("patches from the worker are those of the source, from disk or from memory", async () => {
  const files = await findTrainingImages(photos, { patch: 16 });
  const ahead = host.batches("srresnet", files, { ...OPTIONS }, () => {});
  const source = new PatchSource(imageFiles(files), OPTIONS);
  for (let k = 0; k < 6; k++) expect(await ahead.batch(k)).toEqual(await source.batch(k));
  expect(await source.batch(3)).toEqual(await new PatchSource(IMAGES, OPTIONS).batch(3));
  await ahead.close();
});

test("a file that is gone is told by its name", async () => {
  const gone = { paths: [join(photos, "gone.png")], window: 1, skipped: [], damaged: [] };
  const ahead = host.batches("srgan", gone, { ...OPTIONS }, () => {});
  await expect(ahead.batch(0)).rejects.toThrow(InputError);
  await expect(ahead.batch(0)).rejects.toThrow("gone.png");
  await ahead.close();
});
