/** Kernels that `ganvas tune` has chosen, in files of the cache folder. */
import { loadTuning, type TuningCache } from "../../engine/tuning.ts";
import { tuningFiles } from "../../engine/io/node.ts";
import { cacheDir } from "../setup/paths.mjs";
import type { Arguments } from "./command.ts";

/** For commands that compute. */
export const TUNED = {
  tuned: {
    type: "boolean",
    help: "uses the kernels that `ganvas tune` has chosen on this adapter; results differ in the last bits",
  },
} as const;

export const tuningCache = (): TuningCache => tuningFiles(cacheDir("tuning"));

/** Uses what has been chosen before, if anything. @returns how many choices there are */
export const addTuned = (): Promise<number> => loadTuning(tuningCache());

/** Does what `--tuned` asks for; says so where nothing has been chosen yet. */
export async function useTuned(args: Arguments): Promise<void> {
  if (args.values.tuned === true && (await addTuned()) === 0)
    console.error("nothing has been chosen for this adapter yet; `ganvas tune` does it");
}
