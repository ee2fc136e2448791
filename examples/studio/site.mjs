// What the studio's site consists of, and the script that keeps it for times without a network.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const SERVICE_WORKER = "service-worker.js";

/** Files that the home page shows at once, beside page and scripts. */
const SHOWN_FIRST = ["samples/parrots.png"];

/** @param {Uint8Array | string} content */
const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, 16);

/** Whether the page cannot do without a bundle. Maps of sources are for people who look for mistakes, who have a network.
 * @param {string} name */
const isNeeded = (name) => !name.endsWith(".map") && name !== SERVICE_WORKER;

/**
 * The service worker, with what it keeps written in front of it.
 * @param {Uint8Array} script as it was bundled
 * @param {{ index: string, bundles: Iterable<[name: string, content: Uint8Array]>, folders: Readonly<Record<string, string>>,
 *   own?: ReadonlyMap<string, Uint8Array> }} site
 *   index: the page; folders: those served as they are; own: files that stand in for theirs, or beside them
 */
export function serviceWorker(script, { index, bundles, folders, own = new Map() }) {
  /** @type {Record<string, string>} */
  const first = { "index.html": hashOf(index) };
  /** @type {Record<string, string>} */
  const later = {};
  for (const [name, content] of bundles) if (isNeeded(name)) first[name] = hashOf(content);
  for (const [prefix, folder] of Object.entries(folders)) {
    for (const name of readdirSync(folder)) {
      const path = `${prefix}/${name}`;
      const into = SHOWN_FIRST.includes(path) ? first : later;
      if (into === first || name.endsWith(".safetensors"))
        into[path] = hashOf(readFileSync(join(folder, name)));
    }
  }
  for (const [path, content] of own) later[path] = hashOf(content);
  return `self.SITE=${JSON.stringify({ first, later })};\n${new TextDecoder().decode(script)}`;
}
