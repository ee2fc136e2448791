// The systems in one script: the pages that train and sample ask each for its entry at once, so that a script for each, and one for
// whatever two of them share, would only be more requests, and more bytes, since gzip sees no further than a script.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../setup/paths.mjs";

const TABLE = join(root, "models/systems.ts");
const ALL = "ganvas:all-systems";

/**
 * Whatever the table of systems loads becomes a part of one module, which has the exports of all.
 * @type {import("esbuild").Plugin}
 */
export const systemsInOne = {
  name: "systems-in-one",
  setup(build) {
    build.onResolve({ filter: /system\.ts$/ }, ({ kind, importer }) =>
      kind === "dynamic-import" && importer === TABLE ? { path: "all", namespace: ALL } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: ALL }, () => ({
      contents: [...readFileSync(TABLE, "utf8").matchAll(/import\(("[^"]+")\)/g)]
        .map(([, path]) => `export * from ${path};`)
        .join("\n"),
      resolveDir: dirname(TABLE),
    }));
  },
};
