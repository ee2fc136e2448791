/** Finding the project's own files from wherever the command runs. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../engine/errors.ts";
import { readFileBytes } from "../../engine/io/node.ts";
import { loadSuperResolver, type SuperResolver, superResolvers } from "../../models/upscale.ts";

/** The folder that holds package.json. */
export function projectRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
}

/** A model by name or by file. */
export function loadModel(name: string): Promise<SuperResolver> {
  const own = superResolvers.some((model) => model.name === name);
  return loadSuperResolver(name, async (path) => {
    const file = own ? join(projectRoot(), path) : path;
    if (own && !existsSync(file)) throw new InputError(`the weights of ${name} are missing: ${path}`);
    return readFileBytes(file);
  });
}
