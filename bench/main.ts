/** npm run bench: see USAGE. */
import * as fs from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

import { root } from "../examples/setup/paths.mjs";
import type { Page } from "puppeteer";
import { inChromium } from "./chromium.ts";
import { driverClock } from "./driver-time.ts";
import { explain } from "./explain.ts";
import type { Options } from "./measure.ts";
import { digits, fileName, type Results, show } from "./report.ts";
import { run } from "./run.ts";
import { bundleSetup } from "./setup.ts";

const USAGE = `npm run bench -- [options]      times kernels and models on this machine's WebGPU adapter

  --filter REGEXP   only cases whose id matches
  --rounds N        samples of each case (7)
  --chromium        in headless Chromium instead of Node
  --tune            chooses kernels by measurement before anything is timed
  --explain CASE    shows what is tried for each kernel of a case, what is chosen and why, and times nothing else
  --save            keeps the results as bench/results/ADAPTER-HOST.json
  --compare FILE    shows beside each case how many times faster it is than in FILE
  --json            prints the results as JSON`;

/** Milliseconds for each kernel that is explained: enough for all candidates. */
const EXPLAIN_BUDGET = 60_000;

/** Short runs are repeated until a sample lasts this long, in ms. */
const SAMPLE_TIME = 30;

async function inPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const { outputFiles } = await build({
    ...(await bundleSetup()).commonOptions,
    entryPoints: [join(root, "bench/page.ts")],
    platform: "browser",
    external: ["node:*", "webgpu", "sharp"],
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  return inChromium(script, use);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      filter: { type: "string", default: "" },
      rounds: { type: "string", default: "7" },
      chromium: { type: "boolean", default: false },
      tune: { type: "boolean", default: false },
      explain: { type: "string" },
      save: { type: "boolean", default: false },
      compare: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const earlier: Results | undefined = values.compare && JSON.parse(fs.readFileSync(values.compare, "utf8"));
  // Else the time to compile would be that of reading a file. Drivers look when they are loaded.
  process.env.MESA_SHADER_CACHE_DISABLE ??= "true";
  const driverTime = driverClock(fs);
  const clock = driverTime && !values.chromium ? { clock: driverTime } : {};
  const options: Options = {
    rounds: Number(values.rounds),
    sampleTime: SAMPLE_TIME,
    ...(values.tune && { tune: clock }),
  };
  const { explain: id } = values;
  if (id !== undefined) {
    const text = values.chromium
      ? await inPage((page) =>
          page.evaluate((one, budget) => explainBench(one, { budget }), id, EXPLAIN_BUDGET),
        )
      : await explain(id, { budget: EXPLAIN_BUDGET, ...clock });
    return console.log(text);
  }
  const results = values.chromium
    ? await inPage((page) => page.evaluate((f, o) => runBench(f, o), values.filter, options))
    : await run(values.filter, {
        ...options,
        ...(driverTime && { driverTime }),
        onProgress: (line) => process.stderr.write(`\r\x1b[K${line}`),
      });
  process.stderr.write("\r\x1b[K");
  if (values.save) {
    const file = join(root, "bench/results", fileName(results.adapter, results.host));
    fs.mkdirSync(resolve(file, ".."), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(rounded(results), null, 2)}\n`);
    process.stderr.write(`${file}\n`);
  }
  if (values.json) return console.log(JSON.stringify(results));
  const { gflops, gbytes } = results.peaks;
  console.log(`${results.adapter}, ${results.host}`);
  console.log(`peaks: ${digits(gflops)} GFLOP/s of multiply-adds, ${digits(gbytes)} GB/s of copying\n`);
  console.log(show(results, earlier));
}

/** Numbers with four significant digits, so that the files stay small. */
const rounded = (results: Results): unknown =>
  JSON.parse(JSON.stringify(results), (key, value) =>
    typeof value === "number" && key !== "flops" && key !== "bytes" ? Number(value.toPrecision(4)) : value,
  );

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
