/** One run of chosen cases on this host's adapter, with its peaks. Bundled for Node and for the page. */
import { init } from "../engine/index.ts";
import { cases } from "./cases/index.ts";
import { peakCopy, peakFma } from "./cases/peaks.ts";
import { type Measurement, measure, type Options } from "./measure.ts";
import { adapterName, type Results } from "./report.ts";

/**
 * @param filter a regular expression that ids have to match
 * @throws RangeError when none does
 */
export async function run(filter: string, options: Options): Promise<Results> {
  const pattern = new RegExp(filter);
  const chosen = cases.filter(({ id }) => pattern.test(id));
  if (chosen.length === 0)
    throw new RangeError(`no case matches ${filter}; there are ${cases.map(({ id }) => id).join(", ")}`);
  const info = await init();
  const [fma, copy, ...measured] = await measure([peakFma, peakCopy, ...chosen], options);
  // A roof is what was reached at best; a kernel is judged by its median.
  const best = (m: Measurement | undefined, work: "flops" | "bytes") =>
    m && !m.error ? (m[work] ?? 0) / m.best / 1e6 : Number.NaN;
  return {
    adapter: adapterName(info),
    host: info.host,
    date: new Date().toISOString(),
    peaks: { gflops: best(fma, "flops"), gbytes: best(copy, "bytes") },
    cases: measured,
  };
}
