/** SRGAN trained for long: what the engine holds and has made stays as it is after the first updates. */
import { idle, init } from "../../engine/index.ts";
import { SRRESNET_PAPER } from "../../models/super-resolution/srresnet.ts";
import { SRGANTraining } from "../../models/super-resolution/srgan-training.ts";
import { srganRecipe } from "../../models/super-resolution/srgan-recipe.ts";
import { batch, made } from "../models/super-resolution/given.ts";

/** Updates after which everything is compiled and allocated. */
const WARM = 5;

/** @returns a line for everything that has grown or been made after the first updates, and for numbers that are none */
export async function growthInTraining(updates: number): Promise<string[]> {
  await init();
  const network = { ...SRRESNET_PAPER, numBlocks: 1, width: 4 };
  const training = new SRGANTraining(
    srganRecipe({ preset: "srgan-mse", size: "tiny", network, steps: updates, ema: 0.9, seed: 1 }),
  );
  let before: Readonly<Record<string, number>> = {};
  for (let k = 0; k < updates; k++) {
    const numbers = await training.update(batch(k % 16)).data();
    if (!numbers.every(Number.isFinite))
      return [`update ${k}: ${training.measures.join(", ")} are ${numbers.join(", ")}`];
    if (k + 1 !== WARM) continue;
    await idle();
    before = await made();
  }
  await idle();
  return Object.entries(await made())
    .filter(([name, now]) => now !== before[name])
    .map(([name, now]) => `${name}: ${before[name]} after ${WARM} updates, ${now} after ${updates}`);
}
