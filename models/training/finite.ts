/** Weights that are no numbers any more are told and never saved. */
import { InputError } from "../../engine/errors.ts";
import type { HostTensor } from "../../engine/io/index.ts";

/**
 * @param remains in words: what is left of the run
 * @throws InputError naming the first tensor that holds NaN or an infinity
 */
export function expectFinite(
  tensors: ReadonlyMap<string, HostTensor>,
  step: number,
  remains = "what was saved before stays",
): void {
  for (const [name, { data }] of tensors)
    if (data instanceof Float32Array && !data.every(Number.isFinite))
      throw new InputError(
        `after update ${step} the weights ${name} hold a value that is not a finite number: training has diverged, and nothing ` +
          `of it is saved; try a smaller learning rate: ${remains}`,
      );
}
