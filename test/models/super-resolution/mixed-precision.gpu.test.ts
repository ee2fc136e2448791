/** Training in mixed precision: the losses of f32, exact continuation, steady state. */
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { idle, init, stats, trim } from "../../../engine/index.ts";
import { type SRResNetRecipe, SRResNetTraining } from "../../../models/super-resolution/srresnet-training.ts";
import { batch, recipe } from "./given.ts";

const mixed = (seed: number): SRResNetRecipe => ({ ...recipe(seed), precision: "mixed" });

/** Losses of `steps` updates on eight batches again and again. */
async function losses(training: SRResNetTraining, steps: number): Promise<number[]> {
  const pending = Array.from({ length: steps }, (_, k) => training.update(batch(k % 8)));
  return Promise.all(pending.map((loss) => loss.item()));
}

describe("mixed precision", () => {
  test("100 updates have the losses that they have in f32", async () => {
    const full = await losses(new SRResNetTraining(recipe(1)), 100);
    const half = await losses(new SRResNetTraining(mixed(1)), 100);
    expect(full.at(-1)).toBeLessThan(0.7 * (full[0] as number));
    expect(half).not.toEqual(full);
    // Rounding makes two runs drift apart, but their course is the same: 500 updates on photographs differ by 1 percent at most.
    half.forEach((loss, k) => {
      expect(Math.abs(loss / (full[k] as number) - 1), `update ${k}`).toBeLessThan(0.02);
    });
  });

  test("three steps, a checkpoint and three steps are six steps, byte for byte", async () => {
    const train = async (training: SRResNetTraining, from: number, to: number) => {
      for (let k = from; k < to; k++) training.update(batch(k));
      await idle();
    };
    const whole = new SRResNetTraining(mixed(5));
    await train(whole, 0, 6);
    const first = new SRResNetTraining(mixed(5));
    await train(first, 0, 3);
    const file = encodeCheckpoint(await first.checkpoint());
    const second = new SRResNetTraining(mixed(6));
    second.restore(decodeCheckpoint(file, "file"), "file");
    await train(second, 3, 6);
    const [got, want] = [await second.checkpoint(), await whole.checkpoint()];
    expect(got.model).toEqual(want.model);
    expect(got.optimizer).toEqual(want.optimizer);
    expect(want.optimizer.get("scale")?.data).toEqual(Float32Array.of(65536, 6, 0));
  });

  test("a steady state makes nothing new", async () => {
    const training = new SRResNetTraining(mixed(1));
    const run = async (steps: number) => {
      for (let k = 0; k < steps; k++) training.update(batch(k % 4));
      await idle();
      const { liveBytes, buffersCreated, pipelines, bindGroups } = await stats();
      return { liveBytes, buffersCreated, pipelines, bindGroups };
    };
    const before = await run(5);
    expect(await run(30)).toEqual(before);
  });

  test("what an update needs while it runs is a good deal less than in f32", async () => {
    const { nativeF16 } = await init();
    const { memory } = await runtime.gpu();
    const bytes: number[] = [];
    // The forms that compile fastest: memory is what is looked at.
    runtime.useForm("naive");
    for (const kind of [recipe(1), mixed(1)]) {
      await trim();
      // Large enough that activations outweigh the weights' gradients, which stay f32.
      new SRResNetTraining(kind).update(batch(0, 16));
      await idle();
      bytes.push(memory.arena.reduce((sum, block) => sum + block.bytes, 0));
    }
    runtime.useForm(undefined);
    const [full, half] = bytes as [number, number];
    expect(half / full).toBeLessThan(nativeF16 ? 0.6 : 1.1);
  });
});
