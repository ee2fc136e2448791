// Tries the driver candidates in child processes and remembers what came out, so that a start costs nothing the next time.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { driverCandidates } from "./drivers.mjs";
import { cacheDir, mtime, root } from "./paths.mjs";

/** @typedef {{ vendor: string, architecture: string, name: string, description: string, software: boolean }} AdapterInfo */
/** @typedef {{ adapter?: AdapterInfo, error?: string, at: number }} Probe */
/** @typedef {{ env: Record<string, string>, adapter: AdapterInfo, source: string }} NodeGpu */

/** A refusal is asked again after an hour: its cause may have been repaired without a file changing. */
const REFUSAL_MS = 3_600_000;
const PROBE_MS = 60_000;

/** Mesa complains on stderr where this is unset. @returns {Record<string, string>} */
function runtimeDir() {
  return process.platform === "linux" && !process.env.XDG_RUNTIME_DIR ? { XDG_RUNTIME_DIR: tmpdir() } : {};
}

/** The whole environment of a child that runs with `extra`; its library folders go in front of the caller's own.
 * @param {Record<string, string>} extra */
export function childEnv(extra) {
  const { LD_LIBRARY_PATH: own = "" } = process.env;
  const libraries = new Set([...(extra.LD_LIBRARY_PATH ?? "").split(":"), ...own.split(":")].filter(Boolean));
  const env = { ...process.env, ...extra };
  return libraries.size > 0 ? { ...env, LD_LIBRARY_PATH: [...libraries].join(":") } : env;
}

/** @param {Record<string, string>} env @returns {Probe} */
function runProbe(env) {
  const child = spawnSync(process.execPath, [join(root, "examples/setup/probe-child.mjs")], {
    env: childEnv(env),
    encoding: "utf8",
    timeout: PROBE_MS,
  });
  const at = Date.now();
  if (child.status === 0) return { adapter: JSON.parse(child.stdout), at };
  const why = /(?:Error|Warning): .*/.exec(child.stderr ?? "")?.[0];
  return { error: why ?? (child.signal ? `ended by ${child.signal}` : `exit code ${child.status}`), at };
}

/** Where the package lies: here, or in the project that has installed this one. */
function dawnFile() {
  try {
    return createRequire(join(root, "package.json")).resolve("webgpu");
  } catch {
    return undefined;
  }
}

/** @param {string} file @returns {Record<string, Probe>} */
function readCache(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/**
 * The candidates whose drivers really compute, as variables for a child process, and the list of refusals. `gpu`, the first
 * that works, is the one to use.
 * @param {{ fresh?: boolean, all?: boolean }} [options] fresh: probe again whatever is remembered; all: try the others after
 *   the first that works, too
 * @returns {{ gpu?: NodeGpu, gpus: NodeGpu[], refused: { name: string, error: string }[] }}
 */
export function probeDrivers({ fresh = false, all = false } = {}) {
  const file = join(cacheDir(), "adapters.json");
  const cache = fresh ? {} : readCache(file);
  const before = JSON.stringify(cache);
  const dawn = dawnFile();
  if (!dawn)
    return { gpus: [], refused: [{ name: "webgpu", error: "the npm package webgpu is not installed" }] };
  const versions = [
    process.version,
    mtime(dawn),
    process.env.LD_LIBRARY_PATH ?? "",
    process.env.DISPLAY ?? "",
  ];
  const refused = [];
  /** @type {NodeGpu[]} */
  const gpus = [];
  for (const { name, env, stamp } of driverCandidates()) {
    const full = { ...env, ...runtimeDir() };
    const key = createHash("sha256")
      .update(JSON.stringify([versions, full, stamp]))
      .digest("hex")
      .slice(0, 16);
    let probe = cache[key];
    if (!probe || (probe.error && Date.now() - probe.at > REFUSAL_MS)) probe = cache[key] = runProbe(full);
    if (probe.adapter) {
      gpus.push({ env: full, adapter: probe.adapter, source: name });
      if (!all) break;
    } else refused.push({ name, error: probe.error ?? "" });
  }
  if (JSON.stringify(cache) !== before) {
    // Renamed into place: two processes may probe at once.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(cache));
    renameSync(`${file}.${process.pid}`, file);
  }
  const [gpu] = gpus;
  return { ...(gpu && { gpu }), gpus, refused };
}
