/** An update taken apart is the update, and each of its parts is what the update measured. */
import { describe, expect, test } from "vitest";
import { init } from "../../../engine/index.ts";
import { encodeCheckpoint } from "../../../engine/io/index.ts";
import { toy } from "../../../models/toy/system.ts";
import { insideOf, subStepsOf, weightsOf } from "../../../examples/studio/lab/shown.ts";
import { PLAYERS } from "../../../models/training/dissection.ts";

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length;

describe.each(toy.rehearsals)("toy, %s", (preset) => {
  test("its parts give the measures, and it leaves the state of a plain update", async () => {
    await init();
    const [looked, plain] = [0, 1].map(() => toy.rehearse(preset));
    if (!looked || !plain) throw new Error("two rehearsals were made");
    const before = await weightsOf(looked.trainer);
    const parts = looked.trainer.dissect?.(looked.batch(0));
    if (!parts) throw new Error("a game can be taken apart");
    const expected = await plain.trainer.update(plain.batch(0)).data();
    const measures = await parts.measures.data();
    expect(Array.from(measures)).toEqual(Array.from(expected));
    const of = (name: string) => measures[looked.trainer.measures.indexOf(name)] as number;

    // What the page shows of it.
    const inside = await insideOf(looked.trainer, parts);
    const steps = await subStepsOf(looked.trainer, parts, before);
    expect(steps).toHaveLength(14);
    const after = await looked.trainer.checkpoint();
    for (const player of PLAYERS) {
      const own = steps.filter((step) => step.player === player);
      const number = (kind: string, name: string) =>
        own.find((step) => step.kind === kind)?.numbers[name] as number;
      expect(number("loss", "loss")).toBeCloseTo(of(player), 5);
      const norm = Math.hypot(...inside.norms[player].map((each) => each.norm));
      expect(norm).toBeCloseTo(number("layers", "length"), 6);
      expect(Math.abs(norm / of(`${player}Gradient`) - 1)).toBeLessThan(1e-4);
      const now = [...after.model].filter(([name]) => name.startsWith(`${player}.`));
      const lengths = now.map(([name, { data }]) => {
        // A weight of a fully connected layer lies transposed in a file: the distance is that of its sorted numbers' places.
        const was = before.get(name) as Float32Array;
        const [rows = 1, columns = 1] = after.model.get(name)?.shape ?? [];
        const at = (k: number) =>
          was.length === rows * columns && columns > 1 ? (k % columns) * rows + Math.floor(k / columns) : k;
        return Math.hypot(...Array.from(data as Float32Array, (x, k) => x - (was[at(k)] as number)));
      });
      expect(Math.abs(number("update", "length") / Math.hypot(...lengths) - 1)).toBeLessThan(1e-6);
      expect(own[0]?.tensors[0]?.values.whole[0]).toBe(256);
      expect((await parts[player].samplesGradient.data()).some((x) => x !== 0)).toBe(true);
    }
    expect(mean(inside.real)).toBeCloseTo(of("D(real)"), 5);
    expect(mean(inside.fake)).toBeCloseTo(of("D(fake)"), 5);
    parts.dispose();

    const states = [looked, plain].map(async ({ trainer }) => encodeCheckpoint(await trainer.checkpoint()));
    const [a, b] = await Promise.all(states);
    expect(Buffer.compare(a as Uint8Array, b as Uint8Array)).toBe(0);
  });
});
