// What can be fetched where a machine lacks a browser or a Vulkan driver, and what to tell the user where nothing can.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemDriverFiles } from "./drivers.mjs";
import { root } from "./paths.mjs";
import { unpackChromium } from "./unpack-chromium.mjs";

const PUPPETEER_MS = 300_000;
const APT_MS = 600_000;

/** Puppeteer's own download of Chrome for this platform. @param {(line: string) => void} say */
function downloadChrome(say) {
  const cli = join(root, "node_modules/puppeteer/lib/cjs/puppeteer/node/cli.js");
  say("Downloading Chrome with puppeteer …");
  const child = spawnSync(process.execPath, [cli, "browsers", "install", "chrome"], {
    stdio: "ignore",
    timeout: PUPPETEER_MS,
    cwd: root,
  });
  if (child.status === 0) return true;
  say("  not to be had here");
  return false;
}

/** Debian's package; Ubuntu's of the same name only leads to a snap. @param {(line: string) => void} say */
function installDebianChromium(say) {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (!/^ID=debian$/m.test(release) || process.getuid?.() !== 0) return false;
  say("Installing Debian's chromium with apt-get …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (/** @type {string[]} */ ...args) =>
    spawnSync("apt-get", ["-qq", ...args], { env, timeout: APT_MS, stdio: ["ignore", "ignore", 2] })
      .status === 0;
  if (apt("update") && apt("install", "-y", "--no-install-recommends", "chromium")) return true;
  say("  not to be had here");
  return false;
}

/**
 * Ways to get a browser, tried in this order; each says whether it left a new one. A browser brings a software Vulkan driver.
 * @type {((say: (line: string) => void) => boolean | Promise<boolean>)[]}
 */
export const browserSources = process.env.GANVAS_NO_DOWNLOAD
  ? []
  : [downloadChrome, installDebianChromium, unpackChromium];

/** What to install, exactly, on this platform. @param {string} lacking */
export function installAdvice(lacking) {
  const lines = [`${lacking}. Install one of these, then run the command again:`];
  if (process.platform === "darwin")
    lines.push("  brew install --cask google-chrome", "  or Chrome from https://www.google.com/chrome");
  else if (process.platform === "win32")
    lines.push("  winget install Google.Chrome", "  or Chrome from https://www.google.com/chrome");
  else {
    lines.push(
      "  Debian:  sudo apt-get install chromium",
      "  Ubuntu (24.04 and later), for the terminal alone:  sudo apt-get install libvulkan1 mesa-vulkan-drivers",
      "  Fedora:  sudo dnf install chromium mesa-vulkan-drivers vulkan-loader",
      "  Arch:    sudo pacman -S chromium vulkan-swrast vulkan-icd-loader",
      "  any:     Chrome from https://www.google.com/chrome",
    );
    const drivers = systemDriverFiles();
    if (drivers.length > 0) lines.push(`(Vulkan drivers found, none of which works: ${drivers.join(", ")})`);
  }
  lines.push(
    "Or name what you have: GANVAS_BROWSER=/path/to/chrome, VK_DRIVER_FILES=/path/to/driver_icd.json.",
  );
  return lines.join("\n");
}
