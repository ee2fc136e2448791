/** The engine on the smallest adapter that there may be, through many sizes, and opened and closed again and again. */
import { close, conv2d, init, randn, Rng, stats, trim } from "../../../engine/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { opCases } from "../../reference/cases.ts";
import { checkOps } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";
import { job } from "../job.ts";
import { useLeastLimits } from "../limits.ts";
import { type Amount, type Row, Tally } from "../row.ts";
import { faultOfJob } from "./calls.ts";

/** @param amount.short one case of each family; else all */
export async function leastLimits({ short }: Amount): Promise<Row> {
  const tally = new Tally();
  await init();
  await close();
  const end = useLeastLimits();
  try {
    const families = short
      ? Object.fromEntries(Object.entries(opCases).map(([family, cases]) => [family, cases.slice(0, 1)]))
      : opCases;
    const { limits } = await init();
    const fault = limits.maxStorageBuffersPerShaderStage === 8 ? undefined : "the limits are not the least";
    for await (const { name, status, error } of checkOps(families, engineBackend)) {
      const wrong = status === "failed" ? (error ?? "another result") : undefined;
      tally.add(name, fault ?? wrong, undefined);
    }
  } finally {
    end();
    await close();
  }
  return tally.row("least limits", "ops, gradients and second gradients by the specification's limits");
}

/** Pictures of many sizes: what is compiled is given back. */
export async function manySizes({ short }: Amount): Promise<Row> {
  const tally = new Tally();
  await init();
  await trim();
  const { liveBytes } = await stats();
  const sizes = short ? 6 : 200;
  const kernel = randn([3, 3, 4, 4], new Rng(1));
  let most = 0;
  for (let k = 0; k < sizes; k++) {
    await conv2d(randn([1, 8 + k, 9 + k, 4], new Rng(2)), kernel, { padding: 1 }).data();
    most = Math.max(most, runtime.programCount);
  }
  const { pipelines } = await runtime.gpu();
  const kept = pipelines.count;
  await trim();
  const now = await stats();
  const fault =
    pipelines.count + now.programs > 0 || now.liveBytes > liveBytes + 65_536
      ? `${pipelines.count} pipelines, ${now.programs} programs, ${now.liveBytes - liveBytes} bytes are left`
      : undefined;
  tally.add(`${sizes} sizes`, fault, undefined);
  return tally.row(
    "many sizes",
    `${sizes} sizes of a picture, then trim`,
    `${kept} pipelines and ${most} programs at most`,
  );
}

/** A device opened and closed: the next one works, and the process does not grow. */
export async function openings({ short }: Amount): Promise<Row> {
  const want = await job();
  const tally = new Tally();
  const times = short ? 3 : 200;
  let first = 0;
  for (let k = 0; k < times; k++) {
    await close();
    const fault = await faultOfJob(want);
    tally.add(`opening ${k}`, fault, fault);
    if (k === Math.floor(times / 2)) first = process.memoryUsage().rss;
  }
  const grown = Math.round((process.memoryUsage().rss - first) / 1e6);
  return tally.row(
    "openings",
    `${times} openings and closings of a device`,
    `${grown} MB more after the second half`,
  );
}
