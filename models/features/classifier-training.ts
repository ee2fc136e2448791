/** Training a classifier by cross entropy: what one update does, and all of its state. */
import type { Batch } from "../../engine/data/index.ts";
import {
  AdamW,
  argmax,
  concat,
  cosineDecay,
  crossEntropy,
  eq,
  flush,
  grad,
  mean,
  nameLayers,
  reshape,
  type Tensor,
} from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { type AugmentationKind, drawAugmentation } from "../training/diff-augment.ts";
import { type RunRecipe, type Trainer, tensorsOf, type Weights } from "../training/trainer.ts";
import { Classifier, type ClassifierConfig } from "./classifier.ts";
import { checkpointOf } from "../training/checkpoint-of.ts";

/** How a classifier is trained. Plain data: it is stored in checkpoints. */
export interface ClassifierRecipe extends RunRecipe {
  readonly network: ClassifierConfig;
  /** Learning rate at the start, falling along half a cosine to a thousandth. */
  readonly lr: number;
  readonly weightDecay: number;
  readonly augment: readonly AugmentationKind[];
}

export class ClassifierTraining<R extends ClassifierRecipe = ClassifierRecipe> implements Trainer<R> {
  readonly recipe: R;
  readonly measures = ["loss", "accuracy"] as const;
  readonly headline = this.measures;
  readonly net: Classifier;
  private readonly adam: AdamW;

  constructor(recipe: R) {
    const { network, seed, lr, weightDecay } = recipe;
    this.recipe = recipe;
    this.net = nameLayers(new Classifier(network, seed), "classifier").train();
    this.adam = new AdamW(this.net.parameters(), { lr, weightDecay });
  }

  /** Updates done. */
  get step(): number {
    return this.adam.steps;
  }

  get networks(): Readonly<Record<string, Classifier>> {
    return { classifier: this.net };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    return { classifier: this.net.parameterCount };
  }

  /** One update. @returns loss and share of the batch that was named rightly, to be read later or not at all */
  update(batch: Batch): Tensor {
    const numbers = this.record(batch).watch();
    flush();
    return numbers;
  }

  record(batch: Batch, step = this.step): Tensor {
    const { adam, recipe } = this;
    const { picture, label } = tensorsOf(batch, "picture", "label");
    const shape = picture.shape as readonly [number, number, number, number];
    const augmentation = drawAugmentation(recipe.augment, shape, recipe.seed, step, 0);
    const classes = argmax(label, 1); // [n]
    const logits = this.net.forward(augmentation.apply(picture)); // [n, classes]
    const loss = crossEntropy(logits, classes);
    adam.lr = cosineDecay(recipe.lr, recipe.lr / 1000, recipe.steps)(step);
    adam.step(grad(loss, adam.parameters));
    const right = mean(eq(argmax(logits.detach(), 1), classes));
    return concat([loss.detach(), right].map((x) => reshape(x, [1])));
  }

  async weights(): Promise<Weights> {
    const metadata = { format: "pt", recipe: JSON.stringify(this.recipe) };
    return { tensors: await this.net.stateDict(), metadata };
  }

  async checkpoint(): Promise<Checkpoint> {
    return checkpointOf(this, await this.net.stateDict(), await this.adam.stateDict());
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore(checkpoint: Checkpoint, file: string): void {
    this.net.loadStateDict(checkpoint.model, file);
    this.adam.loadStateDict(checkpoint.optimizer, file);
  }
}
