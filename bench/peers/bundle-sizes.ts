/** What a page has to load: bundled and minified as the studio is, then gzipped at level 9. */
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { root } from "../../examples/setup/paths.mjs";
import { bundleSetup } from "../setup.ts";
import { table } from "../report.ts";

const GRADIENTS =
  'import "@tensorflow/tfjs-core/dist/register_all_gradients.js"; import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";';

const PEERS: Readonly<Record<string, string>> = {
  "tfjs core + webgpu, all ops and gradients": `${GRADIENTS} import * as t from "@tensorflow/tfjs-core"; import "@tensorflow/tfjs-backend-webgpu"; globalThis.t = t;`,
  "jax-js": 'import * as t from "@jax-js/jax"; globalThis.t = t;',
  "webgpu-torch": 'import * as t from "webgpu-torch"; globalThis.t = t;',
  "onnxruntime-web (JavaScript only; 4 to 6 MiB of WebAssembly besides)":
    'import * as t from "onnxruntime-web/webgpu"; globalThis.t = t;',
};

/**
 * Bytes of the scripts that are loaded before anything can be done: minified, and gzipped one by one. What is imported
 * dynamically lies in scripts of its own, which do not count.
 */
async function sizes(
  contents: string,
  resolveDir: string,
  plugins: readonly Plugin[] = [],
): Promise<readonly [minified: number, gzipped: number]> {
  const { pageOptions, smallScripts } = await bundleSetup();
  const { outputFiles, metafile } = await build({
    ...pageOptions,
    stdin: { contents, resolveDir },
    minify: true,
    outdir: "out",
    plugins: [...plugins, smallScripts],
    external: ["node:*", "fs", "path", "os", "crypto", "util", "module", "worker_threads", "node-fetch"],
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const first = new Set(["stdin.js"]);
  // A set may grow while it is gone through.
  for (const name of first)
    for (const { kind, path } of outputs.get(name)?.imports ?? [])
      if (kind === "import-statement" && outputs.has(basename(path))) first.add(basename(path));
  const scripts = outputFiles.filter(({ path }) => first.has(basename(path))).map((file) => file.contents);
  const sum = (size: (script: Uint8Array) => number) =>
    scripts.reduce((all, script) => all + size(script), 0);
  return [sum((script) => script.length), sum((script) => gzipSync(script, { level: 9 }).length)];
}

/** The doors of the engine that pages may have a use for; the first is that of all that computes. */
const ENGINE = ["index", "inspect/index", "tuning"];

/** What of the first door jax-js has too: its optimisers are another package, layers it has none. */
const WITHOUT_OPTIMISERS = ["tensor", "ops/index", "autograd", "precision", "system", "describe"];
/** What tfjs core has too, whose layers are another package. */
const WITHOUT_LAYERS = [...WITHOUT_OPTIMISERS, "optim/index"];

/** The engine with all its shaders, in bytes. @param doors those that a page imports; by default the first */
export async function engineSize(
  doors: readonly string[] = ENGINE.slice(0, 1),
): Promise<readonly [number, number]> {
  const { shortShaders } = await bundleSetup();
  const imports = doors.map(
    (door, k) => `import * as t${k} from "./engine/${door}.ts"; globalThis.t${k} = t${k};`,
  );
  return sizes(imports.join("\n"), root, [shortShaders]);
}

/** @param peers the folder in which they are installed */
export async function showBundleSizes(peers: string): Promise<string> {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const rows = [["bundle", "minified", "gzipped"]];
  rows.push(["ganvas engine, all ops, gradients, layers and shaders", ...(await engineSize()).map(kib)]);
  const partly = async (title: string, doors: readonly string[]) =>
    rows.push([title, ...(await engineSize(doors)).map(kib)]);
  await partly("the same without layers, as tfjs core", WITHOUT_LAYERS);
  await partly("the same without layers and optimisers, as jax-js", WITHOUT_OPTIMISERS);
  await partly("all of it, with inspection and tuning", ENGINE);
  for (const [name, contents] of Object.entries(PEERS))
    rows.push([name, ...(await sizes(contents, join(peers, "."))).map(kib)]);
  return table(rows);
}
