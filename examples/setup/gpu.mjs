// Gives Node and Deno children a WebGPU adapter: hardware where there is some, else the best software driver to be had.
import { SetupError } from "./install.mjs";
import { obtainMesa } from "./mesa.mjs";
import { browserSources, installAdvice } from "./obtain.mjs";
import { probeDrivers } from "./probe.mjs";

/** @typedef {import("./probe.mjs").NodeGpu} NodeGpu */

/** One line that names the adapter to the user. @param {NodeGpu} gpu */
export function describeGpu({ adapter, source }) {
  const name = adapter.description || adapter.name || `${adapter.vendor} ${adapter.architecture}`;
  return `${name}${adapter.software ? " (software: no GPU is used)" : ""}, from ${source}`;
}

/**
 * Finds the adapter; fetches a driver where none works.
 * @param {(line: string) => void} say
 * @param {{ faster?: boolean }} [options] faster: where only SwiftShader works, fetch lavapipe too
 * @returns {Promise<NodeGpu>}
 * @throws SetupError what to install, where none can be had
 */
export async function ensureGpu(say, { faster = false } = {}) {
  const { gpu, refused } = probeDrivers();
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (named && refused[0]) say(`${refused[0].name} does not work: ${refused[0].error}`);
  if (gpu && (named || !faster || gpu.adapter.architecture !== "swiftshader")) return gpu;
  for (const source of [obtainMesa, ...(gpu ? [] : browserSources)]) {
    if (!(await source(say))) continue;
    const found = probeDrivers().gpu;
    if (found) return found;
  }
  if (gpu) return gpu;
  throw new SetupError(installAdvice("No WebGPU adapter works here: neither a GPU nor a software driver"));
}
