/** Training that computes the generator's blocks again in the backward pass makes the updates it makes without. */
import { expect, test } from "vitest";
import { init } from "../../../engine/index.ts";
import { SRResNetTraining } from "../../../models/super-resolution/srresnet-training.ts";
import { batch, recipe } from "./given.ts";

await init();

test("20 updates have the losses that they have without, and leave the same running statistics", async () => {
  const train = async (recompute: boolean) => {
    const training = new SRResNetTraining(recipe(1));
    if (recompute) training.recompute();
    const pending = Array.from({ length: 20 }, (_, k) => training.update(batch(k % 4)));
    const losses = await Promise.all(pending.map((loss) => loss.item()));
    return { losses, state: await training.net.stateDict() };
  };
  const [got, want] = [await train(true), await train(false)];
  got.losses.forEach((loss, k) => {
    expect(Math.abs(loss / (want.losses[k] as number) - 1), `update ${k}`).toBeLessThan(1e-5);
  });
  for (const [name, { data }] of want.state) {
    if (!name.includes("running")) continue;
    const again = got.state.get(name)?.data as Float32Array;
    const scale = Math.max(...(data as Float32Array).map(Math.abs));
    (data as Float32Array).forEach((value, k) => {
      expect(Math.abs((again[k] as number) - value), name).toBeLessThan(1e-4 * scale);
    });
  }
});
