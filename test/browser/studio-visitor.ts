/** What a visitor does in the studio, as steps for the tests in `studio.e2e.ts`. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ElementHandle, Page } from "puppeteer";
import sharp from "sharp";

/** Milliseconds for upscaling on a software adapter, with its kernels compiled for the first time. */
export const SLOW = 300_000;
/** Milliseconds for everything else. */
export const SOON = 30_000;

/** The button that starts upscaling. */
export const RUN = "[data-action=upscale]";

/** Opens the studio and waits until the sample is there, and, where it starts by itself, upscaled. */
export async function openSample(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await photoIs(page, "parrots.png");
  await settled(page);
}

/** Opens the studio with a picture of 24 × 16 pixels. */
export async function openTiny(page: Page, url: string): Promise<void> {
  await openSample(page, url);
  await choose(page, "tiny.png", await tinyPng());
  await photoIs(page, "tiny.png");
}

/** Upscales what is open, unless that has happened by itself. */
export async function upscale(page: Page): Promise<void> {
  await settled(page);
  const run = await page.$(`${RUN}:not([hidden]):not([disabled])`);
  await run?.click();
  await page.waitForSelector("[data-action=download]:not([hidden])", { timeout: SLOW });
  assert.equal(await textOf(page, "[role=alert]"), "");
}

/** Waits until nothing is under way. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>(".page-upscale .progress")?.hidden === true,
    { timeout: SLOW },
  );
}

export async function photoIs(page: Page, name: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector("[data-fact=photo]")?.textContent === wanted,
    { timeout: SOON },
    name,
  );
}

/** Chooses a file of that content as a visitor would in the file dialog. */
export async function choose(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, name);
    await writeFile(path, content);
    const input = await page.$("input[type=file]");
    assert.ok(input !== null, "the page has a file input");
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
    // The browser reads the file when the page does; it must not be gone by then.
    await page.waitForFunction(
      (wanted) => document.body.textContent?.includes(wanted),
      { timeout: SOON },
      name,
    );
  });
}

export function tinyPng(): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * 37) % 251);
  return sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
    .png()
    .toBuffer();
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => (element.textContent ?? "").trim());
}

/** Collects what the page reports as errors: exceptions, refused loads, violations of its security policy. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ganvas-studio-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
