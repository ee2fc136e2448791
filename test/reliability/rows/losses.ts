/** The device is lost at any call of any kind: in a small job, and under the training of every system. */
import { trim } from "../../../engine/index.ts";
import { isDeviceLoss } from "../../../engine/errors.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import type { System } from "../../../models/system.ts";
import { allSystems } from "../../../models/systems.ts";
import { type Call, calls, type Fault, inject } from "../faults.ts";
import { shift } from "../../models/made-up-system.ts";
import { deviceInUse, job } from "../job.ts";
import { rehearse } from "../rehearsed.ts";
import { type Amount, type Row, Tally } from "../row.ts";
import { faultOf, faultOfJob } from "./calls.ts";

/** Every n of every call: told as a loss or not felt, and the next job runs on another device without being asked to. */
export async function lossesInJob({ short }: Amount): Promise<Row> {
  const want = await job();
  const tally = new Tally();
  for (const call of calls)
    for (let n = 0; n < (short ? 1 : 1000); n++) {
      await trim();
      const fault = inject({ call, n, once: true, lose: await deviceInUse() });
      const told = await job().then(
        (got) => (got.every((value, k) => value === want[k]) ? undefined : `silently gave ${got}`),
        (error) =>
          faultOf(error) ?? (isDeviceLoss(error) ? undefined : `not told as a loss: ${error.message}`),
      );
      const { failed } = fault;
      fault.undo();
      if (failed === 0) break;
      tally.add(`${call} ${n}`, told, await faultOfJob(want));
    }
  return tally.row("device lost", "in a job, at every call");
}

/** Of the places at which devices are lost. */
const SEED = 19;

/** Updates of each training; the checkpoint is made every second. */
const UPDATES = 5;

/** Calls by which a training is likely to be when it loses its device. */
const COMMON: readonly Call[] = [
  "submit",
  "mapAsync",
  "writeBuffer",
  "createBindGroup",
  "createCommandEncoder",
];

/** One loss in a training of this system, at the n-th of such calls. @returns what is wrong with what it told, and with the result */
async function loseOnce(system: System, call: Call, n: number, want: Uint8Array) {
  const fault = inject({ call, n, once: true, lose: await deviceInUse() });
  const { checkpoint, error, said } = await rehearse(system, UPDATES).finally(() => fault.undo());
  const isTold = fault.failed > 0 && said.some((line) => line.startsWith("the GPU device was lost: "));
  const isSame = checkpoint && Buffer.compare(checkpoint, want) === 0;
  return {
    told: isTold ? undefined : `not told: ${said.join("; ")}`,
    after: error ? (error as Error).message : isSame ? undefined : "another result than the unbroken run",
  };
}

async function lossesIn(system: System, chosen: readonly Call[], { share, progress }: Amount): Promise<Row> {
  const tally = new Tally();
  const { checkpoint: whole, error: failure } = await rehearse(system, UPDATES);
  if (!whole) throw new Error(`${system.name} does not train: ${failure}`);
  const counts = chosen.map((call) => inject({ call, n: Number.POSITIVE_INFINITY, once: true }));
  await rehearse(system, UPDATES);
  for (const count of counts.toReversed()) count.undo();
  let drawn = 0;
  for (const [at, call] of chosen.entries())
    for (let k = 0; k < share; k++) {
      const { made } = counts[at] as Fault;
      const n = integer(randomBits(SEED, drawn++)[0], made);
      const { told, after } = await loseOnce(system, call, n, whole);
      const what = `${system.name}, ${call} ${n} of ${made}`;
      progress(`${what}: ${told ?? after ?? "held"}`);
      tally.add(what, told, after);
    }
  return tally.row("device lost", `in the training of ${system.name}; resumed equals unbroken`);
}

/** @param amount.short a small system, two losses; else every system, one for each of the common calls */
export async function lossesInTraining(amount: Amount): Promise<Row[]> {
  if (amount.short) return [await lossesIn(shift, COMMON.slice(0, 2), amount)];
  const rows: Row[] = [];
  for (const system of await allSystems()) rows.push(await lossesIn(system, COMMON, amount));
  return rows;
}
