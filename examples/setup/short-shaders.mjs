// Shaders as a page has to load them: without comments, indentation and empty lines, which are more than half of their bytes.
import { readFileSync } from "node:fs";

/**
 * A shader without what only people read. Lines stay lines, and their spaces stay: the engine finds the names that a file
 * declares by them. WGSL has no strings in which a comment could be meant otherwise.
 * @param {string} wgsl
 */
export const shortened = (wgsl) =>
  wgsl
    .replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");

/** For bundles of pages; in Node shaders keep their comments, which `ganvas graph` and compilers' messages then show.
 * @type {import("esbuild").Plugin} */
export const shortShaders = {
  name: "short-shaders",
  setup(build) {
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
      contents: shortened(readFileSync(path, "utf8")),
      loader: "text",
    }));
  },
};
