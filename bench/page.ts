/** Bundled into the page in which `npm run bench -- --chromium` measures. */
import type { TuneOptions } from "../engine/tuning.ts";
import { explain } from "./explain.ts";
import type { Options } from "./measure.ts";
import type { Results } from "./report.ts";
import { run } from "./run.ts";

declare global {
  function runBench(filter: string, options: Options): Promise<Results>;
  function explainBench(id: string, options: TuneOptions): Promise<string>;
}

globalThis.runBench = (filter, options) => {
  const { readDriverTime: driverTime } = globalThis;
  return run(filter, driverTime ? { ...options, driverTime } : options);
};
globalThis.explainBench = explain;
