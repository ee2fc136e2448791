/** Files as the terminal's commands need them: the project's own, and folders to write into. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../engine/errors.ts";
import { readFileBytes } from "../../engine/io/node.ts";
import { findShipped, type ModelEntry } from "../../models/super-resolution/shipped.ts";
import { parseSqueezeNet, type SqueezeNet } from "../../models/features/squeezenet.ts";
import type { SRResNet } from "../../models/super-resolution/srresnet.ts";
import { parseSRResNet, type SRResNetFile } from "../../models/super-resolution/srresnet-files.ts";
import { type Arguments, type Precision, text } from "./command.ts";
import {
  loadSuperResolver,
  readSuperResolver,
  type SuperResolver,
} from "../../models/super-resolution/upscale.ts";

/** The folder that holds package.json. */
export function projectRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
}

/** A model by name, by file, or a blend of two. @throws InputError */
export const loadModel = (name: string, precision: Precision): Promise<SuperResolver> =>
  loadSuperResolver(name, readModelFile, precision);

/** The weights of such a model. @throws InputError */
export const readModel = (name: string): Promise<SRResNetFile> => readSuperResolver(name, readModelFile);

async function readModelFile(path: string, entry: ModelEntry | undefined): Promise<Uint8Array> {
  const file = entry ? join(projectRoot(), path) : path;
  if (entry && !existsSync(file)) throw new InputError(`the weights of ${entry.name} are missing: ${path}`);
  return readFileBytes(file);
}

/** A generator to train further: a model by name, a file of weights, or a checkpoint of a run. @throws InputError */
export async function loadGenerator(name: string): Promise<SRResNet> {
  const entry = findShipped(name);
  const file = entry?.file ?? name;
  return parseSRResNet(await readModelFile(file, entry), file);
}

/** The network behind --perceptual, where that is given. @throws InputError */
export async function loadEye(args: Arguments): Promise<SqueezeNet | undefined> {
  const file = text(args, "perceptual");
  return file === undefined ? undefined : parseSqueezeNet(await readFileBytes(file), file);
}

/** Is there a folder of this name? */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Says before the work, not after it, that nothing can be written into a folder. It need not exist yet, and is not made.
 * @throws InputError
 */
export function checkFolder(path: string): void {
  let dir = resolve(path);
  while (!existsSync(dir) && dirname(dir) !== dir) dir = dirname(dir);
  if (!isFolder(dir)) throw new InputError(`cannot write into ${path}: ${dir} is a file`);
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch {
    throw new InputError(`cannot write into ${path}: permission is denied`);
  }
}

/** Makes a folder, with those above it. @throws InputError */
export function makeFolder(path: string): void {
  checkFolder(path);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InputError(`cannot make the folder ${path}: ${(error as Error).message}`);
  }
}
