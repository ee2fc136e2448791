// Starts a headless browser that really has WebGPU, for the browser tests.
import { findBrowsers } from "./browsers.mjs";
import { SetupError } from "./install.mjs";
import { browserSources, installAdvice } from "./obtain.mjs";
import { cacheDir } from "./paths.mjs";

/** @typedef {import("./browsers.mjs").Browser} Browser */
/** @typedef {{ browser: import("puppeteer").Browser, adapter: string, found: Browser }} OpenBrowser */

const LAUNCH_MS = 60_000;

// --no-sandbox: the sandbox refuses to run as root, and the pages are our own. The others keep the browser from calling home.
const QUIET = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGPU on whatever adapter there is; where Chrome finds none by itself, on its software one. */
const WEBGPU = [["--enable-unsafe-webgpu"], ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]];

/**
 * The same where pages draw on canvases with it: without a GPU, Chrome has to put pages together by Vulkan too, or its GPU process ends,
 * which takes long to be seen. So that is tried first.
 */
const WITH_CANVAS = [
  [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--use-angle=vulkan",
  ],
  ["--enable-unsafe-webgpu"],
];

/** No navigator.gpu, as in a browser that is too old. */
const WITHOUT = ["--disable-features=WebGPU", "--disable-blink-features=WebGPU"];

/** Runs in the page: makes a device and names its adapter; "" where there is none. @param {boolean} canvas the device is to draw on one */
async function adapterOfPage(canvas) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return "";
  const device = await adapter.requestDevice();
  if (canvas) {
    // Where that cannot be done the device is lost, and this throws or is rejected.
    const context = /** @type {GPUCanvasContext} */ (new OffscreenCanvas(1, 1).getContext("webgpu"));
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat() });
    const encoder = device.createCommandEncoder();
    const view = context.getCurrentTexture().createView();
    encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: "clear", storeOp: "store" }] }).end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  }
  device.destroy();
  return `${adapter.info.vendor} ${adapter.info.architecture}`.trim();
}

/** A browser brings its own driver and libraries: those that Node's adapter was given would only mislead it.
 * @param {Browser} found */
function browserEnv(found) {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, LD_LIBRARY_PATH = "", ...env } = process.env;
  const own = LD_LIBRARY_PATH.split(":").filter((dir) => dir && !dir.startsWith(cacheDir()));
  const libraries = [...found.libraries, ...own].join(":");
  return libraries ? { ...env, LD_LIBRARY_PATH: libraries } : env;
}

/** @param {Browser} found @param {string[]} args @param {boolean} canvas @returns {Promise<OpenBrowser | undefined>} */
async function launch(found, args, canvas) {
  const { default: puppeteer } = await import("puppeteer");
  /** @type {import("puppeteer").Browser | undefined} */
  let browser;
  try {
    browser = await puppeteer.launch({
      executablePath: found.path,
      headless: found.shell ? "shell" : true,
      args: [...QUIET, ...args],
      env: browserEnv(found),
      timeout: LAUNCH_MS,
      // A page may compute for minutes before it answers.
      protocolTimeout: 1_200_000,
    });
    const page = await browser.newPage();
    // WebGPU needs a secure context; about:blank is none. Nothing is fetched from here.
    await page.setRequestInterception(true);
    page.on(
      "request",
      (request) => void request.respond({ contentType: "text/html", body: "<!doctype html>" }),
    );
    await page.goto("http://localhost/");
    const adapter = await page.evaluate(adapterOfPage, canvas);
    await page.close();
    return { browser, adapter, found };
  } catch {
    // A browser that does not start, or whose GPU process fails, is no browser; the next is tried.
  }
  await browser?.close().catch(() => undefined);
  return undefined;
}

/**
 * The first browser on this machine that gives a page a WebGPU device, or undefined.
 * @param {{ webgpu?: boolean, canvas?: boolean }} [options] webgpu false: in that browser, started so that no page has WebGPU;
 *   canvas: pages draw with it
 * @returns {Promise<OpenBrowser | undefined>}
 */
export async function openBrowser({ webgpu = true, canvas = false } = {}) {
  for (const found of findBrowsers()) {
    for (const args of webgpu ? (canvas ? WITH_CANVAS : WEBGPU) : [WITHOUT]) {
      const open = await launch(found, args, canvas);
      if (open && (open.adapter !== "") === webgpu) return open;
      await open?.browser.close();
    }
  }
  return undefined;
}

/**
 * Makes sure that openBrowser() will find one, fetching one where needed.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} path and adapter, for people
 * @throws SetupError what to install, where none can be had
 */
export async function ensureBrowser(say) {
  for (const source of [() => true, ...browserSources]) {
    if (!(await source(say))) continue;
    const open = await openBrowser();
    if (!open) continue;
    await open.browser.close();
    return `${open.found.path} (${open.adapter})`;
  }
  throw new SetupError(
    installAdvice("No browser with WebGPU was found for the browser tests, and none could be fetched"),
  );
}
