/** What a page has to load: bundled and minified by esbuild, then gzipped at level 9. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
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

/** Bytes of a bundle: minified, and gzipped. */
async function sizes(contents: string, resolveDir: string): Promise<readonly [number, number]> {
  const { commonOptions, shortShaders } = await bundleSetup();
  const { outputFiles } = await build({
    ...commonOptions,
    stdin: { contents, resolveDir },
    platform: "browser",
    minify: true,
    plugins: [shortShaders],
    write: false,
    external: ["node:*", "fs", "path", "os", "crypto", "util", "module", "worker_threads", "node-fetch"],
  });
  const text = outputFiles[0]?.contents ?? new Uint8Array();
  return [text.length, gzipSync(text, { level: 9 }).length];
}

/** The whole engine with all its shaders, in bytes. */
export const engineSize = (): Promise<readonly [number, number]> =>
  sizes('import * as t from "./engine/index.ts"; globalThis.t = t;', root);

/** @param peers the folder in which they are installed */
export async function showBundleSizes(peers: string): Promise<string> {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const rows = [["bundle", "minified", "gzipped"]];
  const ours = await engineSize();
  rows.push(["ganvas engine, all ops, gradients and shaders", ...ours.map(kib)]);
  for (const [name, contents] of Object.entries(PEERS))
    rows.push([name, ...(await sizes(contents, join(peers, "."))).map(kib)]);
  return table(rows);
}
