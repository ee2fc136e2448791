/** All kinds of faults, by their names for `--only`. */
import type { Amount, Row } from "../row.ts";
import { failingCalls } from "./calls.ts";
import { canaries } from "./canary.ts";
import { leastLimits, manySizes, openings } from "./engine.ts";
import { fullDisk, killedWhileSaving, sharedFolder } from "./files.ts";
import { lossesInJob, lossesInTraining } from "./losses.ts";
import { divergingTrainings } from "./numbers.ts";
import { photographs } from "./photographs.ts";
import { brokenFiles } from "./readers.ts";

export const kinds: Readonly<Record<string, (amount: Amount) => Promise<Row | readonly Row[]>>> = {
  canary: canaries,
  calls: failingCalls,
  losses: lossesInJob,
  training: lossesInTraining,
  numbers: divergingTrainings,
  disk: fullDisk,
  kills: killedWhileSaving,
  shared: sharedFolder,
  readers: brokenFiles,
  sizes: manySizes,
  photographs,
  openings,
  limits: leastLimits,
};
