/** Every call of the device fails, for every n, once and from n on: told in a sentence, the next job right, nothing leaked. */
import { DeviceError } from "../../../engine/errors.ts";
import { close, idle, stats, trim } from "../../../engine/index.ts";
import { type Call, calls, inject } from "../faults.ts";
import { deviceInUse, job } from "../job.ts";
import { type Amount, type Row, Tally } from "../row.ts";

/** Bytes that a failure may leave behind: staging buffers of small reads are kept. */
const ALLOWED = 4096;

/** What is wrong with an error, if anything. */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `told as ${error}`;
  if (!(error instanceof DeviceError) && !(error.cause instanceof DeviceError))
    return `told as ${error.name}: ${error.message}`;
  return /AbortError|DOMException|\bat \w+ \(|undefined|\[object/.test(error.message)
    ? `not in words: ${error.message}`
    : undefined;
}

/** What went wrong in a job that has to give these numbers. */
export async function faultOfJob(want: readonly number[]): Promise<string | undefined> {
  try {
    const got = await job();
    return got.every((value, k) => value === want[k]) ? undefined : `the next job gave ${got}, not ${want}`;
  } catch (error) {
    return `the next job failed: ${(error as Error).message}`;
  }
}

async function failOnce(call: Call, n: number, once: boolean, want: readonly number[], tally: Tally) {
  // Layouts are made once a device; on a new one the memory for losses is made as well, which is none that leaks.
  const isFresh = call.endsWith("Layout");
  if (isFresh) await close();
  await trim();
  const { liveBytes } = await stats();
  const fault = inject({ call, n, once });
  const told = await job().then(
    (got) => (got.every((value, k) => value === want[k]) ? undefined : `silently gave ${got}, not ${want}`),
    faultOf,
  );
  const { failed } = fault;
  fault.undo();
  if (failed === 0) return false;
  let after = await faultOfJob(want);
  try {
    await idle();
    await trim();
    const grown = (await stats()).liveBytes - liveBytes;
    if (!isFresh && grown > ALLOWED) after ??= `${grown} bytes leaked`;
  } catch (error) {
    after ??= `trim failed: ${(error as Error).message}`;
  }
  tally.add(`${call} ${n}${once ? "" : " and on"}`, told, after);
  return true;
}

/** @param amount.short the first three of each */
export async function failingCalls({ short }: Amount): Promise<Row[]> {
  const want = await job();
  await deviceInUse();
  const rows: Row[] = [];
  for (const call of calls) {
    const tally = new Tally();
    for (const once of [true, false])
      for (let n = 0; n < (short ? 2 : 1000); n++) if (!(await failOnce(call, n, once, want, tally))) break;
    rows.push(tally.row("failing call", call));
  }
  return rows;
}
