/** An update taken apart is the update, and each of its parts is what the update measured. */
import { describe, expect, test } from "vitest";
import { init } from "../../../engine/index.ts";
import { encodeCheckpoint } from "../../../engine/io/index.ts";
import { toy } from "../../../models/toy/system.ts";
import { layerNames, normOf } from "../../../models/training/dissection.ts";

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length;

const LAYER = "discriminator.hidden.0";

describe.each(toy.rehearsals)("toy, %s", (preset) => {
  test("its parts give the measures, and it leaves the state of a plain update", async () => {
    await init();
    const [looked, plain] = [0, 1].map(() => toy.rehearse(preset));
    if (!looked || !plain) throw new Error("two rehearsals were made");
    expect(layerNames(looked.trainer.networks)).toContain(LAYER);
    const parts = looked.trainer.dissect?.(looked.batch(0), LAYER);
    if (!parts) throw new Error("a game can be taken apart");
    const expected = await plain.trainer.update(plain.batch(0)).data();
    const measures = await parts.measures.data();
    expect(Array.from(measures)).toEqual(Array.from(expected));
    const of = (name: string) => measures[looked.trainer.measures.indexOf(name)] as number;

    for (const player of ["discriminator", "generator"] as const) {
      const move = parts[player];
      expect(await move.loss.item()).toBeCloseTo(of(player), 5);
      const norm = await normOf(move.gradients.values());
      expect(Math.abs(norm / of(`${player}Gradient`) - 1)).toBeLessThan(1e-4);
      expect(move.inputs.length).toBeGreaterThan(0);
      expect((await move.samplesGradient.data()).some((x) => x !== 0)).toBe(true);
    }
    const [real, fake] = parts.discriminator.answers.map((answers) => answers.data());
    if (!real || !fake) throw new Error("the discriminator answers to real and generated samples");
    expect(mean(await real)).toBeCloseTo(of("D(real)"), 5);
    expect(mean(await fake)).toBeCloseTo(of("D(fake)"), 5);
    expect(parts.layer?.gradient.shape).toEqual(parts.layer?.output.shape);
    parts.dispose();

    const states = [looked, plain].map(async ({ trainer }) => encodeCheckpoint(await trainer.checkpoint()));
    const [a, b] = await Promise.all(states);
    expect(Buffer.compare(a as Uint8Array, b as Uint8Array)).toBe(0);
  });
});
