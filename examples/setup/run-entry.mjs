// node examples/setup/run-entry.mjs ENTRY.ts [ARGS]: bundles a TypeScript entry and runs it with a WebGPU adapter, on this
// terminal. stdout belongs to the entry alone; what is said here goes to stderr.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies, runMain } from "./install.mjs";

/**
 * @param {string} entry a .ts file, relative to the repository
 * @param {string[]} args
 * @returns {Promise<number>} the entry's exit code
 */
export async function runEntry(entry, args) {
  ensureDependencies();
  const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
  const { ensureGpu } = await import("./gpu.mjs");
  const { bundleEntry } = await import("./bundle.mjs");
  const { launch } = await import("./launch.mjs");
  const { env } = await ensureGpu(say);
  return launch(await bundleEntry(entry), args, env);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) throw new Error("usage: node examples/setup/run-entry.mjs ENTRY.ts [ARGS]");
  await runMain(() => runEntry(entry, args));
}
