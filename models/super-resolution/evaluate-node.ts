/** Benchmark images in a folder on disk (Node and Deno). */
import { join } from "node:path";
import { listImages } from "../../engine/data/image-folder-node.ts";
import type { ResampleBorder } from "../../engine/data/resample-taps.ts";
import { readImage } from "../../engine/io/image-node.ts";
import { pairFiles } from "./benchmark-files.ts";
import { matchPair, type Pair } from "./evaluate.ts";

export interface FindPairsOptions {
  /** Beyond the edge of an original whose low resolution is made here: "symmetric" (default) or "replicate". */
  readonly border?: ResampleBorder;
}

/**
 * Finds the benchmark images of a folder: originals, with the low resolution read where `NAME_LRx4.png` or the pair
 * `NAME_SRF_4_HR.png`, `NAME_SRF_4_LR.png` lies there, and made by MATLAB's bicubic where not.
 * Folders within are not searched; each image is read when its turn comes.
 *
 * @throws InputError if the folder cannot be read, holds no image, or an LR file lies there without its original
 */
export async function findPairs(dir: string, options: FindPairsOptions = {}): Promise<Pair[]> {
  const found = pairFiles(await listImages(dir));
  return found.map(({ name, hr, lr }) => ({
    name,
    load: async () => {
      const original = await readImage(join(dir, hr));
      return matchPair(
        name,
        original,
        lr === undefined ? undefined : await readImage(join(dir, lr)),
        options.border,
      );
    },
  }));
}
