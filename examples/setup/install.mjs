// Makes sure that the npm packages named in package-lock.json are there. Uses nothing but Node itself.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { alone } from "./alone.mjs";
import { mtime, root } from "./paths.mjs";

/** A sentence for the user instead of a stack trace; the process ends with code 2. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}

/** What npm notes of each package. @typedef {Record<string, { version?: string, optional?: boolean, peer?: boolean }>} Packages */

/** @param {string} file @returns {Packages} */
const packagesOf = (file) => JSON.parse(readFileSync(file, "utf8")).packages ?? {};

/** Whether node_modules holds what package-lock.json asks for, packages of other platforms aside. */
export function dependenciesAreInstalled() {
  const wantedFile = join(root, "package-lock.json");
  // Packages are published without it; who installs one installs what it needs.
  if (!existsSync(wantedFile)) return true;
  const presentFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(presentFile)) return false;
  if (mtime(presentFile) >= mtime(wantedFile)) return true;
  // The lock file is younger, as after a checkout, but it may still ask for the same versions.
  const present = packagesOf(presentFile);
  return Object.entries(packagesOf(wantedFile)).every(([path, { version, optional, peer }]) => {
    if (path === "" || (!present[path] && (optional || peer))) return true;
    return present[path]?.version === version;
  });
}

/**
 * How npm is started here.
 * @param {string[]} args
 */
export function npmCommand(args) {
  const self = process.env.npm_execpath;
  if (self !== undefined && /npm-cli\.c?js$/.test(self))
    return { file: process.execPath, args: [self, ...args], shell: false };
  // npm is a .cmd file on Windows.
  return { file: "npm", args, shell: process.platform === "win32" };
}

/**
 * Runs npm with its output on stderr, since stdout may carry a command's JSON.
 * @param {string[]} args
 * @param {{ timeout?: number, quiet?: boolean, cwd?: string }} [options] timeout in ms
 * @returns {boolean} whether it ended well
 */
export function npm(args, { timeout = 0, quiet = false, cwd = root } = {}) {
  const out = quiet ? "ignore" : 2;
  const command = npmCommand(args);
  const child = spawnSync(command.file, command.args, {
    cwd,
    stdio: ["ignore", out, out],
    timeout,
    shell: command.shell,
  });
  return child.status === 0;
}

/** Runs `npm ci` where node_modules is missing or no longer what package-lock.json asks for. */
export function ensureDependencies() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20)
    throw new SetupError(`ganvas needs Node 20 or later; this is ${process.version}. See https://nodejs.org`);
  if (dependenciesAreInstalled()) return;
  // Two at once would take each other's files away.
  const wait = () => process.stderr.write("Waiting for another process that installs the npm packages …\n");
  alone(`install ${root}`, install, wait);
}

function install() {
  if (dependenciesAreInstalled()) return;
  process.stderr.write("Installing the npm packages (npm ci) …\n");
  // No package of ours needs its install script: all bring prebuilt files. --include=dev: NODE_ENV may say production.
  const done = npm(["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"]);
  if (!done)
    throw new SetupError("npm ci failed (see above). Is the npm registry reachable from this machine?");
}

/**
 * Runs `main`; a SetupError becomes its sentence on stderr and exit code 2.
 * @param {() => Promise<number | undefined>} main gives the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
