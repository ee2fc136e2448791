/** A training step of every system of the table, as `train` makes it: uploads, measures, averages and all. */
import { flush } from "../../engine/index.ts";
import { findSystem, systems } from "../../models/systems.ts";
import type { Case } from "../case.ts";

const step = (id: string, title: string, system: string, rehearsal?: string): Case => ({
  id,
  title,
  prepare: async () => {
    const { rehearsals, rehearse } = await findSystem(system);
    const { trainer, batch } = rehearse(rehearsal ?? (rehearsals[0] as string));
    const first = batch(0);
    return () => {
      // Always the first, for a step that looks at its number could be another program.
      trainer.record(first, 0).watch();
      flush();
    };
  },
});

export const systemCases: readonly Case[] = [
  // The other libraries do the same work, but for measures and averages.
  step("cgan-step", "CGAN (MLP, maxout), D and G step, batch 100", "cgan", "paper"),
  ...Object.keys(systems).map((name) =>
    step(`${name}-training`, `a training step of ${name}, its usual size`, name),
  ),
];
