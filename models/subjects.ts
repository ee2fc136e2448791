/** What profiles and pictures of graphs look at: a network's forward pass, or a training step. */
import { InputError } from "../engine/errors.ts";
import { Adam, grad, mse, nameLayers, type Tensor, tensor } from "../engine/index.ts";
import { fillUniform } from "../engine/random.ts";
import { SRResNet } from "./srresnet.ts";
import { SRRESNET_PRESETS } from "./training/srresnet.ts";
import type { SuperResolver } from "./upscale.ts";

/** Something that can be recorded again and again. */
export interface Subject {
  readonly title: string;
  /** Records it once more, updates included, without running anything; reading the result computes it. */
  record(): Tensor;
}

/** Enlarging a square of noise, `side` pixels wide. */
export function forwardPass(model: SuperResolver, side: number): Subject {
  const input = noise(1, [1, side, side, 3]);
  return { title: `${model.name}, forward, ${side}×${side} pixels`, record: () => model.forward(input) };
}

/**
 * One step of training SRResNet as `train` does it: forward, gradients, Adam.
 * @param preset of network and batch
 * @param side of the low-resolution patches in pixels; by default as the preset has it
 * @throws InputError when there is no such preset
 */
export function trainingStep(preset: string, side?: number): Subject {
  const recipe = Object.hasOwn(SRRESNET_PRESETS, preset) ? SRRESNET_PRESETS[preset] : undefined;
  if (!recipe)
    throw new InputError(
      `there is no preset "${preset}"; there are ${Object.keys(SRRESNET_PRESETS).join(", ")}`,
    );
  const low = side ?? recipe.patch / 4;
  const net = nameLayers(new SRResNet(recipe.network)).train();
  const adam = new Adam(net.parameters(), { lr: recipe.lr });
  const small = noise(1, [recipe.batchSize, low, low, 3]);
  const large = noise(2, [recipe.batchSize, 4 * low, 4 * low, 3]);
  return {
    title: `srresnet (${preset}), a training step on ${recipe.batchSize} patches of ${low}×${low} -> ${4 * low}×${4 * low}`,
    record() {
      const loss = mse(net.forward(small), large);
      adam.step(grad(loss, adam.parameters));
      return loss;
    },
  };
}

function noise(stream: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(fillUniform(new Float32Array(size), 1, stream), shape);
}
