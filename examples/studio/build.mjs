// npm run build: the studio and the API reference as static files in dist/, to be put on any web server. start.mjs builds the
// studio in memory.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildDocs } from "../docs/build.mjs";
import { pageOptions, readableBuildError, shortShaders, smallScripts } from "../setup/bundle.mjs";
import { ensureDependencies, runMain, SetupError } from "../setup/install.mjs";
import { root } from "../setup/paths.mjs";
import { systemsInOne } from "./one-chunk.mjs";
import { SERVICE_WORKER, serviceWorker } from "./site.mjs";

const studio = join(root, "examples/studio");

/** Folders served and deployed as they are: path on the site → folder. @type {Record<string, string>} */
export const staticFolders = {
  samples: join(studio, "samples"),
  "models/weights": join(root, "models/weights"),
};

export const outdir = join(root, "dist");

/** Entries beside main.ts: the module workers and the style sheet; outputs lie side by side, since the page starts the workers. */
const entryPoints = [
  "main.ts",
  "engine-worker.ts",
  "lab/lab-worker.ts",
  "pages/lessons/lesson-worker.ts",
  "styles/studio.css",
].map((file) => join(studio, file));

/**
 * Node's parts of the engine stay behind dynamic imports; a static one would break the page when it is loaded.
 * @param {import("esbuild").Metafile} metafile
 */
function refuseNodeImports(metafile) {
  for (const [file, { imports }] of Object.entries(metafile.outputs)) {
    const wrong = imports.find(({ external, kind }) => external && kind === "import-statement");
    if (wrong) throw new SetupError(`${file} imports "${wrong.path}", which no browser has`);
  }
}

/**
 * What keeps the site for times without a network is a script of its own: it may share no chunk with the page, since not every
 * browser lets a service worker import.
 * @param {boolean} minify
 * @returns {import("esbuild").Plugin}
 */
const keeper = (minify) => ({
  name: "service-worker",
  setup(build) {
    build.onEnd(async (result) => {
      const entryPoints = [join(studio, "service-worker.ts")];
      const options = { entryPoints, outdir, minify, bundle: true, format: /** @type {const} */ ("iife") };
      const { outputFiles } = await build.esbuild.build({ ...options, write: false, absWorkingDir: root });
      result.outputFiles?.push(...outputFiles);
    });
  },
});

/** @param {{ minify: boolean }} options @returns {import("esbuild").BuildOptions & { metafile: true, write: false }} */
export function studioOptions({ minify }) {
  return {
    ...pageOptions,
    entryPoints,
    outdir,
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    // No page opens networks of others or judges weights, so that what reads ONNX, and the papers' protocols, are never asked for.
    external: [
      ...["node:*", "webgpu", "sharp", "*/engine/onnx/index.ts"],
      ...["*/judging.ts", "*/judging/judgement.ts", "*/judging/stacked.ts"],
    ],
    sourcemap: "linked",
    minify,
    absWorkingDir: root,
    plugins: [
      systemsInOne,
      ...(minify ? [shortShaders, smallScripts] : []),
      keeper(minify),
      {
        name: "refuse-node-imports",
        setup: (build) => build.onEnd(({ metafile }) => (metafile ? refuseNodeImports(metafile) : undefined)),
      },
    ],
  };
}

/** By this the page knows that the site has an API reference, and links to it. */
export const HELP = '    <link rel="help" href="docs/index.html">\n  </head>';

/** Puts the API reference beside the studio; where Deno does not run, the studio is built without. */
function addReference() {
  try {
    return buildDocs(join(outdir, "docs")) > 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

/**
 * Writes the site into an empty folder.
 * @param {string} folder
 * @param {ReadonlyMap<string, Uint8Array>} bundles by their names
 * @param {string} index the page
 * @param {ReadonlyMap<string, Uint8Array>} [own] files that stand in for those of the static folders, or beside them
 */
export function writeSite(folder, bundles, index, own = new Map()) {
  for (const [path, from] of Object.entries(staticFolders))
    if (existsSync(from)) cpSync(from, join(folder, path), { recursive: true });
  for (const [path, content] of [...bundles, ...own]) writeFileSync(join(folder, path), content);
  writeFileSync(join(folder, "index.html"), index);
  const script = /** @type {Uint8Array} */ (bundles.get(SERVICE_WORKER));
  writeFileSync(
    join(folder, SERVICE_WORKER),
    serviceWorker(script, { index, bundles, folders: staticFolders, own }),
  );
}

/** Writes dist/. @returns {Promise<number>} how many bytes of scripts and styles */
export async function buildStudio() {
  const { build } = await import("esbuild");
  rmSync(outdir, { recursive: true, force: true });
  try {
    const { outputFiles } = await build(studioOptions({ minify: true }));
    mkdirSync(outdir, { recursive: true });
    const page = readFileSync(join(studio, "index.html"), "utf8");
    const index = addReference() ? page.replace("  </head>", HELP) : page;
    writeSite(outdir, new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])), index);
    return outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
  } catch (error) {
    throw await readableBuildError(error);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    ensureDependencies();
    const bytes = await buildStudio();
    console.log(
      `dist/ holds ${readdirSync(outdir).length} entries, ${Math.round(bytes / 1024)} KiB of scripts and styles`,
    );
    return 0;
  });
}
