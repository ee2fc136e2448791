// Fetches the npm package @sparticuz/chromium and unpacks what is in it: a headless Chromium with SwiftShader, a Vulkan loader
// and the libraries that a bare Linux lacks. For x64 Linux without a browser and without root.
import { spawnSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, createBrotliDecompress } from "node:zlib";
import { unpackedDir } from "./browsers.mjs";
import { npm } from "./install.mjs";

/** Tried with Node 20 and puppeteer 24: WebGPU in the browser and its driver in Node both work. */
const VERSION = "147.0.0";

/** @param {string} archive a brotli-compressed tar @param {string} dir */
function untar(archive, dir) {
  const input = brotliDecompressSync(readFileSync(archive));
  const child = spawnSync("tar", ["-x", "--no-same-owner", "-C", dir], { input });
  if (child.status !== 0) throw new Error(`tar: ${child.stderr || child.error?.message}`);
}

/**
 * Unpacks the browser into unpackedDir(), where findBrowsers() sees it.
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether it is there now
 */
export async function unpackChromium(say) {
  if (process.platform !== "linux" || process.arch !== "x64") return false;
  const dir = unpackedDir();
  if (existsSync(join(dir, "chrome"))) return true;
  say(`Fetching the npm package @sparticuz/chromium@${VERSION} into the cache folder …`);
  const work = `${dir}.${process.pid}`;
  try {
    mkdirSync(work, { recursive: true });
    const arguments_ = [
      "install",
      "--prefix",
      work,
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    const done = npm([...arguments_, `@sparticuz/chromium@${VERSION}`], { cwd: work });
    if (!done) throw new Error("npm could not install it");
    const bin = join(work, "node_modules/@sparticuz/chromium/bin");
    untar(join(bin, "swiftshader.tar.br"), work);
    untar(join(bin, "al2023.tar.br"), work);
    const browser = createWriteStream(join(work, "chrome"), { mode: 0o755 });
    await pipeline(createReadStream(join(bin, "chromium.br")), createBrotliDecompress(), browser);
    rmSync(join(work, "node_modules"), { recursive: true });
    rmSync(dir, { recursive: true, force: true });
    renameSync(work, dir);
    return true;
  } catch (error) {
    say(`  not to be had here: ${error instanceof Error ? error.message : error}`);
    rmSync(work, { recursive: true, force: true });
    return false;
  }
}
