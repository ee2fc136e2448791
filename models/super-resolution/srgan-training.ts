/** Training SRGAN and its relatives: what one update does and measures, and all of its state. */
import type { Batch } from "../../engine/data/index.ts";
import { GanvasError } from "../../engine/errors.ts";
import {
  Adam,
  concat,
  EMA,
  flush,
  ganLoss,
  grad,
  mean,
  mul,
  nameLayers,
  reshape,
  sigmoid,
  sub,
  type Tensor,
} from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import { SRGANDiscriminator } from "./srgan-discriminator.ts";
import { SRResNet } from "./srresnet.ts";
import { startAsNearest } from "./srresnet-init.ts";
import type { VGG19 } from "../features/vgg19.ts";
import { metadataOf } from "../architecture.ts";
import { learningRate, type StartingWeights } from "../training/recipe.ts";
import { tensorsOf, type Weights } from "../training/trainer.ts";
import type { GeneratorTrainer } from "./recipe.ts";
import { joined, prefixed, under } from "../training/state.ts";
import type { SRGANRecipe } from "./srgan-recipe.ts";
import { type Content, contentLoss, type GeneratorLossOptions, jittered, srganStep } from "./srgan-step.ts";
import { checkpointOf } from "../training/checkpoint-of.ts";

/** Gradients longer than this are shortened: never, but their length is measured on the way. */
const UNCLIPPED = 1e30;

/** Names of what an update measures. */
export const GENERATOR_MEASURES = ["content", "generatorGradient", "red", "green", "blue"] as const;
export const ADVERSARIAL_MEASURES = [
  "adversarial",
  "discriminator",
  "D(real)",
  "D(fake)",
  "discriminatorGradient",
] as const;

/** What losses see of images. */
type View = (images: Tensor) => Tensor;

export class SRGANTraining implements GeneratorTrainer<SRGANRecipe> {
  readonly recipe: SRGANRecipe;
  readonly generator: SRResNet;
  readonly discriminator: SRGANDiscriminator | undefined;
  readonly measures: readonly string[];
  readonly headline = ["content", "D(real)", "D(fake)"];
  private readonly losses: GeneratorLossOptions;
  private readonly generatorAdam: Adam;
  private readonly discriminatorAdam: Adam | undefined;
  private readonly average: { readonly ema: EMA; readonly network: SRResNet } | undefined;

  /**
   * @param vgg as `featuresFor` says of the recipe, where its content is features
   * @param from weights that the generator begins with
   * @param judge a checkpoint's networks, whose discriminator this one begins with
   */
  constructor(recipe: SRGANRecipe, vgg?: VGG19, from?: StartingWeights, judge?: StartingWeights) {
    const { network, seed, discriminator, lr } = recipe;
    this.recipe = recipe;
    this.losses = {
      content: contentOf(recipe, vgg),
      adversarialWeight: recipe.adversarialWeight,
      ...(recipe.adversarialShare !== undefined && { adversarialShare: recipe.adversarialShare }),
      tvWeight: recipe.tvWeight,
      ...(recipe.gridWeight !== undefined && { gridWeight: recipe.gridWeight }),
      ...(recipe.textureWeight !== undefined && { textureWeight: recipe.textureWeight }),
      game: recipe.game,
    };
    this.generator = nameLayers(new SRResNet({ ...network, seed }), "generator");
    this.generator.train(recipe.frozenStatistics !== true);
    if (recipe.generatorStart === "icnr") startAsNearest(this.generator);
    if (from) this.generator.loadStateDict(from.weights, from.file);
    this.generatorAdam = new Adam(this.generator.parameters(), { lr });
    if (discriminator) {
      const judging = new SRGANDiscriminator({ ...discriminator, seed: seed + 1 }).train();
      this.discriminator = nameLayers(judging, "discriminator");
      if (judge) this.discriminator.loadStateDict(under("discriminator.", judge.weights), judge.file);
      this.discriminatorAdam = new Adam(this.discriminator.parameters(), { lr });
    }
    this.measures = discriminator ? [...GENERATOR_MEASURES, ...ADVERSARIAL_MEASURES] : GENERATOR_MEASURES;
    if (recipe.ema > 0)
      this.average = { ema: new EMA(this.generatorAdam, recipe.ema), network: new SRResNet(network) };
  }

  get step(): number {
    return this.generatorAdam.steps;
  }

  get networks() {
    const { generator, discriminator } = this;
    return { generator, ...(discriminator && { discriminator }) };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    const { generator, discriminator } = this;
    return {
      generator: generator.parameterCount,
      ...(discriminator && { discriminator: discriminator.parameterCount }),
    };
  }

  update(batch: Batch): Tensor {
    const numbers = this.record(batch).watch();
    flush();
    return numbers;
  }

  /**
   * Records an update without running it.
   * @param batch its `lr` [n, h, w, 3] in [0, 1], its `hr` [n, 4h, 4w, 3] in [-1, 1]
   * @param step that learning rates and window are of, counted from 0; by default the one that is due
   * @returns the measures
   */
  record(batch: Batch, step = this.step): Tensor {
    const { recipe } = this;
    const { lr, hr } = tensorsOf(batch, "lr", "hr");
    this.generatorAdam.lr = step < leadOf(recipe) ? 0 : learningRate(recipe, step);
    if (this.discriminatorAdam) this.discriminatorAdam.lr = discriminatorLearningRate(recipe, step);
    const view = (images: Tensor) => (recipe.jitter ? jittered(images, step) : images);
    const measured = this.discriminator ? this.play(lr, hr, view) : this.practise(lr, hr, view);
    this.average?.ema.update();
    return concat(measured.map((x) => reshape(x, [-1])));
  }

  /** One update of the discriminator, then one of the generator. */
  private play(lr: Tensor, hr: Tensor, view: View): Tensor[] {
    const players = {
      generator: this.generator,
      discriminator: this.discriminator as SRGANDiscriminator,
      generatorOptimiser: this.generatorAdam,
      discriminatorOptimiser: this.discriminatorAdam as Adam,
    };
    const step = srganStep(players, lr, hr, { ...this.losses, maxNorm: UNCLIPPED }, view);
    return [
      step.generatorLoss.content,
      step.generatorNorm as Tensor,
      colourDrift(step.sr, hr),
      step.generatorLoss.adversarial,
      step.discriminatorLoss,
      ...ganLoss(this.recipe.game.loss)
        .answers(step.real, step.fake)
        .map((logits) => mean(sigmoid(logits))),
      step.discriminatorNorm as Tensor,
    ];
  }

  /** One update of the generator alone. */
  private practise(lr: Tensor, hr: Tensor, view: View): Tensor[] {
    const sr = this.generator.forward(lr);
    const { content, total } = contentLoss(view(sr), view(hr), this.losses);
    const norm = this.generatorAdam.step(grad(total, this.generatorAdam.parameters), { maxNorm: UNCLIPPED });
    return [content, norm, colourDrift(sr, hr)];
  }

  current(): SRResNet {
    if (!this.average) return this.generator;
    const { ema, network } = this.average;
    ema.copyTo(network, this.generator);
    return network;
  }

  async weights(): Promise<Weights> {
    const net = this.current();
    return { tensors: await net.stateDict(), metadata: metadataOf(net.config) };
  }

  recompute(): void {
    this.generator.recompute = true;
  }

  /** The eye's weights, where it has one. */
  async constants(): Promise<Weights> {
    const { content } = this.losses;
    if (content.kind === "mse") return { tensors: new Map(), metadata: {} };
    return { tensors: await content.vgg.stateDict(), metadata: metadataOf(content.vgg) };
  }

  async checkpoint(): Promise<Checkpoint> {
    const parts = await Promise.all([
      prefixed("generator.", this.generator.stateDict()),
      this.discriminator && prefixed("discriminator.", this.discriminator.stateDict()),
    ]);
    const optimisers = await Promise.all([
      prefixed("generator.", this.generatorAdam.stateDict()),
      this.discriminatorAdam && prefixed("discriminator.", this.discriminatorAdam.stateDict()),
      this.average?.ema.stateDict(),
    ]);
    return checkpointOf(this, joined(parts), joined(optimisers));
  }

  restore({ model, optimizer }: Checkpoint, file: string): void {
    this.generator.loadStateDict(under("generator.", model), file);
    this.generatorAdam.loadStateDict(under("generator.", optimizer), file);
    this.discriminator?.loadStateDict(under("discriminator.", model), file);
    this.discriminatorAdam?.loadStateDict(under("discriminator.", optimizer), file);
    const averages = [...optimizer].filter(([name]) => name.startsWith("ema."));
    this.average?.ema.loadStateDict(new Map(averages), file);
  }
}

function contentOf({ content }: SRGANRecipe, vgg: VGG19 | undefined): Content {
  if (content.kind === "mse") return content;
  if (vgg?.layer !== content.layer)
    throw new GanvasError(
      `SRGAN training: the recipe needs VGG19 up to ${content.layer}, got ${vgg ? `one up to ${vgg.layer}` : "none"}`,
    );
  return { ...content, vgg };
}

/** Updates in which only the discriminator learns. */
const leadOf = ({ discriminatorLead = 0, steps }: SRGANRecipe): number =>
  Math.round(discriminatorLead * steps);

function discriminatorLearningRate(recipe: SRGANRecipe, step: number): number {
  const {
    discriminatorLr: lr = recipe.lr,
    discriminatorSchedule: schedule = recipe.schedule,
    steps,
  } = recipe;
  return learningRate({ lr, schedule, steps }, step);
}

/** By how many of 255 levels each colour is too bright on average, [3]. */
const colourDrift = (sr: Tensor, hr: Tensor): Tensor => mul(mean(sub(sr, hr), [0, 1, 2]), 127.5);
