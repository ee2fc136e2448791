/** Training of the style encoder: it reads back the noise from what a trained generator has made of it (Reed et al. 2016, section 4.4). */
import type { Batch } from "../../engine/data/index.ts";
import {
  Adam,
  add,
  concat,
  cosineDecay,
  div,
  flush,
  grad,
  type Module,
  mul,
  nameLayers,
  Rng,
  reshape,
  slice,
  sub,
  type Tensor,
} from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { type StyleForm, styleEncoderOf } from "../text2image/files.ts";
import type { SentenceGenerator } from "../text2image/generator.ts";
import { styleLoss } from "../text2image/losses.ts";
import { drawNoise, STEADY } from "../text2image/noise.ts";
import type { Text2ImageForm } from "../text2image/recipe.ts";
import type { StyleEncoder } from "../text2image/networks.ts";
import { joined, prefixed, under } from "../training/state.ts";
import { type RunRecipe, type Trainer, tensorsOf, type Weights } from "../training/trainer.ts";
import { checkpointOf } from "../training/checkpoint-of.ts";

/** Purpose of the random numbers. */
const NOISE = 0x6a21;

export interface StyleRecipe extends RunRecipe, StyleForm {
  readonly system: "style-encoder";
  readonly preset: string;
  readonly lr: number;
  /** Whose style a picture is in is learnt from real pictures besides. */
  readonly real?: boolean;
}

export class StyleTraining implements Trainer<StyleRecipe> {
  readonly recipe: StyleRecipe;
  readonly measures = ["loss", "read"] as const;
  readonly headline = ["read"] as const;
  readonly style: StyleEncoder;
  private readonly generator: SentenceGenerator;
  private readonly optimiser: Adam;
  private readonly noise: Rng;
  private readonly form: Text2ImageForm;
  private readonly whole: (style: StyleEncoder) => Promise<Weights>;

  /**
   * @param generator in evaluation mode; stays as it is
   * @param form what it was built by
   * @param whole what is saved: the generator's file with the style encoder in it
   */
  constructor(
    recipe: StyleRecipe,
    generator: SentenceGenerator,
    form: Text2ImageForm,
    whole: (style: StyleEncoder) => Promise<Weights>,
  ) {
    this.recipe = recipe;
    this.generator = generator;
    this.form = form;
    this.whole = whole;
    this.style = styleEncoderOf(recipe, recipe.seed + 2);
    this.noise = new Rng(recipe.seed, NOISE);
    nameLayers(this.style.train(), "style");
    this.optimiser = new Adam(this.style.parameters(), { lr: recipe.lr, betas: [0.5, 0.999] });
  }

  /** Updates done. */
  get step(): number {
    return this.optimiser.steps;
  }

  get networks(): Readonly<Record<string, Module>> {
    return { style: this.style };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    return { style: this.style.parameterCount };
  }

  /** One update. @returns the loss, and which share of the noise's variance is read back: 1 for all, 0 for none */
  update(batch: Batch): Tensor {
    const numbers = this.record(batch).watch();
    flush();
    return numbers;
  }

  record(batch: Batch, step = this.step): Tensor {
    const { text } = tensorsOf(batch, "text");
    const { style } = (this.form.styleDim ?? 0) > 0 ? tensorsOf(batch, "style") : {};
    const { latentDim } = this.recipe;
    this.noise.at(step);
    const z = drawNoise(this.form, text.shape[0] as number, this.noise, style); // [n, latentDim]
    const made = this.generator.forward(z, text).detach(); // [n, 64, 64, 3]
    const { loss, reading } = this.read(z, made, batch);
    const { lr, steps } = this.recipe;
    this.optimiser.lr = cosineDecay(lr, lr / 100, steps)(step);
    this.optimiser.step(grad(loss, this.optimiser.parameters));
    const measured = [loss, sub(1, div(reading, latentDim))];
    return concat(measured.map((x) => reshape(x.detach(), [1])));
  }

  /**
   * Generated pictures are read whole. Of real ones the style alone is known; they are read together with the others, so that batch
   * norm's statistics are of both kinds.
   */
  private read(z: Tensor, made: Tensor, batch: Batch): { loss: Tensor; reading: Tensor } {
    if (!this.recipe.real) {
      const reading = styleLoss(z, this.style.forward(made));
      return { loss: reading, reading };
    }
    const { picture, pictureStyle } = tensorsOf(batch, "picture", "pictureStyle");
    const [n = 0, latentDim = 0] = z.shape;
    const [count = 0, styleDim = 0] = pictureStyle.shape;
    const styles = this.style.forward(concat([made, picture], 0)); // [n + count, latentDim]
    const reading = styleLoss(z, slice(styles, [0, 0], [n, latentDim]));
    const seen = slice(styles, [n, 0], [n + count, styleDim]); // [count, styleDim]
    return { loss: add(reading, styleLoss(mul(pictureStyle, STEADY), seen)), reading };
  }

  weights(): Promise<Weights> {
    return this.whole(this.style);
  }

  /** The generator, and what it was built by. */
  async constants(): Promise<Weights> {
    const metadata = { generator: JSON.stringify(this.form) };
    return { tensors: await this.generator.stateDict(), metadata };
  }

  async checkpoint(): Promise<Checkpoint> {
    return checkpointOf(
      this,
      joined([await prefixed("style.", this.style.stateDict())]),
      await this.optimiser.stateDict(),
    );
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of another network */
  restore({ model, optimizer }: Checkpoint, file: string): void {
    this.style.loadStateDict(under("style.", model), file);
    this.optimiser.loadStateDict(optimizer, file);
  }
}
