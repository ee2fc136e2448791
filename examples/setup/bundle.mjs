// Bundles a TypeScript entry for Node or Deno with esbuild, once: the bundle is made again only when an input has changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ownDoors } from "./doors.mjs";
import { SetupError } from "./install.mjs";
import { mtime, root } from "./paths.mjs";

export { shortShaders } from "./short-shaders.mjs";
export { smallScripts } from "./small-scripts.mjs";

/** How the code names a worker's bundle. */
const WORKER_URL = /new URL\("\.\/([\w-]+-worker-node)\.js", import\.meta\.url\)/g;

/** Written in two pieces, since this file is itself bundled into the runner of the reference data. */
const OWN_URL = ["import.meta", "url"].join(".");

/** How every bundle of ours is made, in Node, Deno and the browser. @type {import("esbuild").BuildOptions} */
export const commonOptions = {
  bundle: true,
  format: "esm",
  charset: "utf8",
  loader: { ".wgsl": "text", ".safetensors": "binary" },
  logLevel: "silent",
};

/** And those of pages: the studio's, and those whose sizes are compared. @satisfies {import("esbuild").BuildOptions} */
export const pageOptions = {
  ...commonOptions,
  platform: /** @type {const} */ ("browser"),
  target: "es2022",
  splitting: true,
  metafile: /** @type {const} */ (true),
  write: /** @type {const} */ (false),
};

/**
 * `import.meta.url` keeps naming the source file, so that paths relative to it mean the same bundled or not. Workers are the
 * exception: `new URL("./x-worker-node.js", import.meta.url)` stays as it is and finds the worker's bundle beside the entry's.
 * @type {import("esbuild").Plugin}
 */
const sourceUrls = {
  name: "source-urls",
  setup(build) {
    build.onLoad({ filter: /\.[mc]?[jt]s$/ }, ({ path }) => {
      if (path.includes("node_modules")) return undefined;
      const text = readFileSync(path, "utf8");
      if (!text.includes(OWN_URL)) return undefined;
      const url = JSON.stringify(pathToFileURL(path).href);
      const kept = text.replaceAll(WORKER_URL, 'new URL("./$1.js", import.meta.bundle)');
      const contents = kept.replaceAll(OWN_URL, url).replaceAll("import.meta.bundle", OWN_URL);
      return { contents, loader: /\.[mc]?ts$/.test(path) ? "ts" : "js" };
    });
  },
};

/** Turns esbuild's failure into its messages, as a person reads them.
 * @param {unknown} error
 * @returns {Promise<Error>} */
export async function readableBuildError(error) {
  if (!(error instanceof Error) || !("errors" in error))
    return error instanceof Error ? error : new Error(String(error));
  const { formatMessages } = await import("esbuild");
  const messages = /** @type {import("esbuild").Message[]} */ (error.errors);
  const color = process.stderr.isTTY === true;
  return new SetupError((await formatMessages(messages, { kind: "error", color })).join("").trimEnd());
}

/** Sources of the worker threads (`*-worker-node.ts` below models/), whose bundles lie beside every Node bundle. */
function workerEntries() {
  const files = readdirSync(join(root, "models"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith("-worker-node.ts")).map((file) => join(root, "models", file));
}

/**
 * Source code with its worker URLs pointing at bundles, for code that runs unbundled (vitest).
 * @param {string} code
 * @returns {Promise<string>}
 */
export async function withBundledWorkers(code) {
  let changed = code;
  for (const [url, name] of code.matchAll(WORKER_URL)) {
    const source = workerEntries().find((file) => basename(file, ".ts") === name);
    if (!source) throw new SetupError(`no worker is called ${name}`);
    changed = changed.replace(
      url,
      `new URL(${JSON.stringify(pathToFileURL(await bundleEntry(source)).href)})`,
    );
  }
  return changed;
}

/** @param {string} manifest @param {string[]} entries */
function isFresh(manifest, entries) {
  if (!existsSync(manifest)) return false;
  const { inputs, entries: built } = JSON.parse(readFileSync(manifest, "utf8"));
  if (JSON.stringify(built) !== JSON.stringify(entries)) return false;
  return Object.entries(inputs).every(([file, time]) => mtime(file) === time);
}

/** @param {string} source @param {string} platform @param {string[]} beside */
function bundleFolder(source, platform, beside) {
  const id = createHash("sha256")
    .update([platform, source, ...beside].join(" "))
    .digest("hex")
    .slice(0, 10);
  return join(root, "node_modules/.cache/ganvas", `${basename(dirname(source))}-${id}`);
}

/** Where the bundle of a file lies that was made beside `entry`'s. @param {string} entry @param {string[]} beside @param {string} file */
export const besideEntry = (entry, beside, file) =>
  join(bundleFolder(resolve(root, entry), "node", beside), `${basename(file, extname(file))}.js`);

/**
 * The bundle of `entry` and, beside it, those of the workers. npm packages stay outside.
 * @param {string} entry path of a .ts file, absolute or relative to the repository
 * @param {{ platform?: "node" | "neutral", beside?: string[] }} [options] neutral: for Deno, which has its own navigator.gpu; beside:
 *   files bundled along with it, which share its modules
 * @returns {Promise<string>} path of the bundled file, an ES module
 */
export async function bundleEntry(entry, { platform = "node", beside = [] } = {}) {
  const source = resolve(root, entry);
  // The package holds its commands built.
  const built = join(root, "dist/package", entry.replace(/ts$/, "js"));
  if (!existsSync(source) && existsSync(built)) return built;
  if (!existsSync(source)) throw new SetupError(`${relative(root, source)} does not exist`);
  const entries = [...new Set([source, ...beside, ...(platform === "node" ? workerEntries() : [])])];
  const outdir = bundleFolder(source, platform, beside);
  const manifest = join(outdir, "manifest.json");
  const output = join(outdir, `${basename(source, ".ts")}.js`);
  if (isFresh(manifest, entries)) return output;
  const { build, version } = await import("esbuild");
  try {
    const { metafile } = await build({
      ...commonOptions,
      entryPoints: entries,
      outdir,
      entryNames: "[name]",
      platform,
      target: platform === "node" ? "node20" : "es2023",
      packages: "external",
      splitting: true,
      chunkNames: "chunk-[hash]",
      sourcemap: "linked",
      metafile: true,
      absWorkingDir: root,
      plugins: [ownDoors, sourceUrls],
    });
    const own = ["examples/setup/bundle.mjs", "package.json", "package-lock.json"];
    const self = own.map((file) => join(root, file));
    const files = [...Object.keys(metafile.inputs).map((file) => resolve(root, file)), ...self];
    const inputs = Object.fromEntries(files.map((file) => [file, mtime(file)]));
    writeFileSync(manifest, JSON.stringify({ esbuild: version, entries, inputs }));
  } catch (error) {
    throw await readableBuildError(error);
  }
  return output;
}
