/** A zip dropped onto a page is the set, byte for byte, that the terminal opens. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeImage } from "../../../engine/io/image.ts";
import { openDataset } from "../../../models/datasets/open-node.ts";
import { openPage, type TestPage } from "../../browser/open-page.ts";
import { picture } from "../../engine/io/png-files.ts";
import { plainPng, rgbPng, zip } from "./given.ts";
import type {} from "./open-browser-page.ts";

let page: TestPage | undefined;
const folder = mkdtempSync(join(tmpdir(), "ganvas-drop-"));
let archive = new Uint8Array(0);

beforeAll(async () => {
  const { data } = picture(23, 17, 3);
  const turned = await sharp(data, { raw: { width: 23, height: 17, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  archive = zip({
    "set/a/large.png": rgbPng(picture(90, 70, 3)),
    "set/a/small.png": rgbPng(makeImage(data, 23, 17, 3)),
    "set/b/turned.png": new Uint8Array(turned),
    "set/b/see-through.png": plainPng(9, 9, [200, 30, 20, 77]),
    "set/b/cut.png": plainPng(30, 30).subarray(0, 60),
    "set/b/notes.doc": "notes",
  }) as Uint8Array<ArrayBuffer>;
  writeFileSync(join(folder, "set.zip"), archive);
  page = await openPage("test/models/datasets/open-browser-page.ts", () => archive);
});
afterAll(async () => {
  await page?.close();
  rmSync(folder, { recursive: true });
});

test("a dropped zip", async () => {
  const options = { size: 8 };
  const dropped = await page?.evaluate((wanted) => openDroppedFile("set.zip", wanted), options);
  const { dataset, what, leftOut } = await openDataset(join(folder, "set.zip"), options);
  const pictures = await Promise.all(
    Array.from({ length: dataset.size }, async (_, k) => [...(await dataset.item(k)).picture]),
  );
  expect(pictures.length).toBe(4);
  expect(dropped?.pictures).toEqual(pictures);
  expect(dropped).toMatchObject({ what, classes: dataset.classes, fingerprint: dataset.fingerprint });
  // Only what a decoder says of a damaged picture is its own.
  expect(dropped?.leftOut.map((said) => said.split(":")[0])).toEqual(
    leftOut.map((said) => said.split(":")[0]),
  );
});
