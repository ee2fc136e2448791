// npm packages that only some work needs and that are large: each list is installed into a folder of the cache when first
// asked for, never into this repository.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, SetupError } from "./install.mjs";
import { cacheDir } from "./paths.mjs";

/** Time for one installation, in ms. */
const TIMEOUT = 240_000;

/**
 * Installs the packages of a list where they are not there yet, without their install scripts.
 * @param {string} name of the folder in the cache
 * @param {string} list a package.json with exact versions
 * @param {string} what the packages are, for messages
 * @returns {Promise<string>} the folder, whose node_modules holds them
 * @throws SetupError when they cannot be had, as without a network
 */
export async function ensurePackages(name, list, what) {
  const folder = cacheDir(name);
  const installed = join(folder, "package.json");
  // npm writes it when all is there.
  const complete = join(folder, "node_modules/.package-lock.json");
  const same = existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(list, "utf8");
  if (same && existsSync(complete)) return folder;
  process.stderr.write(`installing ${what} in ${folder} …\n`);
  rmSync(complete, { force: true });
  copyFileSync(list, installed);
  const { file, args, shell } = npmCommand(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
  const child = spawn(file, args, { cwd: folder, stdio: ["ignore", 2, 2], timeout: TIMEOUT, shell });
  const code = await new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  if (code === 0) return folder;
  throw new SetupError(`${what} could not be installed; is the npm registry reachable?`);
}
