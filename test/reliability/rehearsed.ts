/** Runs of every system on its smallest rehearsal, with files in memory. */
import type { System } from "../../models/system.ts";
import type { Host, RunStore } from "../../models/training/host.ts";
import { LastingRun } from "../../models/training/lasting.ts";
import type { RunListener } from "../../models/training/run.ts";
import { CHECKPOINT, planRun, type RunWishes } from "../../models/training/run-plan.ts";
import { memoryStore } from "../../models/training/store-memory.ts";
import { rehearsalOf } from "../../examples/studio/lab/rehearsal.ts";

export interface RehearsedRun {
  /** The checkpoint that it has left. */
  readonly checkpoint: Uint8Array | undefined;
  readonly error: unknown;
  /** What it has told its user. */
  readonly said: readonly string[];
}

/**
 * Runs the smallest rehearsal for so many updates.
 * @param store by default one in memory
 * @param checkpointEvery so many updates may be lost
 */
export async function rehearse(
  system: System,
  steps: number,
  store: RunStore = memoryStore(),
  checkpointEvery = 2,
): Promise<RehearsedRun> {
  const preset = system.rehearsals.at(-1) as string;
  const rehearsed = rehearsalOf(system, preset, steps);
  const { stages } = system;
  const wishes: RunWishes = {
    system: rehearsed,
    preset,
    stage: stages?.[0],
    given: {},
    path: "random numbers",
    host: {} as Host,
    store,
    resume: false,
  };
  const said: string[] = [];
  const listener: RunListener = { say: (line) => said.push(line), progress: () => {}, compiling: () => {} };
  const settings = { listener, signal: new AbortController().signal, checkpointEvery };
  let error: unknown;
  try {
    const lasting = await LastingRun.begin(wishes, await planRun(wishes), settings);
    try {
      await lasting.attempt((run) => run.toEnd());
    } finally {
      await lasting.close();
    }
  } catch (failure) {
    error = failure;
  }
  const place = stages?.[0] === undefined ? store : store.within(stages[0]);
  return { checkpoint: await place.read(CHECKPOINT), error, said };
}
