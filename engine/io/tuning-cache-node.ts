/** Kernels chosen by measurement, kept as files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TuningCache } from "../tuning.ts";
import { readFileBytes, writeFileAtomic } from "./fs-node.ts";

/** One JSON file in `folder` for each adapter and version of the engine. */
export const tuningFiles = (folder: string): TuningCache => ({
  async read(name) {
    const path = join(folder, `${name}.json`);
    return existsSync(path) ? new TextDecoder().decode(await readFileBytes(path)) : undefined;
  },
  write: (name, text) => writeFileAtomic(join(folder, `${name}.json`), new TextEncoder().encode(text)),
});
