/** Bundled for Node and for Deno, for the nightly run (run.ts): an id is `graph SEED/K`, `FAMILY SEED/K` or `training UPDATES`. */

import { close } from "../../engine/index.ts";
import { checkGraph, faultsOf } from "../engine/graph/graph-check.ts";
import { randomGraph } from "../engine/graph/random-graph.ts";
import { checkFamilyCase } from "../engine/ops/family-check.ts";
import type { Outcome } from "../fixtures/outcome.ts";
import { serve } from "../runner/serve.ts";
import { caseOf } from "./ids.ts";
import { growthInTraining } from "./training.ts";

/** Compiled kernels pile up in a device; a new one after this many cases keeps the process small. */
const CASES_A_DEVICE = 25;
let cases = 0;

/** What is wrong, and the worst error over the allowed one where that is known. */
async function check(id: string): Promise<{ faults: readonly string[]; ratio: number }> {
  const { family, seed, updates } = caseOf(id);
  if (updates !== undefined) return { faults: await growthInTraining(updates), ratio: 0 };
  if (family) {
    const { fault, ratio } = await checkFamilyCase(family);
    return { faults: fault === undefined ? [] : [fault], ratio };
  }
  const results = await checkGraph(randomGraph(seed));
  return { faults: faultsOf(results), ratio: Math.max(...results.map(({ ratio }) => ratio)) };
}

await serve(async (id): Promise<Outcome> => {
  const start = performance.now();
  if (cases++ % CASES_A_DEVICE === 0) await close();
  const { faults, ratio } = await check(id).catch((error: unknown) => ({
    faults: [error instanceof Error ? error.message : String(error)],
    ratio: Number.POSITIVE_INFINITY,
  }));
  return {
    id,
    group: id.split(" ")[0] as string,
    status: faults.length === 0 ? "passed" : "failed",
    results: [{ result: "worst", ratio, got: Number.NaN, want: Number.NaN }],
    ratio,
    ...(faults.length > 0 && { error: faults.join("; ") }),
    milliseconds: performance.now() - start,
  };
});
