/** What holds for the training of every system of the table, by the table alone: on its smallest rehearsal. */
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../engine/io/index.ts";
import { idle, init } from "../../engine/index.ts";
import type { Rehearsal, System } from "../../models/system.ts";
import { allSystems } from "../../models/systems.ts";
import { expectFinite } from "../../models/training/finite.ts";
import { made } from "./super-resolution/given.ts";
import { shift } from "./made-up-system.ts";

const all = [...(await allSystems()), shift];

/** The last rehearsal is the smallest. */
const begin = (system: System): Rehearsal => system.rehearse(system.rehearsals.at(-1) as string);

async function train({ trainer, batch }: Rehearsal, updates: number): Promise<void> {
  for (let k = 0; k < updates; k++) trainer.update(batch(trainer.step));
  await idle();
}

const stateOf = async ({ trainer }: Rehearsal): Promise<Uint8Array> =>
  encodeCheckpoint(await trainer.checkpoint());

/** `toEqual` draws the difference of megabytes, for minutes. */
const expectSame = (got: Uint8Array, wanted: Uint8Array): void =>
  expect(Buffer.compare(got, wanted), `${got.length} and ${wanted.length} bytes`).toBe(0);

describe.each(all.map((system) => [system.name, system] as const))("%s", (_, system) => {
  test("ten updates give the same bytes twice, and those of five and five, and then nothing more is made", async () => {
    await init();
    const whole = begin(system);
    await train(whole, 10);
    const wanted = await stateOf(whole);

    // Penalties that are taken in every k-th update only make a second program, so as many updates are watched.
    const { penaltyEvery = 1 } = whole.trainer.recipe as { penaltyEvery?: number };
    const before = await made();
    await train(whole, Math.max(3, penaltyEvery));
    expect(await made()).toEqual(before);

    const parts = begin(system);
    await train(parts, 5);
    const resumed = begin(system);
    resumed.trainer.restore(decodeCheckpoint(await stateOf(parts), "checkpoint"), "checkpoint");
    expect(resumed.trainer.step).toBe(5);
    await train(resumed, 5);
    expectSame(await stateOf(resumed), wanted);
    await train(parts, 5);
    expectSame(await stateOf(parts), wanted);
  });

  test("measures what it names, and numbers that are none are seen in measures or weights", async () => {
    const { trainer, batch } = begin(system);
    const numbers = await trainer.update(batch(0)).data();
    expect(numbers).toHaveLength(trainer.measures.length);
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
    for (const name of trainer.headline) expect(trainer.measures).toContain(name);
    expect(Object.keys(trainer.networks)).toEqual(Object.keys(trainer.parameterCounts));
    const spoilt = batch(1);
    for (const { data } of Object.values(spoilt.fields)) data.fill(Number.NaN);
    const after = await trainer.update(spoilt).data();
    const { model } = await trainer.checkpoint();
    if (Array.from(after).every(Number.isFinite))
      expect(() => expectFinite(model, 2)).toThrow(/not a finite number/);
  });
});
