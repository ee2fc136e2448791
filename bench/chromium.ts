/** Runs a bundled script in a page of headless Chromium. */
import * as fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "puppeteer";
import { browserDriverClock } from "./driver-time.ts";
import { chromeSetup } from "./setup.ts";

declare global {
  /** In a page that `inChromium` has opened: CPU time of the browser's GPU process in ms, where the system tells it. */
  var readDriverTime: (() => Promise<number>) | undefined;
}

/**
 * @param script text of an ES module
 * @param use gets the page once the module has run
 * @throws Error when there is no browser with WebGPU
 */
export async function inChromium<T>(script: string, use: (page: Page) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/main.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><script type="module" src="main.js"></script>');
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const open = await (await chromeSetup()).openBrowser();
  try {
    if (!open) throw new Error("no browser with WebGPU was found; `npm test` would fetch one");
    const page = await open.browser.newPage();
    const clock = browserDriverClock(fs, open.browser.process()?.pid ?? 0);
    if (clock) await page.exposeFunction("readDriverTime", clock);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await use(page);
  } finally {
    await open?.browser.close();
    server.close();
  }
}
