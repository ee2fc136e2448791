/** The static build on a plain file server, in a folder of it: with a network, without one, and after an update. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, test } from "vitest";
import { root } from "../../examples/setup/paths.mjs";
import { writeSite } from "../../examples/studio/build.mjs";
import { openBundles } from "../../examples/studio/bundles.mjs";
import { FETCHED } from "../../examples/studio/site-file.ts";
import { listen, startBrowser } from "./open-page.ts";
import { SLOW } from "./studio-visitor.ts";

const FOLDER = "shared/some where";
const WEIGHTS = "models/weights/mnist-classifier.safetensors";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

const served = mkdtempSync(join(tmpdir(), "ganvas-site-"));
const page = readFileSync(join(root, "examples/studio/index.html"), "utf8");
let bundles: Awaited<ReturnType<typeof openBundles>>;
let browser: Awaited<ReturnType<typeof startBrowser>>;
let server: Server;
let url: string;
let reachable = true;

/** What any web server does, and nothing else. */
const fileServer = () =>
  createServer((request, response) => {
    if (!reachable) return request.socket.destroy();
    const path = decodeURIComponent((request.url ?? "").split("?", 1)[0] as string);
    const file = join(served, path.endsWith("/") ? `${path}index.html` : path);
    const found = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    response.writeHead(found ? 200 : 404, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    });
    response.end(found ? readFileSync(file) : "not found");
  });

const write = (index: string) => writeSite(join(served, FOLDER), bundles.all(), index);

beforeAll(async () => {
  bundles = await openBundles({ minify: true });
  await bundles.ready();
  mkdirSync(join(served, FOLDER), { recursive: true });
  write(page);
  server = fileServer();
  url = `${await listen(server)}${encodeURI(FOLDER)}/`;
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await bundles?.dispose();
  rmSync(served, { recursive: true });
});

/** Waits until the worker of the page's build is at work and holds a file. */
const kept = (visited: Page, path: string) =>
  visited.waitForFunction(
    async (wanted) => {
      const { active, installing, waiting } = await navigator.serviceWorker.ready;
      if (installing || waiting || active?.state !== "activated") return false;
      const [name] = await caches.keys();
      const keys = name === undefined ? [] : await (await caches.open(name)).keys();
      return keys.some((request) => request.url.includes(wanted));
    },
    { timeout: SLOW, polling: 200 },
    path,
  );

/** A page whose scripts come later, with a worker; nothing needs to be compiled for it. */
async function openPyramid(visited: Page): Promise<void> {
  await visited.waitForSelector(".page-pyramid [data-action=own-weights]", { timeout: SLOW });
}

test("works from a folder, then without its server, and shows an update at once", async () => {
  const visited = await browser.newPage();
  await visited.goto(`${url}#/pyramid`);
  await openPyramid(visited);
  // As threads tell what they have fetched: in a first visit before any service worker is there.
  await visited.evaluate(
    (channel, path) => new BroadcastChannel(channel).postMessage(path),
    FETCHED,
    WEIGHTS,
  );
  await kept(visited, WEIGHTS);
  await kept(visited, "index.html");

  reachable = false;
  await visited.reload();
  await openPyramid(visited);
  const size = await visited.evaluate(async (path) => (await (await fetch(path)).blob()).size, WEIGHTS);
  assert.equal(size, statSync(join(root, WEIGHTS)).size);

  // Another build: whoever comes back while there is a network sees it, and it is what is there without one afterwards.
  reachable = true;
  write(page.replace("Looking for a GPU", "Newer"));
  const isNewer = async () => /Newer/.test((await (await visited.reload())?.text()) ?? "");
  assert.ok(await isNewer(), "no stale page");
  const hash = await visited.evaluate(async () => {
    const script = await (await fetch("service-worker.js")).text();
    return /"index\.html":"(\w+)"/.exec(script)?.[1] ?? "";
  });
  await kept(visited, `index.html?content=${hash}`);
  await kept(visited, WEIGHTS);
  reachable = false;
  assert.ok(await isNewer(), "the newer page is kept");
});
