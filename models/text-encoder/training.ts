/** Training of a text encoder by joint embedding: what one update does, and all of its state. */
import type { Batch } from "../../engine/data/index.ts";
import {
  Adam,
  AdamW,
  argmax,
  concat,
  cosineDecay,
  eq,
  flush,
  grad,
  jointEmbeddingLoss,
  matmul,
  mean,
  type Module,
  nameLayers,
  type Optimizer,
  RMSprop,
  reshape,
  type Tensor,
  tensor,
  transpose,
} from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { drawAugmentation } from "../training/diff-augment.ts";
import { joined, prefixed, under } from "../training/state.ts";
import { type Trainer, tensorsOf, type Weights } from "../training/trainer.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import { PictureSide, VectorSide } from "./picture-side.ts";
import { type EncoderRecipe, encoderOf } from "./recipe.ts";
import { checkpointOf } from "../training/checkpoint-of.ts";

/** What a picture's side is, where it has weights. */
export function sideOf(recipe: EncoderRecipe): VectorSide | PictureSide | undefined {
  const { side, features, width, size, seed } = recipe;
  const { embedding } = recipe.form.config;
  if (side === "features") return new VectorSide(features, embedding, seed + 1);
  return side === "pictures" ? new PictureSide({ size, width, embedding }, seed + 1) : undefined;
}

export class EncoderTraining implements Trainer<EncoderRecipe> {
  readonly recipe: EncoderRecipe;
  readonly measures = ["loss", "accuracy"] as const;
  readonly headline = this.measures;
  readonly encoder: CaptionEncoder;
  readonly side: VectorSide | PictureSide | undefined;
  private readonly optimiser: Optimizer;

  /** @param trained the encoder of a recipe that leaves it as it is */
  constructor(recipe: EncoderRecipe, trained?: CaptionEncoder) {
    this.recipe = recipe;
    this.encoder = trained ?? encoderOf(recipe.form, recipe.seed, recipe.init);
    this.side = sideOf(recipe);
    nameLayers(this.encoder.train(), "text");
    if (this.side) nameLayers(this.side.train(), "image");
    this.optimiser = optimiserOf(recipe, this.learning());
  }

  /** Updates done. */
  get step(): number {
    return this.optimiser.steps;
  }

  get networks(): Readonly<Record<string, Module>> {
    return { text: this.encoder, ...(this.side && { image: this.side }) };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(this.networks).map(([name, network]) => [name, network.parameterCount]),
    );
  }

  /** One update. @returns loss, and the share of captions that are nearest to their own picture in the batch */
  update(batch: Batch): Tensor {
    const numbers = this.record(batch).watch();
    flush();
    return numbers;
  }

  record(batch: Batch, step = this.step): Tensor {
    const { optimiser, recipe } = this;
    const { ids, beside } = tensorsOf(batch, "ids", "beside");
    const [n = 0] = ids.shape;
    const written = this.encoder.forward(ids); // [n, embedding]
    const texts = recipe.frozen ? written.detach() : written;
    const images = this.imagesOf(beside, step); // [n, embedding]
    const { total, text } = jointEmbeddingLoss(images, texts);
    // Two captions of one picture: one direction only, as in the code for COCO.
    const loss = recipe.side === "captions" ? text : total;
    optimiser.lr = rateOf(recipe, step);
    optimiser.step(grad(loss, optimiser.parameters));
    const nearest = argmax(matmul(texts.detach(), transpose(images.detach())), 1); // [n]
    const own = tensor(Int32Array.from({ length: n }, (_, k) => k));
    return concat([loss.detach(), mean(eq(nearest, own))].map((x) => reshape(x, [1])));
  }

  private imagesOf(beside: Tensor, step: number): Tensor {
    const { side, recipe } = this;
    if (side instanceof VectorSide) return side.forward(beside);
    if (!side) return recipe.side === "captions" ? this.encoder.forward(beside) : beside;
    const shape = beside.shape as readonly [number, number, number, number];
    // Captions name colours and directions: pictures are moved and partly covered only.
    const changed = drawAugmentation(["translation", "cutout"], shape, recipe.seed, step, 0);
    return side.forward(changed.apply(beside));
  }

  async weights(): Promise<Weights> {
    return {
      tensors: await this.state(),
      metadata: { format: "pt", recipe: JSON.stringify(this.recipe) },
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    return checkpointOf(this, await this.state(), await this.optimiser.stateDict());
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of other networks */
  restore({ model, optimizer }: Checkpoint, file: string): void {
    for (const [name, network] of Object.entries(this.networks))
      network.loadStateDict(under(`${name}.`, model), file);
    this.optimiser.loadStateDict(optimizer, file);
  }

  private async state() {
    const parts = Object.entries(this.networks).map(([name, network]) =>
      prefixed(`${name}.`, network.stateDict()),
    );
    return joined(await Promise.all(parts));
  }

  /** What the optimiser updates. */
  private learning() {
    const networks = Object.entries(this.networks).filter(([name]) => !this.recipe.frozen || name !== "text");
    return new Map(
      networks.flatMap(([name, network]) =>
        [...network.parameters()].map(([path, weight]) => [`${name}.${path}`, weight] as const),
      ),
    );
  }
}

function rateOf({ lr, decay, decayEvery, steps }: EncoderRecipe, step: number): number {
  if (decayEvery === "cosine") return cosineDecay(lr, lr / 100, steps)(step);
  return lr * decay ** Math.floor(step / decayEvery);
}

function optimiserOf(
  { optimizer, lr, weightDecay }: EncoderRecipe,
  parameters: ReturnType<Module["parameters"]>,
): Optimizer {
  if (optimizer === "rmsprop") return new RMSprop(parameters, { lr }) as unknown as Optimizer;
  if (optimizer === "adam") return new Adam(parameters, { lr, betas: [0.5, 0.999] }) as unknown as Optimizer;
  return new AdamW(parameters, { lr, weightDecay }) as unknown as Optimizer;
}
