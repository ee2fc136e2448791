/** What Node and Deno lend to a run. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findTrainingImages } from "../../engine/data/image-folder-node.ts";
import { prefetchInNode } from "../../engine/data/prefetch-node.ts";
import { InputError } from "../../engine/errors.ts";
import { encodePng, readFileBytes, readImage } from "../../engine/io/node.ts";
import { openDataset } from "../datasets/open-node.ts";
import type { BatchOpening } from "./batch-source.ts";
import type { Host } from "./host.ts";

/** @param root the folder that holds package.json */
export const nodeHost = (root: string): Host => ({
  read: readFileBytes,
  shipped(path) {
    const file = join(root, path);
    if (!existsSync(file)) throw new InputError(`a file that comes with the project is missing: ${path}`);
    return readFileBytes(file);
  },
  async list(path) {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      const why = { ENOENT: "it does not exist", ENOTDIR: "it is not a folder" }[error.code ?? ""];
      throw new InputError(`cannot read the folder ${path}: ${why ?? error.message}`);
    });
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  },
  readImage,
  openDataset,
  findImages: findTrainingImages,
  batches: (system, images, options, onDamaged) =>
    prefetchInNode<BatchOpening>(
      { system, images, options },
      { worker: new URL("./batch-worker-node.js", import.meta.url), onDamaged },
    ),
  encodePng,
});
