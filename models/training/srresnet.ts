/**
 * Training SRResNet by mean squared error (Ledig et al. 2017, section 3.2): what one update does, and all of its state.
 * Files, progress and pictures are the caller's; this runs in every host.
 */
import type { Batch } from "../../engine/data/index.ts";
import { Adam, cosineDecay, flush, grad, mse, type Tensor, tensor } from "../../engine/index.ts";
import type { Checkpoint, JsonValue } from "../../engine/io/index.ts";
import { SRRESNET_PAPER, SRResNet, type SRResNetConfig } from "../srresnet.ts";
import { startAsInterpolation } from "../srresnet-init.ts";

/** How a network is trained. Plain data: it is stored in checkpoints and on cards. */
export interface SRResNetRecipe {
  readonly network: SRResNetConfig;
  /** Patches in a batch. */
  readonly batchSize: number;
  /** Side of a high-resolution patch, in pixels. */
  readonly patch: number;
  /** Learning rate at the start. */
  readonly lr: number;
  /** Constant, or falling along half a cosine to a hundredth. */
  readonly schedule: "constant" | "cosine";
  /** Updates in all. */
  readonly steps: number;
  readonly seed: number;
  /** Mirror patches top to bottom and exchange rows and columns too (left to right is always done). */
  readonly allSymmetries: boolean;
  /** Random weights (He et al. 2015), or a network that begins as bilinear interpolation (`srresnet-init.ts`). */
  readonly start: "random" | "interpolation";
}

type Preset = Omit<SRResNetRecipe, "seed">;

/** Known recipes. `paper` is Ledig et al.'s; the others are for slower machines. */
export const SRRESNET_PRESETS: Readonly<Record<string, Preset>> = {
  paper: {
    network: SRRESNET_PAPER,
    batchSize: 16,
    patch: 96,
    lr: 1e-4,
    schedule: "constant",
    steps: 1_000_000,
    allSymmetries: false,
    start: "random",
  },
  gpu: {
    network: SRRESNET_PAPER,
    batchSize: 16,
    patch: 96,
    lr: 4e-4,
    schedule: "cosine",
    steps: 20_000,
    allSymmetries: true,
    start: "interpolation",
  },
  compact: {
    network: { ...SRRESNET_PAPER, numBlocks: 4, width: 32 },
    batchSize: 8,
    patch: 64,
    lr: 6e-4,
    schedule: "cosine",
    steps: 5000,
    allSymmetries: true,
    start: "interpolation",
  },
  tiny: {
    network: { ...SRRESNET_PAPER, numBlocks: 1, width: 8 },
    batchSize: 2,
    patch: 32,
    lr: 1e-3,
    schedule: "cosine",
    steps: 20,
    allSymmetries: false,
    start: "random",
  },
};

/** Learning rate of update `step` (counted from 0). */
export function learningRate(
  recipe: Pick<SRResNetRecipe, "lr" | "schedule" | "steps">,
  step: number,
): number {
  const { lr, schedule, steps } = recipe;
  return schedule === "constant" ? lr : cosineDecay(lr, lr / 100, steps)(step);
}

export class SRResNetTraining {
  readonly recipe: SRResNetRecipe;
  readonly net: SRResNet;
  private readonly adam: Adam;

  constructor(recipe: SRResNetRecipe) {
    this.recipe = recipe;
    this.net = new SRResNet({ ...recipe.network, seed: recipe.seed }).train();
    if (recipe.start === "interpolation") startAsInterpolation(this.net);
    this.adam = new Adam(this.net.parameters(), { lr: recipe.lr });
  }

  /** Updates done. */
  get step(): number {
    return this.adam.steps;
  }

  /**
   * One update on a batch.
   * @returns the loss before the update, to be read later: mean over all values of (network - original)², range [-1, 1]
   */
  update(batch: Batch): Tensor {
    const lr = tensor(batch.lr, imageShape(batch.lr, batch.count)); // [n, h, w, 3] in [0, 1]
    const hr = tensor(batch.hr, imageShape(batch.hr, batch.count)); // [n, 4h, 4w, 3] in [-1, 1]
    const loss = mse(this.net.forward(lr), hr);
    this.adam.lr = learningRate(this.recipe, this.step);
    this.adam.step(grad(loss, this.adam.parameters));
    flush();
    return loss;
  }

  /** Everything that going on exactly needs. */
  async checkpoint(): Promise<Checkpoint> {
    return {
      step: this.step,
      seed: this.recipe.seed,
      rng: { batch: this.step },
      options: this.recipe as unknown as Record<string, JsonValue>,
      model: await this.net.stateDict(),
      optimizer: await this.adam.stateDict(),
    };
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore(checkpoint: Checkpoint, file: string): void {
    this.net.loadStateDict(checkpoint.model, file);
    this.adam.loadStateDict(checkpoint.optimizer, file);
  }
}

/** Patches are squares. */
function imageShape(data: Float32Array, count: number): number[] {
  const side = Math.sqrt(data.length / (count * 3));
  return [count, side, side, 3];
}
