/** Pages for the browser tests: one that runs a bundled entry, and the studio itself. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "puppeteer";
import { commonOptions, shortShaders } from "../../examples/setup/bundle.mjs";
import { openBrowser } from "../../examples/setup/chrome.mjs";
import { root } from "../../examples/setup/paths.mjs";
import { openBundles } from "../../examples/studio/bundles.mjs";
import { createStudioServer } from "../../examples/studio/server.mjs";
import type { StandIns } from "./stand-ins.ts";

/** A page and how to run functions in it. */
export interface TestPage {
  readonly evaluate: Page["evaluate"];
  close(): Promise<void>;
}

/** Listens on a free port of this machine. @returns the address */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

export async function startBrowser(webgpu = true, canvas = false) {
  const open = await openBrowser({ webgpu, canvas });
  if (!open) throw new Error("no browser with WebGPU was found; `npm test` would fetch one");
  return open.browser;
}

/**
 * Opens a page that has loaded a TypeScript entry, with its shaders as pages have them. Globals that the entry sets can be used
 * in `evaluate`.
 *
 * @param entry path relative to the repository
 * @param data what the page gets when it fetches `data/NAME`
 * @param canvas it draws by WebGPU
 */
export async function openPage(
  entry: string,
  data: (name: string) => Uint8Array | undefined = () => undefined,
  canvas = false,
): Promise<TestPage> {
  const { outputFiles } = await build({
    ...commonOptions,
    entryPoints: [resolve(root, entry)],
    platform: "browser",
    external: ["node:*", "webgpu", "sharp"],
    plugins: [shortShaders],
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/data/")) {
      const bytes = data(decodeURIComponent(request.url.slice("/data/".length)));
      response.statusCode = bytes ? 200 : 404;
      response.end(bytes);
      return;
    }
    const isScript = request.url === "/main.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><script type="module" src="main.js"></script>');
  });
  const url = await listen(server);
  const close = async (browser?: Browser) => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  };
  try {
    const browser = await startBrowser(true, canvas);
    const page = await browser.newPage();
    await page.goto(url);
    return { evaluate: page.evaluate.bind(page), close: () => close(browser) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The studio, served and ready to be visited. */
export interface Studio {
  readonly url: string;
  /** Runs `visit` on a fresh page with storage of its own. */
  visit(visit: (page: Page, url: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Builds and serves the studio.
 *
 * @param webgpu false: in a browser in which no page has WebGPU
 * @param models shipped models that stand in for those of the repository
 * @param minify as `npm run build` writes it
 */
export async function openStudio(webgpu: boolean, models?: StandIns, minify = false): Promise<Studio> {
  const bundles = await openBundles({ minify, plugins: models ? [models.plugin] : [] });
  const file = (name: string) => models?.files.get(name) ?? bundles.file(name);
  const { server } = createStudioServer({ ...bundles, file });
  try {
    await bundles.ready();
    const url = await listen(server);
    const browser = await startBrowser(webgpu);
    return {
      url,
      async visit(visit) {
        const context = await browser.createBrowserContext();
        try {
          await visit(await context.newPage(), url);
        } finally {
          await context.close();
        }
      },
      async close() {
        await browser.close();
        server.closeAllConnections();
        server.close();
        await bundles.dispose();
      },
    };
  } catch (error) {
    await bundles.dispose();
    throw error;
  }
}
