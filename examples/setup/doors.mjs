// The package's own doors (`import … from "ganvas"`), found in its sources, so that one and the same program runs in this
// repository and in a project that has installed the package.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const BUILT = /^\.\/dist\/package\/(.*)\.js$/;

/** @returns {Map<string, string>} name as it is imported, which may hold one `*` → path of the source */
export function doors() {
  /** @type {{ name: string, exports: Record<string, string | { default: string }> }} */
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return new Map(
    Object.entries(exports).map(([door, target]) => {
      const file = typeof target === "string" ? target : target.default;
      return [door.replace(".", name), join(root, file.replace(BUILT, "$1.ts"))];
    }),
  );
}

/** @param {string} path as it is imported @returns {string | undefined} the source behind that door */
export function sourceOf(path) {
  for (const [door, file] of doors()) {
    const [before = "", after] = door.split("*");
    if (after === undefined ? path === door : path.startsWith(before))
      return file.replace("*", path.slice(before.length));
  }
  return undefined;
}

/** @type {import("esbuild").Plugin} */
export const ownDoors = {
  name: "own-doors",
  setup(build) {
    build.onResolve({ filter: /^ganvas(\/|$)/ }, ({ path }) => {
      const source = sourceOf(path);
      return source === undefined
        ? { errors: [{ text: `the package has no door "${path}"` }] }
        : { path: source };
    });
  },
};
