// The studio's bundles kept in memory and up to date: built again when the page is loaded, or on every change (--watch).
import { relative } from "node:path";
import { readableBuildError } from "../setup/bundle.mjs";
import { outdir, studioOptions } from "./build.mjs";

/**
 * @param {{
 *   watch?: boolean,
 *   minify?: boolean,
 *   onBuild?: (problem?: Error) => void,
 *   plugins?: import("esbuild").Plugin[],
 * }} [options]
 *   minify: the bundles that `npm run build` writes; onBuild: after every build; plugins: of esbuild, before the studio's own
 * @returns {Promise<import("./server.mjs").Bundles & { dispose(): Promise<void> }>}
 */
export async function openBundles({
  watch = false,
  minify = false,
  onBuild = () => undefined,
  plugins = [],
} = {}) {
  const { context } = await import("esbuild");
  /** @type {Map<string, Uint8Array>} */
  let files = new Map();
  /** @type {Error | undefined} */
  let problem;
  const options = studioOptions({ minify });
  /** @type {import("esbuild").Plugin} */
  const collect = {
    name: "collect",
    setup(build) {
      build.onEnd(async (result) => {
        const { errors } = result;
        problem =
          errors.length > 0 ? await readableBuildError(Object.assign(new Error(), { errors })) : undefined;
        const outputs = result.outputFiles ?? [];
        // A failed build leaves the last good files; the index page shows the error.
        const name = (/** @type {string} */ path) => relative(outdir, path).replaceAll("\\", "/");
        if (!problem) files = new Map(outputs.map(({ path, contents }) => [name(path), contents]));
        onBuild(problem);
      });
    },
  };
  const builder = await context({ ...options, plugins: [...plugins, ...(options.plugins ?? []), collect] });
  if (watch) await builder.watch();
  return {
    watch,
    file: (name) => files.get(name),
    all: () => files,
    async ready() {
      // esbuild joins rebuilds that overlap; a failure is kept in `problem` by the plugin.
      if (!watch || files.size === 0) await builder.rebuild().catch(() => undefined);
      if (problem) throw problem;
    },
    dispose: () => builder.dispose(),
  };
}
