/** What profiles and pictures of graphs look at: a network's forward pass, or a training step. */
import { InputError } from "../engine/errors.ts";
import { Adam, grad, mse, nameLayers, type Tensor, tensor } from "../engine/index.ts";
import { fillUniform } from "../engine/random.ts";
import { SRResNet } from "./super-resolution/srresnet.ts";
import { SRGANTraining } from "./super-resolution/srgan-training.ts";
import {
  featuresFor,
  SRGAN_SIZES,
  type SRGANSizeName,
  srganRecipe,
} from "./super-resolution/srgan-recipe.ts";
import { SRRESNET_PRESETS } from "./super-resolution/srresnet-training.ts";
import type { SuperResolver } from "./super-resolution/upscale.ts";
import { VGG19 } from "./features/vgg19.ts";

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

/** The generator that a size of SRGAN goes with. */
const GENERATORS = { paper: "paper", compact: "medium", tiny: "tiny" } as const;

/**
 * One step of training SRGAN-VGG22 as `train srgan` does it, both networks' updates. All weights are random, VGG19's too.
 * @param size "paper", "compact" or "tiny"
 * @param side of the low-resolution patches in pixels, a multiple of 4; by default as the size has it
 * @throws InputError when there is no such size, or the discriminator cannot judge patches of this side
 */
export function srganTrainingStep(size: string, side?: number): Subject {
  if (!Object.hasOwn(SRGAN_SIZES, size))
    throw new InputError(`there is no size "${size}"; there are ${Object.keys(SRGAN_SIZES).join(", ")}`);
  const { network } = SRRESNET_PRESETS[GENERATORS[size as SRGANSizeName]] as { network: SRResNet["config"] };
  const recipe = srganRecipe({ preset: "srgan-vgg22", size: size as SRGANSizeName, network });
  const low = side ?? recipe.patch / 4;
  if (low % 4 !== 0) throw new InputError(`patches of SRGAN have sides of 4, 8, 12, … pixels, got ${low}`);
  const discriminator = recipe.discriminator && { ...recipe.discriminator, inputSize: 4 * low };
  const vgg = nameLayers(new VGG19(featuresFor(recipe)), "vgg");
  const training = new SRGANTraining({ ...recipe, discriminator }, vgg);
  const small = noise(1, [recipe.batchSize, low, low, 3]);
  const large = noise(2, [recipe.batchSize, 4 * low, 4 * low, 3]);
  return {
    title: `srgan (${size}), a training step on ${recipe.batchSize} patches of ${low}×${low} -> ${4 * low}×${4 * low}`,
    // Always the first, for the window of another would be another program.
    record: () => training.record(small, large, 0),
  };
}

function noise(stream: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(fillUniform(new Float32Array(size), 1, stream), shape);
}
