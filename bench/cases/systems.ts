/** A training step of every system of the table, as `train` makes it: uploads, measures, averages and all. */
import { flush } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
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

/** LAPGAN's level of 28 pixels with the paper's networks, on as many pictures as the other libraries are given. */
const lapganLevel: Case = {
  id: "lapgan-step",
  title: "LAPGAN, level of 28 pixels, D and G step, batch 16",
  prepare: async () => {
    const { levelRecipe } = await import("../../models/lapgan/recipe.ts");
    const { rehearsedLevel } = await import("../../models/lapgan/training.ts");
    const { Normalisation } = await import("../../models/lapgan/normalisation.ts");
    const [size, count] = [28, 16];
    const options = { sizes: [14, size], level: 1, classes: 0, pictures: 4000, steps: 1000, seed: 0 };
    const recipe = { ...levelRecipe("paper", options), batchSize: count };
    const trainer = rehearsedLevel(recipe, new Normalisation(size));
    const data = fillUniform(new Float32Array(count * size * size * 3), 1, 0) as Float32Array<ArrayBuffer>;
    const batch = { index: 0, count, fields: { picture: { shape: [count, size, size, 3], data } } };
    return () => {
      trainer.record(batch, 0).watch();
      flush();
    };
  },
};

/** The paper code's networks, half as wide as for birds, on as many pictures as the other libraries are given. */
const ganIntCls: Case = {
  id: "text2image-step",
  title: "GAN-INT-CLS (ngf 64, residual), D and G step, batch 16",
  prepare: async () => {
    const { TEXT2IMAGE_PRESETS } = await import("../../models/text2image/recipe.ts");
    const { text2imageTraining } = await import("../../models/text2image/training.ts");
    const [count, textDim] = [16, 1024];
    const trainer = text2imageTraining({
      ...TEXT2IMAGE_PRESETS["gan-int-cls"],
      system: "text2image",
      preset: "gan-int-cls",
      ngf: 64,
      textDim,
      batchSize: count,
      unseen: [],
      shown: [],
      seed: 0,
    });
    const field = (shape: readonly number[], stream: number) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const data = fillUniform(new Float32Array(size), stream, 0, -1) as Float32Array<ArrayBuffer>;
      return { shape, data };
    };
    const fields = {
      picture: field([count, 64, 64, 3], 1),
      text: field([count, textDim], 2),
      wrong: field([count, textDim], 3),
    };
    return () => {
      trainer.record({ index: 0, count, fields }, 0).watch();
      flush();
    };
  },
};

export const systemCases: readonly Case[] = [
  // The other libraries do the same work, but for measures and averages.
  step("cgan-step", "CGAN (MLP, maxout), D and G step, batch 100", "cgan", "paper"),
  lapganLevel,
  ganIntCls,
  ...Object.keys(systems).map((name) =>
    step(`${name}-training`, `a training step of ${name}, its usual size`, name),
  ),
];
