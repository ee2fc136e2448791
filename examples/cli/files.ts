/** Files as the terminal's commands need them: the project's own, and folders to write into. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../engine/errors.ts";
import { readFileBytes } from "../../engine/io/node.ts";
import type { ModelEntry } from "../../models/system.ts";
import { parseSqueezeNet, type SqueezeNet } from "../../models/features/squeezenet.ts";
import type { SRResNetFile } from "../../models/super-resolution/srresnet-files.ts";
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

/** The network behind --perceptual, where that is given. @throws InputError */
export async function loadEye(args: Arguments): Promise<SqueezeNet | undefined> {
  const file = text(args, "perceptual");
  return file === undefined ? undefined : parseSqueezeNet(await readFileBytes(file), file);
}

export { checkFolder, isFolder, makeFolder } from "../../models/training/store-node.ts";
