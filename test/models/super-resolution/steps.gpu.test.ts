/** Training as a whole: steady state, repeatability, going on from a checkpoint. */
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { idle, init, type Tensor } from "../../../engine/index.ts";
import { SRResNetTraining } from "../../../models/super-resolution/srresnet-training.ts";
import { batch, made, recipe } from "./given.ts";

/** Does updates `from` up to, but without, `to`. */
async function train(training: SRResNetTraining, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) training.update(batch(step));
  await idle();
}

/** The whole state as the bytes of its file. */
const bytesOf = async (training: SRResNetTraining): Promise<Uint8Array> =>
  encodeCheckpoint(await training.checkpoint());

describe("steady state", () => {
  test.each([
    { reading: "every step", every: 1 },
    { reading: "every tenth step", every: 10 },
    { reading: "never", every: Number.POSITIVE_INFINITY },
  ])("200 steps with the loss read $reading make nothing new", async ({ every }) => {
    await init();
    const training = new SRResNetTraining(recipe(1));
    const losses: number[] = [];
    const step = async (k: number) => {
      const loss: Tensor = training.update(batch(k % 4));
      if ((k + 1) % every === 0) losses.push(await loss.item());
    };
    // After three steps, or three after the first that was read.
    const warm = every === 10 ? 13 : 3;
    for (let k = 0; k < warm; k++) await step(k);
    await idle();
    const before = await made();
    for (let k = warm; k < 200; k++) await step(k);
    await idle();
    expect(await made()).toEqual(before);
    expect(losses.every(Number.isFinite)).toBe(true);
    if (every < 200) expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  });
});

describe("repeatability", () => {
  test("the same seed gives the same bytes, another seed others", async () => {
    const trainings = [3, 3, 4].map((seed) => new SRResNetTraining(recipe(seed)));
    const files: Uint8Array[] = [];
    for (const training of trainings) {
      await train(training, 0, 4);
      files.push(await bytesOf(training));
    }
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).not.toEqual(files[0]);
  });

  test("three steps, a checkpoint and three steps are six steps, byte for byte", async () => {
    const whole = new SRResNetTraining(recipe(5));
    await train(whole, 0, 6);
    const first = new SRResNetTraining(recipe(5));
    await train(first, 0, 3);
    const checkpoint = decodeCheckpoint(await bytesOf(first), "run/checkpoint");
    const second = new SRResNetTraining(recipe(6));
    second.restore(checkpoint, "run/checkpoint");
    expect(second.step).toBe(3);
    await train(second, 3, 6);
    const { model, optimizer, step } = await second.checkpoint();
    const want = await whole.checkpoint();
    expect(step).toBe(want.step);
    expect(model).toEqual(want.model);
    expect(optimizer).toEqual(want.optimizer);
  });

  test("reading losses or not makes no difference", async () => {
    const silent = new SRResNetTraining(recipe(7));
    await train(silent, 0, 5);
    const watched = new SRResNetTraining(recipe(7));
    for (let step = 0; step < 5; step++) await watched.update(batch(step)).item();
    expect(await bytesOf(watched)).toEqual(await bytesOf(silent));
  });
});
