/**
 * The studio as a visitor uses it, in a real browser. Each test gets a fresh page and the studio's address; the frame that
 * starts browser and server decides where they run.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ElementHandle, Page } from "puppeteer";
import sharp from "sharp";
import {
  choose,
  inTemporaryFolder,
  openSample,
  openTiny,
  photoIs,
  RUN,
  SLOW,
  SOON,
  textOf,
  tinyPng,
  upscale,
  watchErrors,
} from "./studio-visitor.ts";

export interface StudioTest {
  readonly name: string;
  /** Whether the browser must have WebGPU; the tests without need a browser that finds no adapter. */
  readonly webgpu: boolean;
  run(page: Page, url: string): Promise<void>;
}

const SLIDER = "[role=slider]";

export const studioTests: readonly StudioTest[] = [
  { name: "upscales the sample and shows time and adapter", webgpu: true, run: upscalesSample },
  { name: "compares by keyboard", webgpu: true, run: comparesByKeyboard },
  { name: "downloads a PNG four times as large", webgpu: true, run: downloadsPng },
  { name: "says what is wrong with a file", webgpu: true, run: refusesBadFiles },
  { name: "keeps transparency", webgpu: true, run: keepsTransparency },
  { name: "can be cancelled", webgpu: true, run: canBeCancelled },
  { name: "checks every number when asked to, by keyboard too", webgpu: true, run: checksNumbers },
  { name: "moves between pages and keeps the photo", webgpu: true, run: movesBetweenPages },
  { name: "runs the self-test", webgpu: true, run: runsSelfTest },
  {
    name: "takes pictures of one pixel and thinner than what a network sees",
    webgpu: true,
    run: takesAnySize,
  },
  { name: "goes on with another GPU when one is lost", webgpu: true, run: survivesLoss },
  {
    name: "makes several files one after the other, of another size and format",
    webgpu: true,
    run: makesSeveral,
  },
  { name: "runs on the page's thread where workers cannot", webgpu: true, run: runsWithoutWorker },
  { name: "fits a small phone", webgpu: true, run: fitsPhone },
  { name: "says what to do without WebGPU", webgpu: false, run: helpsWithoutWebgpu },
  { name: "says what to do without JavaScript", webgpu: false, run: helpsWithoutJavaScript },
];

async function upscalesSample(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await openSample(page, url);
  assert.equal(await textOf(page, "[data-fact=photo]"), "parrots.png");
  assert.notEqual(await textOf(page, ".badge-name"), "");
  await upscale(page);
  assert.match(await textOf(page, "[data-fact=time]"), /^\d.* (s|min|h)/);
  assert.equal(await textOf(page, "[data-fact=adapter]"), await textOf(page, ".badge-name"));
  assert.ok(await canvasHasColours(page), "the stage must show a picture");
  const announced = await textOf(page, "[aria-live=polite]");
  assert.match(announced, /^Done in /);
  assert.deepEqual(errors, []);
}

async function comparesByKeyboard(page: Page, url: string): Promise<void> {
  // Less motion: the divider does not sweep but stands in the middle at once.
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await openTiny(page, url);
  await upscale(page);
  await page.focus(SLIDER);
  assert.equal(await sliderValue(page), 50);
  const steps = [
    ["ArrowRight", 52],
    ["ArrowLeft", 50],
    ["PageUp", 60],
    ["End", 100],
    ["ArrowRight", 100],
    ["Home", 0],
  ] as const;
  for (const [key, value] of steps) {
    await page.keyboard.press(key);
    assert.equal(await sliderValue(page), value, `after ${key}`);
  }
  const label = await page.$eval(SLIDER, (slider) => slider.getAttribute("aria-label"));
  assert.match(label ?? "", /^Compare Bicubic with /);
  const valueText = await page.$eval(SLIDER, (slider) => slider.getAttribute("aria-valuetext"));
  assert.match(valueText ?? "", /^0 % Bicubic, 100 % /);
}

async function checksNumbers(page: Page, url: string): Promise<void> {
  await openTiny(page, url);
  await upscale(page);
  const control = "[data-control=debug-nan]";
  assert.match(
    await page.$eval(control, (box) => box.closest("label")?.textContent ?? ""),
    /^Check every number/,
  );
  assert.equal(await page.$(`${RUN}:not([hidden])`), null, "what is made need not be made again");
  // What few need is folded away.
  await page.$eval(control, (box) => box.closest("details")?.querySelector("summary")?.focus());
  await page.keyboard.press("Enter");
  await page.focus(control);
  await page.keyboard.press("Space");
  await page.waitForSelector(`${RUN}:not([hidden]):not([disabled])`);
  await upscale(page);
  await page.waitForSelector("[data-action=download]:focus", { timeout: SOON });
  assert.equal(await textOf(page, "[data-fact=photo]"), "tiny.png");
}

async function downloadsPng(page: Page, url: string): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const session = await page.createCDPSession();
    const { id } = page.browserContext();
    await session.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: folder,
      ...(id === undefined ? {} : { browserContextId: id }),
    });
    await openTiny(page, url);
    await upscale(page);
    await page.click("[data-action=download]");
    const name = "tiny_x4.png";
    const deadline = Date.now() + SOON;
    while (!(await readdir(folder)).includes(name)) {
      assert.ok(Date.now() < deadline, `${name} was not saved; the folder holds ${await readdir(folder)}`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
    const { format, width, height, channels } = await sharp(await readFile(join(folder, name))).metadata();
    assert.deepEqual({ format, width, height }, { format: "png", width: 96, height: 64 });
    assert.ok(channels === 3 || channels === 4);
  });
}

async function refusesBadFiles(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  const wide = await sharp({ create: { width: 5000, height: 8, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  const cases = [
    { name: "notes.txt", content: "hello", message: "is not an image" },
    { name: "fake.png", content: "hello", message: "could not be opened as an image" },
    { name: "cut.png", content: wide.subarray(0, 60), message: "could not be opened as an image" },
    { name: "empty.png", content: "", message: "is empty" },
  ];
  for (const { name, content, message } of cases) {
    await choose(page, name, content);
    await page.waitForFunction(
      (words) => document.querySelector("[role=alert]")?.textContent?.includes(words),
      { timeout: SOON },
      `“${name}” ${message}`,
    );
  }
  assert.equal(await textOf(page, "[data-fact=photo]"), "parrots.png", "the photo that was there stays");
}

async function takesAnySize(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  for (const [width, height] of [
    [1, 1],
    [3, 30],
  ] as const) {
    const name = `${width}x${height}.png`;
    const picture = { create: { width, height, channels: 3, background: "teal" } } as const;
    await choose(page, name, await sharp(picture).png().toBuffer());
    await photoIs(page, name);
    await upscale(page);
  }
}

async function survivesLoss(page: Page, url: string): Promise<void> {
  // On the page's thread, where the test can lose the first device while it works.
  await page.evaluateOnNewDocument(() => {
    Reflect.deleteProperty(globalThis, "Worker");
    const request = GPUAdapter.prototype.requestDevice;
    let count = 0;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await request.apply(this, args);
      if (++count > 1) return device;
      const read = GPUQueue.prototype.submit;
      device.queue.submit = function (...buffers) {
        read.apply(this, buffers);
        device.destroy();
      };
      return device;
    };
    Object.assign(globalThis, { devices: () => count });
  });
  await openTiny(page, url);
  await upscale(page);
  assert.equal(await page.evaluate(() => (globalThis as unknown as { devices(): number }).devices()), 2);
}

async function makesSeveral(page: Page, url: string): Promise<void> {
  await openTiny(page, url);
  await page.select("[data-control=size]", "x2");
  await page.select("[data-control=format]", "jpg");
  await inTemporaryFolder(async (folder) => {
    const files = { "a.png": await tinyPng(), "b.png": "no picture", "c.png": await tinyPng() };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const input = await page.$("input[type=file]");
    await (input as ElementHandle<HTMLInputElement>).uploadFile(
      ...Object.keys(files).map((name) => join(folder, name)),
    );
    await page.waitForSelector("[data-action=download-all]:not([hidden])", { timeout: SLOW });
  });
  const rows = await page.$$eval(".batch-rows li", (list) => list.map((row) => row.textContent));
  assert.deepEqual(rows, ["a.pnga_x2.jpg", "b.pngcould not be opened as an image", "c.pngc_x2.jpg"]);
}

async function keepsTransparency(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  const clear = await sharp({
    create: { width: 24, height: 16, channels: 4, background: { r: 200, g: 30, b: 60, alpha: 0.5 } },
  })
    .png()
    .toBuffer();
  await choose(page, "glass.png", clear);
  await photoIs(page, "glass.png");
  await upscale(page);
  assert.ok(await page.$(".see-through"), "a picture with alpha stands on a checkerboard");
}

async function canBeCancelled(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  // The moment the progress appears, before even the fastest GPU can have finished.
  await page.evaluate(() => {
    const progress = document.querySelector<HTMLElement>(".page-upscale .progress");
    const observer = new MutationObserver(() => {
      if (progress?.hidden !== false) return;
      observer.disconnect();
      progress.querySelector<HTMLButtonElement>("[data-action=cancel]")?.click();
    });
    if (progress) observer.observe(progress, { attributes: true });
  });
  const picture = { create: { width: 160, height: 120, channels: 3, background: "teal" } } as const;
  await choose(page, "teal.png", await sharp(picture).png().toBuffer());
  await page.waitForSelector(`${RUN}:not([disabled]):not([hidden]):focus`, { timeout: SOON });
  assert.equal(await page.$(".page-upscale .progress:not([hidden])"), null);
  assert.equal(await page.$("[data-action=download]:not([hidden])"), null);
  assert.equal(await textOf(page, "[aria-live=polite]"), "Cancelled.");
  // What was cancelled must not stand in the way of the next picture.
  await choose(page, "tiny.png", await tinyPng());
  await photoIs(page, "tiny.png");
  await upscale(page);
}

async function movesBetweenPages(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  assert.equal(await page.title(), "Upscale · ganvas studio");
  await page.click("[data-route=self-test]");
  await page.waitForSelector(".page-self-test h1:focus", { timeout: SOON });
  assert.equal(await page.title(), "Self-test · ganvas studio");
  assert.equal(
    await page.$eval("[data-route=self-test]", (link) => link.getAttribute("aria-current")),
    "page",
  );
  await page.goBack();
  await page.waitForSelector(".page-upscale h1:focus", { timeout: SOON });
  assert.equal(await textOf(page, "[data-fact=photo]"), "parrots.png");
}

async function runsSelfTest(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/self-test`);
  await page.waitForSelector("[data-action=self-test]", { timeout: SOON });
  await page.click("[data-action=self-test]");
  // All checks on all hosts are another test's matter; here a few are enough.
  await page.waitForFunction(() => document.querySelectorAll(".checks tbody tr").length >= 5, {
    timeout: SLOW,
  });
  await page.evaluate(() =>
    document.querySelector<HTMLButtonElement>(".page-self-test [data-action=cancel]")?.click(),
  );
  await page.waitForSelector("[data-action=copy]:not([hidden])", { timeout: SOON });
  const statuses = await page.$$eval(".checks tbody tr", (rows) => rows.map((row) => row.dataset.status));
  assert.ok(!statuses.includes("failed"), `of the first ${statuses.length} checks some failed`);
}

async function runsWithoutWorker(page: Page, url: string): Promise<void> {
  await page.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, "Worker"));
  await openTiny(page, url);
  await upscale(page);
  assert.match(await textOf(page, ".popover"), /Engine runs in\s*the page/);
}

async function fitsPhone(page: Page, url: string): Promise<void> {
  await page.setViewport({ width: 320, height: 640, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  for (const route of [
    "upscale",
    "train",
    "digits",
    "pyramid",
    "text",
    "lessons",
    "profile",
    "self-test",
    "browser-help",
  ]) {
    await page.goto(`${url}#/${route}`);
    await page.waitForSelector(`.page-${route}:not([hidden])`, { timeout: SOON });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${route} is ${overflow} pixels too wide for a phone`);
  }
}

async function helpsWithoutWebgpu(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector(".page-obstacle h1", { timeout: SOON });
  assert.match(await textOf(page, "h1"), /WebGPU|GPU/);
  const cards = await page.$$eval(".card h2", (headings) => headings.map((heading) => heading.textContent));
  assert.match(cards[0] ?? "", /^Chrome.*your browser$/, "the visitor's own browser comes first");
  for (const name of ["Firefox", "Safari", "Without a browser"]) assert.ok(cards.includes(name), name);
  assert.ok(await page.$("[data-action=retry]"));
}

async function helpsWithoutJavaScript(page: Page, url: string): Promise<void> {
  await page.setJavaScriptEnabled(false);
  await page.goto(url);
  assert.match(await textOf(page, "h1"), /needs JavaScript/);
}

async function sliderValue(page: Page): Promise<number> {
  return Number(await page.$eval(SLIDER, (slider) => slider.getAttribute("aria-valuenow")));
}

/** Whether the stage shows at least a hundred different colours. */
async function canvasHasColours(page: Page): Promise<boolean> {
  return page.$eval(".stage-canvas", (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const pixels =
      (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    const colours = new Set<number>();
    for (let i = 0; i < pixels.length; i += 4 * 97) {
      colours.add(((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0));
    }
    return colours.size >= 100;
  });
}
