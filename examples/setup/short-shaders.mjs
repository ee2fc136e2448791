// Shaders as a page has to load them: small, and side by side in its scripts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { minifyWgsl, shortNames } from "./minify-wgsl.mjs";
import { root } from "./paths.mjs";

const folder = join(root, "shaders");
const files = readdirSync(folder).filter((file) => file.endsWith(".wgsl"));
const read = (/** @type {string} */ path) => readFileSync(path, "utf8");
const ALL = "ganvas:all-shaders";

/**
 * For bundles of pages; in Node shaders keep their comments, which `ganvas graph` and compilers' messages then show.
 *
 * Shaders are alike, and gzip finds again what it has seen in the last 32 KiB: a module put in front of all others names every
 * shader, so that they come first, one after the other. It has no effects, and nothing uses its exports, so that esbuild takes
 * into a script only those shaders that something else in it imports.
 * @type {import("esbuild").Plugin}
 */
export const shortShaders = {
  name: "short-shaders",
  setup(build) {
    const { inject = [] } = build.initialOptions;
    build.initialOptions.inject = [...inject, ALL];
    build.onResolve({ filter: new RegExp(`^${ALL}$`) }, () => ({
      path: "all",
      namespace: ALL,
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: ALL }, () => {
      const lines = files.map((file, k) => `export { default as ganvasShader${k} } from "./${file}";`);
      return { contents: lines.join("\n"), resolveDir: folder };
    });
    const names = shortNames(files.map((file) => read(join(folder, file))));
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
      contents: minifyWgsl(read(path), names),
      loader: "text",
    }));
  },
};
