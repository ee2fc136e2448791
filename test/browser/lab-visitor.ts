/** What a visitor does on the pages that train and sample, as steps for the tests in `lab.e2e.ts`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { SLOW, textOf } from "./studio-visitor.ts";

/** Opens the training page in a state of the address. */
export async function openTraining(
  page: Page,
  url: string,
  state: Readonly<Record<string, string>>,
): Promise<void> {
  await page.goto(`${url}#/train?${new URLSearchParams(state)}`);
  await page.waitForSelector("[data-action=one]:not([disabled])", { timeout: SLOW });
}

/** Does something that takes updates, and waits until it is done. */
export async function updates(page: Page, action: string): Promise<void> {
  await page.click(`[data-action=${action}]`);
  await settled(page);
}

/** Waits until nothing trains. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>("[data-status=run]")?.dataset.running === "false",
    { timeout: SLOW },
  );
  assert.equal(await textOf(page, ".page-train [role=alert]"), "");
}

export const stepOf = async (page: Page): Promise<number> =>
  Number(await page.$eval("[data-status=run]", (status) => (status as HTMLElement).dataset.step));

/** Waits, while it trains, until so many updates are made, or it is said why not. */
export async function stepIsAtLeast(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (least) =>
      Number(document.querySelector<HTMLElement>("[data-status=run]")?.dataset.step) >= least ||
      document.querySelector(".page-train [role=alert]")?.textContent !== "",
    { timeout: SLOW },
    step,
  );
  assert.equal(await textOf(page, ".page-train [role=alert]"), "");
}

/** Drops a file or folder of this machine onto the middle of the page, as a hand would. */
export async function dropOnto(page: Page, path: string): Promise<void> {
  const session = await page.createCDPSession();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  await session.detach();
}

/** A file of the run, as the visitor saves it. */
export const savedFile = (page: Page, name: string): Promise<Uint8Array> =>
  savedBy(page, `[data-file="${name}"]`);

/** What a button saves. */
export async function savedBy(page: Page, selector: string): Promise<Uint8Array> {
  const url = await page.evaluate(async (wanted) => {
    const saved = new Promise<Blob>((resolve) => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob: Blob) => {
        URL.createObjectURL = make;
        resolve(blob);
        return make(blob);
      };
    });
    document.querySelector<HTMLButtonElement>(wanted)?.click();
    const reader = new FileReader();
    reader.readAsDataURL(await saved);
    await new Promise((done) => reader.addEventListener("load", done));
    return reader.result as string;
  }, selector);
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

const axe = () => readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Looks at the page as axe-core does.
 * @param rules only these; all by default
 */
export async function expectAccessible(page: Page, rules?: readonly string[]): Promise<void> {
  await page.evaluate(axe());
  const violations = await page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          where: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }>;
      };
    };
    const found = await axe.run(document, only ? { runOnly: only } : {});
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`);
  }, rules);
  assert.deepEqual(violations, [], page.url());
}

/** Milliseconds of JavaScript in one go that a page's thread may be busy, by its own clock. */
export const BUSY = 50;

/** The longest that a script of the page was busy during `work`, in milliseconds of the thread's own clock. */
export async function longestScript(page: Page, work: () => Promise<void>): Promise<number> {
  await page.tracing.start({ categories: ["devtools.timeline", "toplevel"] });
  await work();
  const trace = JSON.parse(Buffer.from((await page.tracing.stop()) as Uint8Array).toString()) as {
    traceEvents: {
      name: string;
      ph: string;
      tid: number;
      pid: number;
      tdur?: number;
      args: { name?: string };
    }[];
  };
  const threads = new Set(
    trace.traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const scripts = trace.traceEvents.filter(
    ({ name, ph, pid, tid }) =>
      ph === "X" &&
      threads.has(`${pid}/${tid}`) &&
      /^(FunctionCall|EvaluateScript|RunMicrotasks)$/.test(name),
  );
  assert.ok(scripts.length > 10, `${scripts.length} scripts ran`);
  const longest = Math.max(...scripts.map(({ tdur = 0 }) => tdur / 1000));
  assert.ok(longest > 0, "the trace has the thread's own times");
  return longest;
}

/** Where screenshots are asked for, the page as it is: on a desk and on a phone, light and dark. */
export async function takeShots(page: Page, name: string): Promise<void> {
  const folder = process.env.GANVAS_SHOTS;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const before = page.viewport();
  for (const [device, width, height] of [
    ["desktop", 1400, 900],
    ["phone", 390, 844],
  ] as const)
    for (const value of ["light", "dark"]) {
      await page.setViewport({ width, height });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
      await new Promise((resume) => setTimeout(resume, 400));
      await page.screenshot({ path: join(folder, `${name}-${device}-${value}.png`), fullPage: true });
    }
  await page.setViewport(before);
}
