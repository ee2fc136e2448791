/** Visits of a studio with two small models, or with one, in the place of those that ship: choosing, blending, profiling. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ElementHandle, Page } from "puppeteer";
import { hostTensor, writeSafetensors } from "../../engine/io/index.ts";
import {
  inTemporaryFolder,
  openTiny,
  RUN,
  SLOW,
  SOON,
  textOf,
  upscale,
  watchErrors,
} from "./studio-visitor.ts";

interface Visit {
  readonly name: string;
  run(page: Page, url: string): Promise<void>;
}

export const blendTests: readonly Visit[] = [
  { name: "offers both models, and blends them by keyboard", run: blends },
  { name: "keeps what was made, and compares any two", run: keepsResults },
  { name: "takes weights of the visitor's own, and says what is wrong with others", run: takesOwnWeights },
  { name: "profiles a training step", run: profiles },
];

export const singleModelTests: readonly Visit[] = [
  { name: "says why there is no slider, and profiles without a clock", run: singleModel },
];

const SLIDER = "[data-control=blend]";

async function blends(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await openTiny(page, url);
  await upscale(page);
  assert.equal(await textOf(page, "[data-fact=model]"), "SRRESNET");
  const faithful = await rightHalf(page);

  await page.click("input[value=srgan]");
  await modelIs(page, "SRGAN");
  const sharp = await rightHalf(page);
  assert.notEqual(sharp, faithful);

  await page.focus(SLIDER);
  const valueText = () => page.$eval(SLIDER, (slider) => slider.getAttribute("aria-valuetext"));
  assert.equal(await valueText(), "50\u00a0% SRGAN");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await modelIs(page, "60\u00a0% SRGAN");
  assert.equal(await valueText(), "60\u00a0% SRGAN");
  assert.ok(await page.$("input[value=blend]:checked"), "touching the slider chooses the blend");
  assert.ok(await page.$(`${SLIDER}:focus`), "the slider keeps the focus while its picture is made");
  const between = await rightHalf(page);
  assert.notEqual(between, faithful);
  assert.notEqual(between, sharp);

  await page.keyboard.press("End");
  await modelIs(page, "100\u00a0% SRGAN");
  assert.equal(await rightHalf(page), sharp, "at its end the blend is the network itself");
  assert.deepEqual(errors, []);
}

async function keepsResults(page: Page, url: string): Promise<void> {
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await openTiny(page, url);
  await upscale(page);
  assert.ok(await page.$eval("[data-fact=time]", (fact) => fact.checkVisibility()), "the time is shown");
  const faithful = await rightHalf(page);
  await page.click("input[value=srgan]");
  await modelIs(page, "SRGAN");
  const sharp = await rightHalf(page);
  const options = await page.$$eval("[data-control=compare-left] option", (all) => all.map((o) => o.text));
  assert.deepEqual(options, ["Bicubic", "SRRESNET", "SRGAN"]);

  // From here on nothing is computed any more.
  await page.evaluate(() => {
    const progress = document.querySelector(".page-upscale .progress");
    const began = new MutationObserver(() => document.body.setAttribute("data-began", ""));
    if (progress) began.observe(progress, { attributes: true });
  });
  await page.select("[data-control=compare-left]", "srresnet");
  assert.equal(await rightHalf(page), sharp);
  assert.deepEqual(await tags(page), ["SRRESNET", "SRGAN"]);
  await page.click("input[value=srresnet]");
  await modelIs(page, "SRRESNET");
  assert.equal(await rightHalf(page), faithful);
  assert.deepEqual(await tags(page), ["Bicubic", "SRRESNET"], "a picture is not compared with itself");
  assert.equal(await page.$("[data-began]"), null);
  assert.ok(await page.$(`${RUN}[hidden]`), "what is made need not be made again");
}

async function takesOwnWeights(page: Page, url: string): Promise<void> {
  await openTiny(page, url);
  const open = async (name: string, content: Uint8Array) =>
    inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, name), content);
      const input = await page.$("[data-input=own-weights]");
      await (input as ElementHandle<HTMLInputElement>).uploadFile(join(folder, name));
      await page.waitForFunction(
        (words) => document.querySelector(".page-upscale")?.textContent?.includes(words),
        { timeout: SOON },
        name,
      );
    });
  await open("notes.pth", new TextEncoder().encode("no weights"));
  assert.match(await textOf(page, "[role=alert]"), /“notes.pth” holds no network that can be used here\./);
  await open("twice.safetensors", doubler());
  await page.waitForSelector("input[value^='./twice']:checked", { timeout: SOON });
  await upscale(page);
  assert.equal(await textOf(page, "[data-fact=model]"), "twice.safetensors");
  assert.match(await textOf(page, "[data-fact=size]"), /96.×.64/);
}

/** An SRVGGNetCompact of one convolution, for pictures twice as large: as they are, plus nothing. */
function doubler(): Uint8Array {
  const zeros = (...shape: number[]) => hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  const dict = new Map([
    ["body.0.weight", zeros(4, 3, 3, 3)],
    ["body.0.bias", zeros(4)],
    ["body.1.weight", zeros(4)],
    ["body.2.weight", zeros(4, 4, 3, 3)],
    ["body.2.bias", zeros(4)],
    ["body.3.weight", zeros(4)],
    ["body.4.weight", zeros(12, 4, 3, 3)],
    ["body.4.bias", zeros(12)],
  ]);
  return writeSafetensors(dict);
}

async function profiles(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await page.goto(`${url}#/profile`);
  await page.waitForSelector("[data-action=profile]", { timeout: SOON });
  await page.click("input[value='step:tiny']");
  await measure(page);
  const legend = await textOf(page, ".legend");
  assert.match(legend, /forward .*backward .*update /);
  const layers = await page.$$eval(".bar-name", (names) => names.map((name) => name.textContent));
  for (const layer of ["head.conv", "body.0", "body.0.conv1", "up.1.conv", "tail"].map(
    (name) => `generator.${name}`,
  ))
    assert.ok(layers.includes(layer), `${layer} has a bar`);
  const times = () => column(page, "Time");
  const slowest = await times();
  assert.ok(slowest.length > 40, `${slowest.length} kernels`);
  await page.evaluate(() =>
    [...document.querySelectorAll<HTMLButtonElement>(".sort")].find((b) => b.textContent === "Time")?.click(),
  );
  assert.equal(await page.$eval("[aria-sort]", (heading) => heading.getAttribute("aria-sort")), "ascending");
  assert.deepEqual((await times())[0], slowest.at(-1));
  assert.ok(await page.$("[data-action=trace]"));
  await page.click(".kernels tbody tr .kernel-name");
  assert.match(await textOf(page, "dialog pre"), /@compute[\s\S]*fn \w+\(/);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("dialog") === null, { timeout: SOON });
  assert.deepEqual(errors, []);
}

async function singleModel(page: Page, url: string): Promise<void> {
  // A browser that has WebGPU without a clock.
  await page.evaluateOnNewDocument(() => {
    Reflect.deleteProperty(globalThis, "Worker");
    const { prototype } = GPUAdapter;
    const features = Object.getOwnPropertyDescriptor(prototype, "features")?.get;
    Object.defineProperty(prototype, "features", {
      get(this: GPUAdapter) {
        return new Set([...(features?.call(this) ?? [])].filter((name) => name !== "timestamp-query"));
      },
    });
  });
  await page.goto(`${url}#/upscale`);
  await page.waitForSelector("[data-note=blend]", { timeout: SOON });
  assert.match(await textOf(page, "[data-note=blend]"), /^Only SRRESNET is installed; with SRGAN beside it/);
  assert.equal(await page.$(SLIDER), null);
  await page.goto(`${url}#/profile`);
  await page.waitForSelector("[data-action=profile]", { timeout: SOON });
  await measure(page);
  assert.match(await textOf(page, "[data-note=clock]"), /no timestamp-query\)\. Shown instead: /);
  assert.deepEqual(await column(page, "Time"), []);
  assert.ok((await column(page, "Bytes")).every((bytes) => /^[1-9]/.test(bytes)));
}

async function measure(page: Page): Promise<void> {
  await page.click("[data-action=profile]");
  await page.waitForSelector(".kernels tbody tr", { timeout: SLOW });
}

/** The cells of a column of the table of kernels; none where there is no such column. */
function column(page: Page, title: string): Promise<string[]> {
  return page.$eval(
    ".kernels",
    (table, wanted) => {
      const titles = [...table.querySelectorAll("thead th")].map((th) => th.textContent);
      const at = titles.indexOf(wanted);
      const rows = [...table.querySelectorAll("tbody tr")];
      return at < 0 ? [] : rows.map((row) => row.children[at]?.textContent ?? "");
    },
    title,
  );
}

async function modelIs(page: Page, title: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.querySelector("[data-fact=model]")?.textContent === wanted &&
      document.querySelector<HTMLElement>(".page-upscale .progress")?.hidden === true,
    { timeout: SLOW },
    title,
  );
}

/** What the two halves of the stage are called. */
const tags = (page: Page): Promise<(string | null)[]> =>
  page.$$eval(".page-upscale .tag", (all) => all.map((tag) => tag.textContent));

/** A checksum of the result's half of the stage, below its label. */
async function rightHalf(page: Page): Promise<number> {
  return page.$eval(".stage-canvas", async (stage) => {
    // The stage draws in the next frame.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const canvas = stage as HTMLCanvasElement;
    const half = Math.round(canvas.width / 2) + 2;
    const pixels = canvas.getContext("2d")?.getImageData(half, 0, canvas.width - half, canvas.height).data;
    let sum = 0;
    for (const value of pixels ?? []) sum = (Math.imul(sum, 31) + value) | 0;
    return sum;
  });
}
