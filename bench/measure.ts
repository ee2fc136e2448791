/** Times cases in turn, round after round, so that a machine that slows down slows all of them. Runs in every host. */
import { close, idle, init, stats } from "../engine/index.ts";
import { tune, type TuneOptions } from "../engine/tuning.ts";
import type { Case } from "./case.ts";

/** Times are milliseconds of one run. */
export interface Measurement {
  readonly id: string;
  readonly title: string;
  /** Of the first run on a device of its own: recording, code generation, compilation, and the work itself. */
  readonly first: number;
  /**
   * What the first run takes more than the next, nearly all of it compilation: CPU time of the driver's threads, where the
   * host can tell it, else by the clock.
   */
  readonly compile: number;
  /** Median over the samples. */
  readonly median: number;
  readonly best: number;
  /** Half the distance between the quartiles, as a part of the median. */
  readonly spread: number;
  /** CPU time of the driver's threads, where the host can tell it. */
  readonly driver?: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly newBuffers: number;
  readonly flops?: number;
  readonly bytes?: number;
  readonly error?: string;
}

export interface Options {
  readonly rounds: number;
  /** A sample repeats short runs until it lasts this long, in ms. */
  readonly sampleTime: number;
  /** CPU time of the driver's threads since the start, in ms. */
  readonly driverTime?: () => number | Promise<number>;
  readonly onProgress?: (line: string) => void;
  /** Chooses kernels by measurement before anything is timed. */
  readonly tune?: TuneOptions;
}

type Run = () => void | Promise<void>;

interface Prepared {
  readonly item: Case;
  readonly run: Run;
  readonly cold: Pick<Measurement, "first" | "compile">;
  readonly repeats: number;
  readonly samples: number[];
  readonly driverSamples: number[];
  counts: { dispatches: number; submits: number; newBuffers: number };
}

/** Runs that are started before the queue is waited for. */
const IN_FLIGHT = 32;

async function repeat(run: Run, times: number): Promise<number> {
  const start = performance.now();
  for (let k = 0; k < times; k++) {
    await run();
    if (k % IN_FLIGHT === IN_FLIGHT - 1) await idle();
  }
  await idle();
  return performance.now() - start;
}

async function inputsOf(item: Case): Promise<Run> {
  await init();
  const run = await item.prepare();
  await idle();
  return run;
}

/** A first run and the next on a device that has compiled nothing but what makes the inputs. */
async function coldRun(item: Case, clock: () => number | Promise<number>): Promise<Prepared["cold"]> {
  await close();
  try {
    const run = await inputsOf(item);
    const start = await clock();
    const first = await repeat(run, 1);
    const middle = await clock();
    await repeat(run, 1);
    const end = await clock();
    return { first, compile: Math.max(0, 2 * middle - start - end) };
  } finally {
    await close();
  }
}

async function prepare(item: Case, cold: Prepared["cold"], options: Options): Promise<Prepared> {
  const { sampleTime } = options;
  const run = await inputsOf(item);
  if (options.tune) await tune(run, options.tune);
  const warm = await repeat(run, 2);
  const repeats = Math.max(1, Math.min(Math.ceil((2 * sampleTime) / warm), 200));
  const counts = { dispatches: 0, submits: 0, newBuffers: 0 };
  return { item, run, cold, repeats, samples: [], driverSamples: [], counts };
}

async function sample(prepared: Prepared, driverTime: Options["driverTime"]): Promise<void> {
  const { run, repeats } = prepared;
  const before = await stats();
  const cpu = await driverTime?.();
  prepared.samples.push((await repeat(run, repeats)) / repeats);
  if (driverTime) prepared.driverSamples.push(((await driverTime()) - (cpu as number)) / repeats);
  const after = await stats();
  prepared.counts = {
    dispatches: Math.round((after.dispatches - before.dispatches) / repeats),
    submits: (after.submits - before.submits) / repeats,
    newBuffers: (after.buffersCreated - before.buffersCreated) / repeats,
  };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] as number;

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

function summary({ item, cold, samples, driverSamples, counts }: Prepared): Measurement {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = quantile(sorted, 0.5);
  const { id, title, flops, bytes } = item;
  return {
    id,
    title,
    ...cold,
    median: middle,
    best: sorted[0] as number,
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / middle,
    ...(driverSamples.length > 0 && { driver: median(driverSamples) }),
    ...counts,
    ...(flops && { flops }),
    ...(bytes && { bytes }),
  };
}

/** Measures every case; one that fails is reported with its error and spoils no other. */
export async function measure(cases: readonly Case[], options: Options): Promise<Measurement[]> {
  const prepared: Prepared[] = [];
  const failed: Measurement[] = [];
  /** What `work` makes of every case. */
  async function each(what: string, items: readonly Case[], work: (item: Case) => Promise<void>) {
    for (const item of items) {
      options.onProgress?.(`${what} ${item.id}`);
      await work(item).catch((error) => {
        const none = { first: 0, compile: 0, median: 0, best: 0, spread: 0 };
        const counts = { dispatches: 0, submits: 0, newBuffers: 0 };
        const message = error instanceof Error ? error.message : String(error);
        failed.push({ id: item.id, title: item.title, ...none, ...counts, error: message });
      });
    }
  }
  // Before the others, since a device of its own closes the one there is.
  const cold = new Map<Case, Prepared["cold"]>();
  const clock = options.driverTime ?? (() => performance.now());
  await each("compiling", cases, async (item) => void cold.set(item, await coldRun(item, clock)));
  await each("preparing", [...cold.keys()], async (item) => {
    prepared.push(await prepare(item, cold.get(item) as Prepared["cold"], options));
  });
  for (let round = 0; round < options.rounds; round++) {
    options.onProgress?.(`round ${round + 1} of ${options.rounds}`);
    for (const p of prepared) await sample(p, options.driverTime);
  }
  await close();
  return [...prepared.map(summary), ...failed];
}
