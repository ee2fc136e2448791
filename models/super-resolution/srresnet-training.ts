/**
 * Training SRResNet by mean squared error (Ledig et al. 2017, section 3.2): what one update does, and all of its state.
 * Files, progress and pictures are the caller's; this runs in every host.
 */
import type { Batch } from "../../engine/data/index.ts";
import { Adam, autocast, flush, GradScaler, grad, mse, nameLayers, type Tensor } from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { SRRESNET_PAPER, SRResNet } from "./srresnet.ts";
import { startAsInterpolation } from "./srresnet-init.ts";
import { metadataOf } from "../architecture.ts";
import { learningRate, type StartingWeights } from "../training/recipe.ts";
import { tensorsOf, type Weights } from "../training/trainer.ts";
import type { GeneratorTrainer, Recipe } from "./recipe.ts";
import { checkpointOf } from "../training/checkpoint-of.ts";

export interface SRResNetRecipe extends Recipe {
  /**
   * Random weights (He et al. 2015), a network that begins as bilinear interpolation, or as one trained before with blocks
   * added (both in `srresnet-init.ts`).
   */
  readonly start: "random" | "interpolation" | "trained";
  /** Computes products on half-precision copies, with dynamic loss scaling; weights, updates and statistics stay f32. */
  readonly precision?: "mixed";
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
  medium: {
    network: { ...SRRESNET_PAPER, numBlocks: 8, width: 32 },
    batchSize: 4,
    patch: 96,
    lr: 8e-4,
    schedule: "cosine",
    steps: 12_000,
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

export class SRResNetTraining implements GeneratorTrainer<SRResNetRecipe> {
  readonly recipe: SRResNetRecipe;
  readonly net: SRResNet;
  readonly measures = ["loss"];
  readonly headline = ["loss"];
  private readonly adam: Adam;
  /** In mixed precision only. */
  private readonly scaler: GradScaler | undefined;

  /** @param from weights to begin with, under their state-dict names, and the file's name for errors */
  constructor(recipe: SRResNetRecipe, from?: StartingWeights) {
    this.recipe = recipe;
    this.net = nameLayers(new SRResNet({ ...recipe.network, seed: recipe.seed }), "generator").train();
    if (recipe.start === "interpolation") startAsInterpolation(this.net);
    if (from) this.net.loadStateDict(from.weights, from.file);
    this.adam = new Adam(this.net.parameters(), { lr: recipe.lr });
    this.scaler = recipe.precision === "mixed" ? new GradScaler() : undefined;
  }

  /** Updates done. */
  get step(): number {
    return this.adam.steps;
  }

  get networks() {
    return { generator: this.net };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    return { generator: this.net.parameterCount };
  }

  current(): SRResNet {
    return this.net;
  }

  recompute(): void {
    this.net.recompute = true;
  }

  /**
   * One update on a batch.
   * @returns the loss before the update, to be read later: mean over all values of (network - original)², range [-1, 1]
   */
  update(batch: Batch): Tensor {
    const loss = this.record(batch);
    flush();
    return loss;
  }

  record(batch: Batch, step = this.step): Tensor {
    const { lr, hr } = tensorsOf(batch, "lr", "hr");
    const { adam, scaler } = this;
    const forward = () => mse(this.net.forward(lr), hr);
    const loss = scaler ? autocast(forward) : forward();
    adam.lr = learningRate(this.recipe, step);
    if (scaler) {
      scaler.step(adam, scaler.grad(loss, adam.parameters));
      scaler.update();
    } else adam.step(grad(loss, adam.parameters));
    return loss;
  }

  async weights(): Promise<Weights> {
    return { tensors: await this.net.stateDict(), metadata: metadataOf(this.net.config) };
  }

  /** Everything that going on exactly needs. */
  async checkpoint(): Promise<Checkpoint> {
    return checkpointOf(
      this,
      await this.net.stateDict(),
      new Map([...(await this.adam.stateDict()), ...((await this.scaler?.stateDict()) ?? [])]),
    );
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore(checkpoint: Checkpoint, file: string): void {
    this.net.loadStateDict(checkpoint.model, file);
    const { scaler } = this;
    const state = new Map(checkpoint.optimizer);
    if (scaler) {
      const scale = state.get("scale");
      scaler.loadStateDict(new Map(scale && [["scale", scale]]), file);
      state.delete("scale");
    }
    this.adam.loadStateDict(state, file);
  }
}
