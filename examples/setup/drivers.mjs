// Which Vulkan drivers Dawn (in Node) and wgpu (in Deno) might run on, best first. Only looks; probe.mjs tries them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findBrowsers, libraryDirs } from "./browsers.mjs";
import { cacheDir, mtime } from "./paths.mjs";

/**
 * One way to start a WebGPU process: variables to add to its environment. `stamp` changes when the driver's files do.
 * @typedef {{ name: string, env: Record<string, string>, stamp: string }} Candidate
 */

/** Both names of the variable: older Vulkan loaders know only the second. @param {string} icd */
const driverEnv = (icd) => ({ VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd });

/** @param {string[]} paths */
const stampOf = (paths) => paths.map((path) => `${path}:${mtime(path)}`).join(" ");

/** Folders and devices that change when a system driver is installed or a GPU appears. */
function systemStamp() {
  const share = process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
  const dirs = [
    "/usr/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    join(share, "vulkan/icd.d"),
  ];
  return stampOf([...dirs, "/dev/dri", "/dev/nvidia0", "/dev/dxg"]);
}

/** The folder into which mesa.mjs unpacks lavapipe. */
export function mesaDir() {
  return join(cacheDir(), "mesa");
}

/** @returns {Candidate[]} */
function unpackedMesa() {
  const icd = join(mesaDir(), "lvp_icd.json");
  if (!existsSync(icd)) return [];
  const libraries = readFileSync(join(mesaDir(), "libraries.txt"), "utf8");
  const env = { ...driverEnv(icd), LD_LIBRARY_PATH: libraries, MESA_SHADER_CACHE_DIR: cacheDir("shaders") };
  return [{ name: "lavapipe (unpacked Mesa)", env, stamp: stampOf([icd]) }];
}

/** @returns {Candidate[]} */
function browserDrivers() {
  const seen = new Set();
  return findBrowsers().flatMap((browser) =>
    libraryDirs(browser).flatMap((dir) => {
      const icd = join(dir, "vk_swiftshader_icd.json");
      if (seen.has(dir) || !existsSync(icd)) return [];
      seen.add(dir);
      const stamp = stampOf([icd, join(dir, "libvk_swiftshader.so")]);
      const plain = { name: `SwiftShader of ${browser.path}`, env: driverEnv(icd), stamp };
      // A machine without libvulkan1: the browser's own loader. Second, since the system's is the better tested one.
      const loader = existsSync(join(dir, "libvulkan.so.1"));
      const own = {
        name: `${plain.name} with its Vulkan loader`,
        env: { ...plain.env, LD_LIBRARY_PATH: dir },
        stamp,
      };
      return loader ? [plain, own] : [plain];
    }),
  );
}

/**
 * The candidates of this machine in the order in which they are tried: what the user's variables name, the system's
 * drivers (hardware first, by Dawn's own choice), an unpacked Mesa, then the SwiftShader of each browser.
 * @returns {Candidate[]}
 */
export function driverCandidates() {
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  const system = { name: "system", env: {}, stamp: systemStamp() };
  if (process.platform !== "linux") return [{ ...system, stamp: "" }];
  const first = named
    ? [{ name: `VK_DRIVER_FILES=${named}`, env: driverEnv(named), stamp: stampOf(named.split(":")) }]
    : [];
  return [...first, ...(named ? [] : [system]), ...unpackedMesa(), ...browserDrivers()];
}

/** Vulkan driver files that lie on this machine, for the message that none of them works. */
export function systemDriverFiles() {
  return ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].flatMap((dir) =>
    existsSync(dir) ? readdirSync(dir) : [],
  );
}
