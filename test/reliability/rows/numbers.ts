/** Trainings that diverge: what is kept is weights that can be gone on from, and the user is told what is left. */
import { decodeCheckpoint } from "../../../engine/io/index.ts";
import { InputError } from "../../../engine/errors.ts";
import type { System } from "../../../models/system.ts";
import { allSystems } from "../../../models/systems.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";
import { shift } from "../../models/made-up-system.ts";
import { rehearse } from "../rehearsed.ts";
import { type Amount, type Row, Tally } from "../row.ts";

/** Sets every learning rate of a recipe, wherever it stands. */
function setRates(recipe: object, lr: number): void {
  for (const [name, value] of Object.entries(recipe)) {
    if (/(^lr|Lr)$/.test(name)) Reflect.set(recipe, name, lr);
    else if (typeof value === "object" && value !== null) setRates(value, lr);
  }
}

const withRate = (system: System, lr: number): System => ({
  ...system,
  rehearse(name, side) {
    const rehearsal = system.rehearse(name, side);
    setRates(rehearsal.trainer.recipe, lr);
    return rehearsal;
  },
});

/** Whether an update from this checkpoint measures finite numbers. */
async function goesOn(system: System, bytes: Uint8Array): Promise<boolean> {
  const { trainer, batch } = system.rehearse(system.rehearsals.at(-1) as string, system.builtIn && 28);
  trainer.restore(decodeCheckpoint(bytes, "checkpoint"), "checkpoint");
  return (await trainer.update(batch(trainer.step)).data()).every(Number.isFinite);
}

export async function divergingTrainings({ short }: Amount): Promise<Row> {
  const tally = new Tally();
  const systems = short ? [shift] : [...(await allSystems()), shift];
  for (const system of systems)
    for (const lr of [1e38, 1e6])
      for (const steps of [1, 4]) {
        const wild = withRate(system, lr);
        const { checkpoint, error } = await rehearse(wild, steps, memoryStore(), 1);
        const message = (error as Error | undefined)?.message ?? "";
        const told =
          error === undefined ||
          (error instanceof InputError && /diverged/.test(message) && /saved before|last good/.test(message))
            ? undefined
            : `told as ${(error as Error).name}: ${message}`;
        const isGood = checkpoint === undefined ? error !== undefined : await goesOn(wild, checkpoint);
        const what = `${system.name}, rate ${lr}, ${steps} updates`;
        tally.add(
          what,
          told,
          isGood ? undefined : `nothing can go on from the checkpoint (${message || "no error"})`,
        );
      }
  return tally.row("diverging training", `learning rates 1e38 and 1e6, ${systems.length} systems`);
}
