// npm run docs: the API reference, from the docstrings, and the pages of engine/docs, as static files in dist/docs. Deno's
// documentation generator reads the sources as they are; a page becomes a module that has nothing but a description.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies, runMain, SetupError } from "../setup/install.mjs";
import { root } from "../setup/paths.mjs";
import { linkSources } from "./sources.mjs";

const pages = join(root, "engine/docs");

/** Where programs find the engine, besides its public face: how the reference calls it → its file. */
const DOORS = {
  extra: "engine/extra/index.ts",
  inspect: "engine/inspect/index.ts",
  tuning: "engine/tuning.ts",
  webgpu: "engine/webgpu.ts",
};

/** Stands between signs that mean something to JSDoc (the end of a comment, a tag at the start of a line); taken out of the pages. */
const BREAK = "\u2060";

/** @param {string} markdown @returns {string} a description of a module with this text */
export function moduleComment(markdown) {
  const safe = markdown.replaceAll("*/", `*${BREAK}/`).replace(/^(\s*)@/gm, `$1${BREAK}@`);
  const lines = safe.trimEnd().split("\n");
  return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " * @module", " */", ""].join("\n");
}

/** Runs `deno doc`. @param {string[]} args @param {string} cwd */
export function denoDoc(args, cwd = root) {
  const deno = createRequire(import.meta.url).resolve("deno/bin.cjs");
  const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const options = { cwd, env, encoding: /** @type {const} */ ("utf8"), maxBuffer: 2 ** 28 };
  return spawnSync(process.execPath, [deno, "doc", "--quiet", ...args], options);
}

/** Takes the breaks out again. @param {string} folder */
function clean(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(html|js)$/.test(file)) continue;
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    if (text.includes(BREAK)) writeFileSync(path, text.replaceAll(BREAK, ""));
  }
}

/**
 * Writes the documentation.
 * @param {string} outdir
 * @returns {number} how many pages
 */
export function buildDocs(outdir) {
  // Not below node_modules, where Deno looks for no configuration and so does not learn the names of the pages.
  const work = mkdtempSync(join(tmpdir(), "ganvas-pages-"));
  try {
    return build(work, outdir);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** @param {string} work gets the sources of the pages @param {string} outdir */
function build(work, outdir) {
  const from = (/** @type {string} */ file) => relative(work, join(root, file)).replaceAll("\\", "/");
  /** @type {Record<string, string>} */
  const exports = {};
  for (const file of readdirSync(pages)) {
    const name = basename(file, ".md");
    const text = moduleComment(readFileSync(join(pages, file), "utf8"));
    const isStart = name === "index";
    writeFileSync(
      join(work, `${name}.ts`),
      isStart ? `${text}export * from "${from("engine/index.ts")}";\n` : `${text}export {};\n`,
    );
    exports[isStart ? "." : `./${name}`] = `./${name}.ts`;
  }
  for (const [name, file] of Object.entries(DOORS)) {
    const [, comment = ""] = /^\/\*\*(.*?)\*\//s.exec(readFileSync(join(root, file), "utf8")) ?? [];
    const text = moduleComment(comment.replace(/^\s*\*? ?/gm, ""));
    writeFileSync(join(work, `${name}.ts`), `${text}export * from "${from(file)}";\n`);
    exports[`./${name}`] = `./${name}.ts`;
  }
  writeFileSync(
    join(work, "deno.json"),
    JSON.stringify({ name: "@ganvas/engine", version: "0.0.0", exports }),
  );
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const files = Object.values(exports);
  const { status, stderr } = denoDoc(["--html", "--name=ganvas", `--output=${outdir}`, ...files], work);
  if (status !== 0) throw new SetupError(`the documentation could not be made:\n${stderr.trim()}`);
  clean(outdir);
  linkSources(outdir);
  return readdirSync(outdir, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"))
    .length;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  await runMain(async () => {
    ensureDependencies();
    const outdir = join(root, "dist/docs");
    console.log(`${buildDocs(outdir)} pages; open ${join(outdir, "index.html")}`);
    return 0;
  });
}
