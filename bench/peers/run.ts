/** npm run bench:peers: see USAGE. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { cacheDir, root } from "../../examples/setup/paths.mjs";
import { inChromium } from "../chromium.ts";
import { median } from "../measure.ts";
import { digits, table } from "../report.ts";
import { bundleSetup, packagesSetup } from "../setup.ts";
import { showBundleSizes } from "./bundle-sizes.ts";
import type { Wanted } from "./harness.ts";
import { ITEMS, type PeerResult } from "./result.ts";

const USAGE = `npm run bench:peers -- [options]    this engine beside the other WebGPU tensor libraries, on the same work

  --filter REGEXP   only work whose id matches
  --peers A,B       only these of ganvas, tfjs, jax-js, onnxruntime, webgpu-torch
  --rounds N        all libraries take turns N times (2)
  --repeats N       runs in a turn, after two that are not counted (5)
  --chromium        in headless Chromium instead of Node (without onnxruntime)
  --timeout S       seconds after which a turn is given up (240); a software adapter may need more for whole training steps
  --json            prints all results as JSON

Every turn is a process (or page) of its own; in the first, the driver's shader cache is empty. The other libraries are
installed into a cache folder.`;

/** Ours first; the scripts beside this file. */
const PEERS = ["ganvas.ts", "tfjs.mjs", "jax-js.mjs", "onnxruntime.mjs", "webgpu-torch.mjs"] as const;
const nameOf = (script: string): string => script.replace(/\.\w+$/, "");

/**
 * V8 would optimise onnxruntime's 26 MB of WebAssembly for 40 to 50 s of CPU time, and Node waits for that whenever nothing
 * else is open; without, onnxruntime's own part of 1000 runs takes about an eighth longer.
 */
const NODE_OPTIONS: Readonly<Record<string, readonly string[]>> = { onnxruntime: ["--liftoff-only"] };

/** No run is begun after this time, in ms. */
const LIMIT = 20_000;

async function bundle(script: string, folder: string, inBrowser: boolean): Promise<string> {
  // Below the repository's node_modules, so that all libraries run on its package `webgpu`.
  const name = `${nameOf(script)}${inBrowser ? ".browser" : ""}.mjs`;
  const outfile = join(root, "node_modules/.cache/ganvas/peers", name);
  await build({
    ...(await bundleSetup()).commonOptions,
    entryPoints: [join(root, "bench/peers", script)],
    outfile,
    nodePaths: [join(folder, "node_modules")],
    platform: inBrowser ? "browser" : "node",
    // Node's default would take CommonJS copies of packages that other imports take as modules.
    mainFields: ["browser", "module", "main"].slice(inBrowser ? 0 : 1),
    target: "es2022",
    external: ["webgpu", "sharp", "onnxruntime-web", "node:*", ...(inBrowser ? BUILT_IN : [])],
    // Some of the libraries are CommonJS and call require().
    ...(!inBrowser && { banner: { js: REQUIRE } }),
  });
  return outfile;
}

const BUILT_IN = ["fs", "path", "os", "crypto", "util", "module", "worker_threads", "node-fetch"];
const REQUIRE =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

/** One turn in a process of its own, whose driver keeps its shaders in the folder `cache`. */
async function inNode(
  peer: string,
  file: string,
  wanted: Wanted,
  cache: string,
  timeout: number,
): Promise<PeerResult> {
  const options = NODE_OPTIONS[peer] ?? [];
  const args = [...options, "--enable-source-maps", file, JSON.stringify(wanted)];
  const env = { ...process.env, MESA_SHADER_CACHE_DIR: cache, GANVAS_PEERS: cacheDir("peers") };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout });
  let out = "";
  let complaints = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const code = await new Promise((done) => child.on("close", done));
  const line = out.split("\n").findLast((text) => text.startsWith("{"));
  if (line) return JSON.parse(line);
  const last = complaints.split("\n").find((text) => /Error/.test(text));
  return { error: last ?? (child.killed ? `given up after ${timeout / 1000} s` : `ended with code ${code}`) };
}

/** One turn in a page of a fresh browser. */
function inPage(file: string, wanted: Wanted, timeout: number): Promise<PeerResult> {
  const script = `globalThis.peerWanted = ${JSON.stringify(wanted)};\n${readFileSync(file, "utf8")}`;
  return inChromium(script, async (page) => {
    const result = await page.waitForFunction(() => globalThis.peerResult, { timeout });
    return (await result.jsonValue()) as PeerResult;
  }).catch((error) => ({ error: error instanceof Error ? error.message : String(error) }));
}

type Results = Record<string, Record<string, PeerResult[]>>;

const bestOf = (results: readonly PeerResult[]): number => Math.min(...results.flatMap((r) => r.times ?? []));
const driverOf = (results: readonly PeerResult[]): number =>
  median(results.flatMap(({ driver }) => (driver === undefined ? [] : [driver])));
const firstOf = ([cold]: readonly PeerResult[]): number => cold?.first ?? Number.NaN;

/** One figure of every library, with how many times ours it is. */
function ratios(
  results: Results,
  peers: readonly string[],
  figure: (r: readonly PeerResult[]) => number,
): string {
  const rows = Object.entries(results).map(([item, byPeer]) => {
    const ours = byPeer.ganvas && figure(byPeer.ganvas);
    const cells = peers.map((peer) => {
      const list = byPeer[peer] ?? [];
      const value = list.some(({ error }) => error === undefined) ? figure(list) : Number.NaN;
      if (!Number.isFinite(value)) return list[0]?.error === "not supported" ? "–" : "fails";
      const times = peer !== "ganvas" && ours ? ` (${digits(value / ours)}×)` : "";
      return `${digits(value)}${times}`;
    });
    return [ITEMS[item] ?? item, ...cells];
  });
  return table([["ms", ...peers], ...rows]);
}

function countsTable(results: Results): string {
  const rows = [["a run, steady", "library", "dispatches", "submits", "new buffers", "pipelines in all"]];
  for (const [item, byPeer] of Object.entries(results))
    for (const [peer, list] of Object.entries(byPeer)) {
      const done = list.find(({ error }) => error === undefined);
      if (!done) continue;
      const { dispatches = 0, submits = 0, buffers = 0, pipelines = 0 } = done;
      const title = ITEMS[item] ?? item;
      rows.push([title, peer, ...[dispatches, submits, buffers, pipelines].map((n) => `${+n.toFixed(1)}`)]);
    }
  return table(rows);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      filter: { type: "string", default: "" },
      peers: { type: "string" },
      rounds: { type: "string", default: "2" },
      repeats: { type: "string", default: "5" },
      chromium: { type: "boolean", default: false },
      timeout: { type: "string", default: "240" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { ensurePackages } = await packagesSetup();
  const list = join(root, "bench/peers/package.json");
  const folder = await ensurePackages("peers", list, "the other libraries");
  const scripts = PEERS.filter(
    (script) =>
      (!values.peers || values.peers.split(",").includes(nameOf(script))) &&
      !(values.chromium && nameOf(script) === "onnxruntime"),
  );
  const files = new Map<string, string>();
  for (const script of scripts) files.set(nameOf(script), await bundle(script, folder, values.chromium));
  const items = Object.keys(ITEMS).filter((id) => new RegExp(values.filter).test(id));
  const timeout = 1000 * Number(values.timeout);
  const results: Results = {};
  const caches = mkdtempSync(join(tmpdir(), "ganvas-shaders-"));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const item of items)
      for (const [peer, file] of files) {
        process.stderr.write(`\r\x1b[Kround ${round + 1}: ${item}, ${peer}`);
        results[item] ??= {};
        const list = results[item][peer] ?? [];
        results[item][peer] = list;
        // What fails once would fail again, perhaps after minutes.
        if (list[0]?.error !== undefined) continue;
        const wanted = { item, repeats: Number(values.repeats), limit: LIMIT };
        const cache = join(caches, `${peer}-${item}`);
        list.push(
          await (values.chromium
            ? inPage(file, wanted, timeout)
            : inNode(peer, file, wanted, cache, timeout)),
        );
      }
  rmSync(caches, { recursive: true, force: true });
  process.stderr.write("\r\x1b[K");
  if (values.json) return console.log(JSON.stringify(results));
  const peers = [...files.keys()];
  const hasDriverTime = Object.values(results).some((all) =>
    Object.values(all)
      .flat()
      .some((r) => r.driver),
  );
  if (hasDriverTime) console.log(`CPU time of the driver's threads\n${ratios(results, peers, driverOf)}\n`);
  console.log(`By the clock, best run\n${ratios(results, peers, bestOf)}\n`);
  console.log(`First run, driver's shader cache empty\n${ratios(results, peers, firstOf)}\n`);
  console.log(`${countsTable(results)}\n`);
  for (const [item, byPeer] of Object.entries(results))
    for (const [peer, [first]] of Object.entries(byPeer))
      if (first?.error && first.error !== "not supported") console.log(`${item}, ${peer}: ${first.error}`);
  console.log(`\n${await showBundleSizes(folder)}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
