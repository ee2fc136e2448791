/** The device is lost at any call of any kind: in a small job, and under the training of every system. */
import { trim } from "../../../engine/index.ts";
import { isDeviceLoss } from "../../../engine/errors.ts";
import { integer, randomBits } from "../../../engine/random.ts";
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

/** @param amount.short one system, one loss a call; else every system */
export async function lossesInTraining({ short, share, progress }: Amount): Promise<Row> {
  const tally = new Tally();
  let drawn = 0;
  const systems = short ? [shift] : await allSystems();
  for (const system of systems) {
    progress(system.name);
    const whole = await rehearse(system, UPDATES);
    if (!whole.checkpoint) {
      tally.add(system.name, `no unbroken run: ${(whole.error as Error)?.message}`, "no unbroken run");
      continue;
    }
    const chosen = short ? COMMON.slice(0, 2) : COMMON;
    const counts = chosen.map((call) => inject({ call, n: Number.POSITIVE_INFINITY, once: true }));
    await rehearse(system, UPDATES);
    for (const count of counts.toReversed()) count.undo();
    for (const [at, call] of chosen.entries())
      for (let k = 0; k < share; k++) {
        const { made } = counts[at] as Fault;
        const n = integer(randomBits(SEED, drawn++)[0], made);
        const fault = inject({ call, n, once: true, lose: await deviceInUse() });
        const { checkpoint, error, said } = await rehearse(system, UPDATES);
        const { failed } = fault;
        fault.undo();
        const what = `${system.name}, ${call} ${n} of ${made}`;
        const isSame = checkpoint && Buffer.compare(checkpoint, whole.checkpoint) === 0;
        const told =
          failed > 0 && said.some((line) => line.startsWith("the GPU device was lost: "))
            ? undefined
            : `not told: ${said.join("; ")}`;
        progress(what);
        tally.add(what, told, error ? `${(error as Error).message}` : isSame ? undefined : "another result");
      }
  }
  return tally.row("device lost", `in the training of ${systems.length} systems, resumed equals unbroken`);
}
