// Where Chrome, Chromium and Edge live. Besides running the browser tests, a browser's folder lends Node and Deno its
// software Vulkan driver (SwiftShader) and, where the system has none, its Vulkan loader.
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { cacheDir } from "./paths.mjs";

/**
 * A browser and what it needs to start. `shell`: it knows only the old headless mode; `libraries`: folders of shared libraries.
 * @typedef {{ path: string, source: string, shell: boolean, libraries: string[] }} Browser
 */

const COMMANDS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "brave-browser",
];

/** Fixed places of browsers that do not lie on the PATH, by platform. */
function installedPaths() {
  if (process.platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser"];
    return ["/Applications", join(homedir(), "Applications")].flatMap((dir) =>
      apps.map((app) => join(dir, `${app}.app`, "Contents", "MacOS", app)),
    );
  }
  if (process.platform === "win32") {
    const { PROGRAMFILES, LOCALAPPDATA } = process.env;
    const dirs = [PROGRAMFILES, process.env["PROGRAMFILES(X86)"], LOCALAPPDATA];
    const exes = ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"];
    return dirs.flatMap((dir) => (dir ? exes.map((exe) => join(dir, exe)) : []));
  }
  const names = ["chrome", "google-chrome", "chromium", "chromium-browser", "microsoft-edge"];
  return [
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge",
    ...names.map((name) => join("/snap/bin", name)),
  ];
}

/** Browsers that `npx puppeteer browsers install chrome` has put into its cache, newest first. */
function puppeteerPaths() {
  const dir = join(process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), ".cache", "puppeteer"), "chrome");
  if (!existsSync(dir)) return [];
  const inside = [
    "chrome-linux64/chrome",
    "chrome-win64/chrome.exe",
    "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    "chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  ];
  const versions = readdirSync(dir).sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
  return versions.flatMap((version) => inside.map((file) => join(dir, version, file)));
}

/** @param {string} command */
function onPath(command) {
  const suffix = process.platform === "win32" ? ".exe" : "";
  for (const dir of (process.env.PATH ?? "").split(delimiter)) {
    if (dir && existsSync(join(dir, command + suffix))) return [join(dir, command + suffix)];
  }
  return [];
}

/** The folder into which unpack-chromium.mjs puts the npm package `@sparticuz/chromium`. */
export function unpackedDir() {
  return join(cacheDir(), "chromium");
}

/**
 * Browsers found on this machine, best first; nothing is started or installed. `$GANVAS_BROWSER` names one and then
 * only that one is returned; `$GANVAS_BROWSER=none` hides the machine's own (what was unpacked into the cache stays).
 * @returns {Browser[]}
 */
export function findBrowsers() {
  const named = process.env.GANVAS_BROWSER;
  if (named && named !== "none")
    return [{ path: named, source: "GANVAS_BROWSER", shell: false, libraries: [] }];
  /** @type {Browser[]} */
  const found = [];
  if (named !== "none") {
    const paths = [...COMMANDS.flatMap(onPath), ...installedPaths(), ...puppeteerPaths()].filter((path) =>
      existsSync(path),
    );
    const seen = new Set();
    for (const path of paths) {
      const real = realpathSync(path);
      if (!seen.has(real)) found.push({ path, source: "installed", shell: false, libraries: [] });
      seen.add(real);
    }
  }
  const unpacked = join(unpackedDir(), "chrome");
  if (existsSync(unpacked)) {
    found.push({
      path: unpacked,
      source: "@sparticuz/chromium",
      shell: true,
      libraries: [join(unpackedDir(), "lib")],
    });
  }
  return found;
}

/** Folders that may hold the browser's libraries: beside the real binary, and Debian's, whose command is a script.
 * @param {Browser} browser */
export function libraryDirs(browser) {
  if (!existsSync(browser.path)) return [];
  const real = dirname(realpathSync(browser.path));
  return [...new Set([dirname(browser.path), real, "/usr/lib/chromium", "/usr/lib/chromium-browser"])];
}
