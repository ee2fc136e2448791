// Shaders as a page has to load them: small, and side by side in its scripts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { minifyWgsl, shortNames } from "./minify-wgsl.mjs";
import { root } from "./paths.mjs";

const folder = join(root, "shaders");
const read = (/** @type {string} */ path) => readFileSync(path, "utf8");
const ALL = "ganvas:all-shaders";

/** How far back gzip finds again what it has seen. */
const WINDOW = 32768;
const zipped = (/** @type {string} */ text) => gzipSync(text, { level: 9 }).length;

/**
 * Puts each text behind those of which it repeats most; the longest is the first.
 * @template {{ readonly text: string }} T
 * @param {readonly T[]} texts
 */
export function alikeSideBySide(texts) {
  const [first, ...left] = [...texts].sort((a, b) => b.text.length - a.text.length);
  const order = first ? [first] : [];
  while (left.length > 0) {
    const before = order
      .map(({ text }) => text)
      .join("")
      .slice(-WINDOW);
    const size = zipped(before);
    const added = left.map(({ text }) => (zipped(before + text) - size) / text.length);
    order.push(...left.splice(added.indexOf(Math.min(...added)), 1));
  }
  return order;
}

/**
 * For bundles of pages; in Node shaders keep their comments, which `ganvas graph` and compilers' messages then show.
 *
 * Shaders are alike: a module put in front of all others names every shader, so that they come first, like ones side by side, where
 * gzip finds what they share. It has no effects, and nothing uses its exports, so that esbuild takes
 * into a script only those shaders that something else in it imports.
 * @type {import("esbuild").Plugin}
 */
export const shortShaders = {
  name: "short-shaders",
  setup(build) {
    const files = readdirSync(folder).filter((file) => file.endsWith(".wgsl"));
    const names = shortNames(files.map((file) => read(join(folder, file))));
    const { inject = [] } = build.initialOptions;
    build.initialOptions.inject = [...inject, ALL];
    build.onResolve({ filter: new RegExp(`^${ALL}$`) }, () => ({
      path: "all",
      namespace: ALL,
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: ALL }, () => {
      const texts = files.map((file) => ({ file, text: minifyWgsl(read(join(folder, file)), names) }));
      const lines = alikeSideBySide(texts).map(
        ({ file }, k) => `export { default as ganvasShader${k} } from "./${file}";`,
      );
      return { contents: lines.join("\n"), resolveDir: folder };
    });
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
      contents: minifyWgsl(read(path), names),
      loader: "text",
    }));
  },
};
