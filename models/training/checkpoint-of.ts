/** The checkpoint of a trainer, whatever it trains. */
import type { Checkpoint, JsonValue } from "../../engine/io/index.ts";
import type { Dict } from "./state.ts";
import type { Trainer } from "./trainer.ts";

/**
 * All that going on exactly needs. Batches, noise and dropout are drawn by the number of the update, which is therefore all that is
 * kept of random numbers.
 * @param model state of the networks
 * @param optimizer state of the optimisers, and of averages and the like
 */
export const checkpointOf = (
  { step, recipe }: Pick<Trainer, "step" | "recipe">,
  model: Dict,
  optimizer: Dict,
): Checkpoint => ({
  step,
  seed: recipe.seed,
  rng: { batch: step },
  options: recipe as unknown as Record<string, JsonValue>,
  model,
  optimizer,
});
