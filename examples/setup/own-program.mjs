// ganvas run FILE: a program of the user's own, TypeScript or JavaScript, as Node can run it.
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { besideEntry, bundleEntry, readableBuildError } from "./bundle.mjs";
import { SetupError } from "./install.mjs";
import { callerFolder } from "./launch.mjs";
import { root } from "./paths.mjs";

/** Node reads TypeScript by itself, leaving out the types. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const NODE_READS_TYPES = major > 22 || (major === 22 && minor >= 18);

/** The nearest node_modules of the project, for the bundle: packages are then found from it. @param {string} folder */
function projectModules(folder) {
  for (let at = folder; ; at = resolve(at, "..")) {
    if (existsSync(join(at, "node_modules"))) return join(at, "node_modules");
    if (resolve(at, "..") === at) return undefined;
  }
}

/** By the esbuild of the user's project, where it has one. @param {string} file @returns {Promise<string | undefined>} */
async function bundled(file) {
  const modules = projectModules(resolve(file, ".."));
  if (!modules) return undefined;
  /** @type {string} */
  let path;
  try {
    path = createRequire(file).resolve("esbuild");
  } catch {
    return undefined;
  }
  const { build } = await import(pathToFileURL(path).href).then((module) => module.default ?? module);
  const folder = join(modules, ".cache/ganvas");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${basename(file, extname(file))}.mjs`);
  const options = {
    entryPoints: [file],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    sourcemap: "linked",
    logLevel: "silent",
  };
  await build(options).catch(async (/** @type {unknown} */ error) => {
    throw await readableBuildError(error);
  });
  return outfile;
}

/**
 * @param {string} [given] as the user wrote it
 * @returns {Promise<string>} a file for Node
 * @throws SetupError when it does not exist, or nothing here reads TypeScript
 */
export async function ownProgram(given) {
  if (given === undefined) throw new SetupError("ganvas run takes a program: ganvas run FILE.ts [ARGUMENTS]");
  const file = resolve(callerFolder(), given);
  if (!existsSync(file)) throw new SetupError(`${given} does not exist`);
  // In the repository, whose sources are TypeScript too.
  if (existsSync(join(root, "engine/index.ts"))) return bundleEntry(file);
  if (!/\.[cm]?tsx?$/.test(file)) return file;
  const program = await bundled(file);
  if (program) return program;
  if (NODE_READS_TYPES) return file;
  throw new SetupError(
    `${given} is TypeScript, which Node ${process.versions.node} does not read: npm install --save-dev esbuild, or take Node 22.18 or later`,
  );
}

/**
 * Modules of the user's own among a command's arguments, as that command can import them: in the repository they are bundled beside its
 * entry, so that there is one engine; the package's commands are not bundled, and share it anyway.
 * @param {string[]} args @param {string} entry the commands'
 * @returns {Promise<{ modules: Record<string, string>, beside: string[] }>} as given → where it lies, and what is to be bundled
 */
export async function ownModules(args, entry) {
  const given = args.filter((arg) => /\.[cm]?[jt]s$/.test(arg) && existsSync(resolve(callerFolder(), arg)));
  const inRepository = existsSync(join(root, "engine/index.ts"));
  const beside = inRepository ? given.map((arg) => resolve(callerFolder(), arg)) : [];
  /** @type {Record<string, string>} */
  const modules = {};
  for (const arg of given)
    modules[arg] = inRepository ? besideEntry(entry, beside, arg) : await ownProgram(arg);
  return { modules, beside };
}
