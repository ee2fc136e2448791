/** Visits that compare the pictures on screen with those that the engine makes in this process. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ElementHandle, Page } from "puppeteer";
import sharp from "sharp";
import { close, init } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { root } from "../../examples/setup/paths.mjs";
import { findSystem } from "../../models/systems.ts";
import type { Samples } from "../../models/system.ts";
import { ganvas } from "../cli/run-cli.ts";
import { expectAccessible, savedBy } from "./lab-visitor.ts";
import { madeUpText2image } from "./made-up-text2image.ts";
import {
  inTemporaryFolder,
  openTiny,
  SLOW,
  SOON,
  textOf,
  tinyPng,
  upscale,
  watchErrors,
} from "./studio-visitor.ts";

export const shownTests = [
  { name: "draws what is written, what lies between two sentences, and in a picture's style", run: writes },
  { name: "draws the digits that the engine draws", run: drawsDigits },
  { name: "enlarges a photograph as the terminal does", run: enlarges },
];

/** What two implementations of WebGPU may differ by, of 255. */
const LEVELS = 2;

/** The pictures in canvases. */
const picturesIn = (page: Page, selector: string): Promise<{ width: number; rgb: number[] }[]> =>
  page.$$eval(selector, (all) =>
    (all as HTMLCanvasElement[]).map((canvas) => {
      const { width, height } = canvas;
      const data = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
      return { width, rgb: Array.from(data).filter((_, k) => k % 4 < 3) };
    }),
  );

/** The same pictures in the same order, but for last bits. */
function expectPictures(seen: Awaited<ReturnType<typeof picturesIn>>, { rows }: Samples): void {
  const images = rows.flat();
  assert.equal(seen.length, images.length);
  for (const [k, { width, data, channels }] of images.entries()) {
    const { width: shown, rgb = [] } = seen[k] ?? {};
    assert.equal(shown, width);
    const far = rgb.findIndex((byte, at) => Math.abs(byte - byteOf({ data, channels }, at)) > LEVELS);
    assert.equal(far, -1, `picture ${k + 1} differs`);
    assert.ok(new Set(rgb).size > 1, `picture ${k + 1} is of one colour`);
  }
}

/** Byte `at` of an image's pixels in RGB. */
const byteOf = ({ data, channels }: Pick<Image, "data" | "channels">, at: number): number =>
  data[channels === 1 ? Math.floor(at / 3) : at] as number;

/** Waits until drawing has ended, and looks. */
async function drawn(
  page: Page,
  where: string,
  since: string,
): Promise<Awaited<ReturnType<typeof picturesIn>>> {
  await page.waitForFunction(
    (selector, before) => {
      const words = document.querySelector("[data-fact=samples]")?.textContent ?? "";
      const [first] = document.querySelectorAll<HTMLCanvasElement>(`${selector} canvas`);
      const stale = document.querySelector(`${selector}.stale`) !== null;
      return !stale && /pictures? in /.test(words) && first !== undefined && first.toDataURL() !== before;
    },
    { timeout: SLOW },
    where,
    since,
  );
  assert.equal(await textOf(page, ":not([hidden]) > .notice [role=alert], [role=alert]"), "");
  return picturesIn(page, `${where} canvas`);
}

const firstOf = (page: Page, where: string): Promise<string> =>
  page.$eval(`${where} canvas`, (canvas) => (canvas as HTMLCanvasElement).toDataURL());

async function writes(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  const bytes = await madeUpText2image();
  const sampler = await (await findSystem("text2image")).load?.(bytes, "made up");
  assert.ok(sampler);
  const ask = { count: 2, seed: 5, walk: false };
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, "tiny.safetensors");
    await writeFile(file, bytes);
    const style = join(folder, "style.png");
    await writeFile(style, await tinyPng());
    await page.goto(`${url}#/text?count=2&seed=5&text=a duck`);
    await page.waitForSelector("[data-action=own-weights]", { timeout: SLOW });
    const input = await page.$("[data-input=own-weights]");
    await (input as ElementHandle<HTMLInputElement>).uploadFile(file);
    await page.waitForFunction(
      () => document.querySelector("[data-control=model] option:checked")?.textContent === "tiny.safetensors",
      { timeout: SLOW },
    );
    const shown = ".drawn";
    expectPictures(await drawn(page, shown, ""), await sampler.sample({ ...ask, texts: ["a duck"] }));

    // Typed, and drawn while nobody presses anything else.
    let before = await firstOf(page, shown);
    await page.focus("[data-control=text]");
    await page.keyboard.press("End");
    await page.keyboard.type(" in the rain");
    const first = await drawn(page, shown, before);
    expectPictures(first, await sampler.sample({ ...ask, texts: ["a duck in the rain"] }));
    assert.match(await page.evaluate(() => location.hash), /text=a\+duck\+in\+the\+rain/);

    // A second sentence, and by keyboard from the first to it.
    before = await firstOf(page, shown);
    await page.keyboard.press("Tab");
    await page.keyboard.type("7 whales");
    const texts = ["a duck in the rain", "7 whales"];
    expectPictures(await drawn(page, shown, before), await sampler.sample({ ...ask, texts, share: 0.5 }));
    before = await firstOf(page, shown);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Home");
    assert.equal(
      await page.$eval("[data-control=share]", (slider) => slider.getAttribute("aria-valuetext")),
      "0 % of the way from “a duck in the rain” to “7 whales”",
    );
    const back = await drawn(page, shown, before);
    assert.deepEqual(back, first, "its beginning is the first sentence");

    // Of a picture's style: one picture a style.
    before = await firstOf(page, shown);
    const chooser = await page.$("[data-input=style]");
    await (chooser as ElementHandle<HTMLInputElement>).uploadFile(style);
    await page.waitForFunction(() => document.querySelectorAll(".drawn canvas").length === 1, {
      timeout: SLOW,
    });
    const [styled] = await drawn(page, shown, before);
    assert.notDeepEqual(styled, first[0]);
    await page.focus("[data-action=remove-picture]");
    before = await firstOf(page, shown);
    await page.keyboard.press("Enter");
    await drawn(page, shown, before);
    await page.waitForFunction(() => document.querySelectorAll(".drawn canvas").length === 2, {
      timeout: SLOW,
    });
    assert.deepEqual(await drawn(page, shown, ""), first);
    await expectAccessible(page);

    const { width, height, format } = await sharp(await savedBy(page, "[data-action=save-one]")).metadata();
    assert.deepEqual({ width, height, format }, { width: 64, height: 64, format: "png" });
  });
  await close();
  assert.deepEqual(errors, []);
}

async function drawsDigits(page: Page, url: string): Promise<void> {
  const system = await findSystem("cgan");
  const paper = system.shipped.find(({ name }) => name === "cgan-paper");
  assert.ok(paper && system.load);
  await init();
  const sampler = await system.load(await readFile(join(root, paper.file)), paper.file);
  await page.goto(`${url}#/digits?model=cgan-paper&class=7&count=3&seed=2`);
  const seen = await drawn(page, ".sample-rows", "");
  expectPictures(seen, await sampler.sample({ count: 3, seed: 2, class: "7", walk: false }));
  await close();
}

async function enlarges(page: Page, url: string): Promise<void> {
  await openTiny(page, url);
  await upscale(page);
  const inPage = await savedBy(page, "[data-action=download]");
  await inTemporaryFolder(async (folder) => {
    const weights = await fetch(`${url}models/weights/stand-in-srresnet.safetensors`);
    await writeFile(join(folder, "net.safetensors"), new Uint8Array(await weights.arrayBuffer()));
    await writeFile(join(folder, "tiny.png"), await tinyPng());
    const { code, err } = await ganvas(["upscale", "tiny.png", "large.png", "--model", "net.safetensors"], {
      cwd: folder,
    });
    assert.equal(code, 0, err);
    const pixels = (file: Uint8Array | string) => sharp(file).removeAlpha().raw().toBuffer();
    const [seen, wanted] = await Promise.all([pixels(inPage), pixels(join(folder, "large.png"))]);
    assert.equal(seen.length, wanted.length);
    const far = seen.findIndex((byte, k) => Math.abs(byte - (wanted[k] as number)) > LEVELS);
    assert.equal(far, -1);
  });
  await page.waitForSelector("[data-fact=time]", { timeout: SOON });
}
