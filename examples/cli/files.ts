/** Files as the terminal's commands need them: the project's own, and folders to write into. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError } from "../../engine/errors.ts";
import { readFileBytes } from "../../engine/io/node.ts";
import type { ModelEntry } from "../../models/system.ts";
import { parseSqueezeNet, type SqueezeNet } from "../../models/features/squeezenet.ts";
import type { SRResNetFile } from "../../models/super-resolution/srresnet-files.ts";
import { type Arguments, type Precision, text } from "./command.ts";
import { ownResolver } from "../../models/super-resolution/own-network.ts";
import {
  inHalfPrecision,
  loadSuperResolver,
  readSuperResolver,
  type SuperResolver,
} from "../../models/super-resolution/upscale.ts";

/** Modules of the user's own among the arguments, as JSON: as they were given → where they lie as this program can import them. */
const OWN_MODULES = "GANVAS_OWN_MODULES";

/** The folder that holds package.json. */
export function projectRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
}

/** A model by name, by file, by a module that exports a network, or a blend of two. @throws InputError */
export async function loadModel(name: string, precision: Precision): Promise<SuperResolver> {
  if (!isModule(name)) return loadSuperResolver(name, readModelFile, precision);
  const own = ownResolver(await importOwn(name), name);
  return precision === "f16" ? inHalfPrecision(own) : own;
}

const isModule = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);

/** A module of the user's own, made ready by whoever started this: with the engine of these commands, not another. */
async function importOwn(name: string): Promise<Readonly<Record<string, unknown>>> {
  const ready: Readonly<Record<string, string>> = JSON.parse(process.env[OWN_MODULES] ?? "{}");
  if (!existsSync(name)) throw new InputError(`cannot read ${name}: there is no such file`);
  return import(pathToFileURL(ready[name] ?? resolve(name)).href);
}

/** The weights of such a model. @throws InputError */
export const readModel = (name: string): Promise<SRResNetFile> => readSuperResolver(name, readModelFile);

async function readModelFile(path: string, entry: ModelEntry | undefined): Promise<Uint8Array> {
  const file = entry ? join(projectRoot(), path) : path;
  if (entry && !existsSync(file)) throw new InputError(`the weights of ${entry.name} are missing: ${path}`);
  return readFileBytes(file);
}

/** The network behind --perceptual, where that is given. @throws InputError */
export async function loadEye(args: Arguments): Promise<SqueezeNet | undefined> {
  const file = text(args, "perceptual");
  return file === undefined ? undefined : parseSqueezeNet(await readFileBytes(file), file);
}

export { checkFolder, isFolder, makeFolder } from "../../models/training/store-node.ts";
