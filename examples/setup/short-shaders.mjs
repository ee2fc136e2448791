// Shaders as a page has to load them: small, and side by side in its scripts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { minifyWgsl } from "./minify-wgsl.mjs";
import { root } from "./paths.mjs";

const folder = join(root, "shaders");
const ALL = "ganvas:all-shaders";

/**
 * For bundles of pages; in Node shaders keep their comments, which `ganvas graph` and compilers' messages then show.
 *
 * Shaders are alike, and gzip finds again what it has seen in the last 32 KiB: a module put in front of all others names every
 * shader, so that they come first, one after the other. Those that nothing uses are left out by esbuild all the same.
 * @type {import("esbuild").Plugin}
 */
export const shortShaders = {
  name: "short-shaders",
  setup(build) {
    const { inject = [] } = build.initialOptions;
    build.initialOptions.inject = [...inject, ALL];
    build.onResolve({ filter: new RegExp(`^${ALL}$`) }, () => ({ path: "all", namespace: ALL }));
    build.onLoad({ filter: /.*/, namespace: ALL }, () => {
      const files = readdirSync(folder).filter((file) => file.endsWith(".wgsl"));
      return { contents: files.map((file) => `import "./${file}";`).join("\n"), resolveDir: folder };
    });
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
      contents: minifyWgsl(readFileSync(path, "utf8")),
      loader: "text",
    }));
  },
};
