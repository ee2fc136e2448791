/** Bundled into the page in which `npm run bench -- --chromium` measures. */
import type { Options } from "./measure.ts";
import type { Results } from "./report.ts";
import { run } from "./run.ts";

declare global {
  function runBench(filter: string, options: Options): Promise<Results>;
}

globalThis.runBench = run;
