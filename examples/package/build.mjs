// node examples/package/build.mjs (npm pack calls it): dist/package, what other projects install. JavaScript a file for a file, so
// that bundlers leave out what is not used, with shaders inlined, and types beside it with their comments.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies, runMain, SetupError } from "../setup/install.mjs";
import { minifyWgsl, shortNames } from "../setup/minify-wgsl.mjs";
import { root } from "../setup/paths.mjs";

export const outdir = join(root, "dist/package");

/** @param {string} folder @param {RegExp} kind @returns {string[]} paths of the files below it */
const filesOf = (folder, kind) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => kind.test(name))
    .map((name) => join(folder, name));

/** TypeScript's own output: .js and .d.ts of the engine, the models and the terminal's commands. */
function compile() {
  const config = join(outdir, "tsconfig.json");
  const options = {
    noEmit: false,
    noEmitOnError: true,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    checkJs: false,
    rootDir: root,
    outDir: outdir,
  };
  const include = ["engine", "models", "examples/cli/main.ts"].map((path) => join(root, path));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions: options, include }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", config], {
    encoding: "utf8",
    cwd: root,
  });
  if (status !== 0) throw new SetupError(`the package could not be compiled:\n${stdout.trim()}`);
  // The copy would be taken for the package's own by whoever looks for the nearest one.
  for (const file of [config, join(outdir, "package.json")]) rmSync(file, { force: true });
}

/** Modules in place of what only bundlers import: shaders and package.json. */
function inlineTexts() {
  const shaders = filesOf(join(root, "shaders"), /\.wgsl$/);
  const texts = shaders.map((file) => readFileSync(file, "utf8"));
  const names = shortNames(texts);
  mkdirSync(join(outdir, "shaders"), { recursive: true });
  shaders.forEach((file, k) => {
    const text = JSON.stringify(minifyWgsl(texts[k] ?? "", names));
    writeFileSync(
      join(outdir, "shaders", `${file.slice(join(root, "shaders").length + 1)}.js`),
      `export default ${text};\n`,
    );
  });
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(outdir, "package.json.js"), `export const version = ${JSON.stringify(version)};\n`);
  for (const file of filesOf(outdir, /\.js$/)) {
    const code = readFileSync(file, "utf8");
    const changed = code.replace(/(from "\.[^"]*\.(?:wgsl|json))"/g, '$1.js"');
    if (changed !== code) writeFileSync(file, changed);
  }
}

/** Types as other projects find them: `./x.js` for `./x.ts`, and none of what cannot be imported. */
function mendTypes() {
  for (const file of filesOf(outdir, /\.d\.m?ts$/)) {
    if (/^(examples|test)\b/.test(file.slice(outdir.length + 1))) rmSync(file);
    else {
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.replace(/((?:from|import|module) ?\(?"\.[^"]*)\.ts"/g, '$1.js"'));
    }
  }
}

/** Writes dist/package. @returns {number} how many files */
export function buildPackage() {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  compile();
  inlineTexts();
  mendTypes();
  return filesOf(outdir, /\.(js|ts)$/).length;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  await runMain(async () => {
    ensureDependencies();
    // stdout belongs to npm, which may be asked for JSON.
    process.stderr.write(`dist/package holds ${buildPackage()} files\n`);
    return 0;
  });
}
