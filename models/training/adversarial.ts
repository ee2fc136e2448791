/**
 * The game of two networks that every GAN here plays: what one update does and measures, and all of its state. A system says
 * what its networks make of a batch (`Game`); losses, penalties, augmentation, averages and rates are settings of the recipe.
 */
import type { Batch } from "../../engine/data/index.ts";
import {
  abs,
  Adam,
  add,
  concat,
  div,
  EMA,
  flush,
  type GanLoss,
  ganLoss,
  grad,
  gt,
  isRelativistic,
  type LayerCall,
  lt,
  mean,
  type Module,
  mul,
  nameLayers,
  type Optimizer,
  r1Penalty,
  reshape,
  Rng,
  roll,
  SGD,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tensor,
  watchLayers,
} from "../../engine/index.ts";
import type { Checkpoint } from "../../engine/io/index.ts";
import type { GameRecipe } from "./adversarial-recipe.ts";
import { momentumAt, penaltyAt, rateAt } from "./adversarial-recipe.ts";
import { type Dissection, dissectionOf, type Moves } from "./dissection.ts";
import { type Augmentation, drawAugmentation } from "./diff-augment.ts";
import { joined, prefixed, under } from "./state.ts";
import type { Trainer, Weights } from "./trainer.ts";
import { checkpointOf } from "./checkpoint-of.ts";

/** Gradients longer than this are shortened: never, but their length is measured on the way. */
const UNCLIPPED = 1e30;

/** Purpose of the random numbers of each pass, under the run's seed. */
const NOISE = 0x6a11;

/** What a discriminator says beside its answers. */
export interface Verdict {
  /** Logits [n] or [n, ...]. */
  readonly answers: Tensor;
  /**
   * The loss of another task, which the discriminator lowers on real samples and the generator on its own: that of a classifier,
   * for one (Odena, Olah and Shlens 2017).
   */
  readonly task?: Tensor;
  /** Logits of the same samples with conditions that are not theirs, where it was told some. */
  readonly wrong?: Tensor;
}

const verdictOf = (said: Tensor | Verdict): Verdict => ("answers" in said ? said : { answers: said });
const answersOf = (said: Tensor | Verdict): Tensor => verdictOf(said).answers;

/** What a system's networks make of a batch. `C` is what both are told beside noise and sample: a class, a coarser picture. */
export interface Game<C> {
  readonly generator: Module;
  readonly discriminator: Module;
  /**
   * The real samples of a batch, [n, ...], what they come with, and where `mismatched` is set what belongs to others: real samples
   * with these count as half of what is not real, so that the discriminator heeds the condition (GAN-CLS of Reed et al. 2016).
   */
  open(batch: Batch): { readonly real: Tensor; readonly condition: C; readonly wrong?: C };
  readonly mismatched?: boolean;
  /** Samples for these conditions, with noise that it draws. @returns [n, ...] */
  generate(condition: C, rng: Rng): Tensor;
  /**
   * What the discriminator says of samples.
   * @param wrong conditions that are not theirs, of which it is to say as much in `Verdict.wrong`
   * @returns logits [n] or [n, ...]
   */
  judge(samples: Tensor, condition: C, wrong?: C): Tensor | Verdict;
  /** Conditions that the generator learns by: those of the batch, then others that no real sample has (GAN-INT of Reed et al. 2016). */
  imagine?(condition: C): C;
  /**
   * A further loss of the generator's: how far its samples are from the real ones that came with the same conditions.
   * @param others what it made for these conditions with other noise, as data
   */
  compare?(samples: Tensor, real: Tensor, others: Tensor): Tensor;
  /** Weight of the discriminator's other task, where it has one, in the generator's loss; 1 by default. */
  readonly taskWeight?: number;
  /** Where the condition is a picture too, it is changed as the samples are; by default only the samples are. */
  augment?(
    samples: Tensor,
    condition: C,
    augmentation: Augmentation,
  ): readonly [samples: Tensor, condition: C];
  /** Of a weights file: what the generator's tensors do not show of it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where dropout layers take their numbers from: set to the update's place. Make them by `dropoutRng`. */
  readonly dropout?: Rng;
}

/** Names of what an update measures, in order. */
export const GAME_MEASURES = [
  "discriminator",
  "generator",
  "D(real)",
  "D(fake)",
  "discriminatorGradient",
  "generatorGradient",
  "within",
  "across",
] as const;

/** Besides, where real samples are shown with wrong conditions: what is said of those, and which share of each kind is told right. */
const MATCHING_MEASURES = ["D(wrong)", "right(real)", "right(wrong)", "right(fake)"] as const;

export class AdversarialTraining<C, R extends GameRecipe = GameRecipe> implements Trainer<R> {
  readonly recipe: R;
  readonly measures: readonly string[];
  readonly headline: readonly string[];
  readonly game: Game<C>;
  private readonly loss: GanLoss;
  private readonly generatorOptimiser: Optimizer;
  private readonly discriminatorOptimiser: Optimizer;
  private readonly noise: Rng;
  private readonly average: { readonly ema: EMA; readonly network: Module } | undefined;

  /** @param twin a second generator of the same form, which takes the averages, where the recipe has an average */
  constructor(recipe: R, game: Game<C>, twin: () => Module) {
    this.recipe = recipe;
    this.game = game;
    this.loss = ganLoss(recipe.loss, { realTarget: recipe.realTarget });
    this.noise = new Rng(recipe.seed, NOISE);
    this.measures = [...GAME_MEASURES, ...(game.mismatched ? MATCHING_MEASURES : [])];
    this.headline = ["D(real)", "D(fake)", ...(game.mismatched ? ["D(wrong)"] : []), "within"];
    const { generator, discriminator } = game;
    nameLayers(generator.train(), "generator");
    nameLayers(discriminator.train(), "discriminator");
    this.generatorOptimiser = optimiserOf(recipe, generator, recipe.lr);
    this.discriminatorOptimiser = optimiserOf(recipe, discriminator, recipe.discriminatorLr);
    if (recipe.ema > 0) this.average = { ema: new EMA(this.generatorOptimiser, recipe.ema), network: twin() };
  }

  /** Updates of the generator done. */
  get step(): number {
    return this.generatorOptimiser.steps;
  }

  get networks(): Readonly<Record<"generator" | "discriminator", Module>> {
    return { generator: this.game.generator, discriminator: this.game.discriminator };
  }

  get parameterCounts(): Readonly<Record<string, number>> {
    const { generator, discriminator } = this.game;
    return { generator: generator.parameterCount, discriminator: discriminator.parameterCount };
  }

  /** One update of the discriminator, then one of the generator. @returns the measures, to be read later or not at all */
  update(batch: Batch): Tensor {
    const numbers = this.record(batch).watch();
    flush();
    return numbers;
  }

  /**
   * Records an update without running it.
   * @param step that noise, rates and augmentation are of, counted from 0; by default the one that is due
   */
  record(batch: Batch, step = this.step): Tensor {
    return this.play(batch, step).measures;
  }

  dissect(batch: Batch): Dissection {
    const calls: LayerCall[] = [];
    const moves = watchLayers(
      (call) => calls.push(call),
      () => this.play(batch, this.step),
    );
    const dissection = dissectionOf(moves, this.networks, calls);
    moves.measures.watch();
    flush();
    return dissection;
  }

  /** Records both players' moves. */
  private play(batch: Batch, step: number): Moves {
    const { recipe, game, loss } = this;
    this.setRates(step);
    this.noise.at(step);
    game.dropout?.at(step);
    const { real, condition, wrong } = game.open(batch);
    const changed = (samples: Tensor, condition: C, pass: number): readonly [Tensor, C] => {
      if (recipe.augment.length === 0) return [samples, condition];
      const shape = samples.shape as readonly [number, number, number, number];
      const augmentation = drawAugmentation(recipe.augment, shape, recipe.seed, step, pass);
      return game.augment?.(samples, condition, augmentation) ?? [augmentation.apply(samples), condition];
    };
    const judged = (samples: Tensor, condition: C, pass: number) =>
      game.judge(...changed(samples, condition, pass));

    const first = game.generate(condition, this.noise);
    const [realSeen, realCondition] = changed(real, condition, 0);
    const [fakeSeen, fakeCondition] = changed(first.detach(), condition, 1);
    const ofReal = verdictOf(game.judge(realSeen, realCondition, wrong));
    const { answers: sayReal, wrong: sayWrong } = ofReal;
    const sayFake = answersOf(game.judge(fakeSeen, fakeCondition));
    const againstFakes = loss.discriminator(sayReal, sayFake);
    const play = sayWrong ? mul(add(againstFakes, loss.discriminator(sayReal, sayWrong)), 0.5) : againstFakes;
    const own = mul(play, recipe.discriminatorScale);
    // As data, so that updates that differ in nothing else share one compiled program.
    const fallen = recipe.penaltyFall && tensor(Float32Array.of(penaltyAt(recipe, step)));
    const penalties =
      step % recipe.penaltyEvery === 0
        ? [
            penalty(
              (x) => answersOf(game.judge(x, realCondition)),
              realSeen,
              recipe.r1 * recipe.penaltyEvery,
              fallen,
            ),
            penalty(
              (x) => answersOf(game.judge(x, fakeCondition)),
              fakeSeen,
              recipe.r2 * recipe.penaltyEvery,
              fallen,
            ),
          ]
        : [];
    const lossOfDiscriminator = [...penalties, ofReal.task].reduce<Tensor>(
      (sum, term) => (term ? add(sum, term) : sum),
      own,
    );
    const { discriminatorOptimiser: forD, generatorOptimiser: forG } = this;
    const discriminatorGradients = grad(lossOfDiscriminator, forD.parameters);
    const discriminatorNorm = forD.step(discriminatorGradients, { maxNorm: UNCLIPPED });

    const asked = game.imagine?.(condition) ?? condition;
    const second = game.generate(asked, this.noise);
    const again = isRelativistic(recipe.loss)
      ? answersOf(judged(rowsAgain(real, second.shape[0] as number), asked, 2))
      : undefined;
    const ofSecond = verdictOf(judged(second, asked, isRelativistic(recipe.loss) ? 2 : 3));
    const ofGame = loss.generator(ofSecond.answers, again);
    const { task } = ofSecond;
    const drawn = game.imagine
      ? slice(
          second,
          real.shape.map(() => 0),
          real.shape,
        )
      : second;
    const besides = [task && mul(task, game.taskWeight ?? 1), game.compare?.(drawn, real, first.detach())];
    const lossOfGenerator = besides.reduce<Tensor>((sum, term) => (term ? add(sum, term) : sum), ofGame);
    const generatorGradients = grad(lossOfGenerator, forG.parameters);
    const generatorNorm = forG.step(generatorGradients, { maxNorm: UNCLIPPED });
    this.updateAverage(step);

    const answers = loss.answers(sayReal, sayFake).map((logits) => sigmoid(logits));
    const apart = (a: Tensor, b: Tensor) => mean(abs(sub(a, b)));
    const spread = apart(real, roll(real, 1, 0));
    const measured = [
      ...[lossOfDiscriminator, lossOfGenerator, ...answers.map((each) => mean(each))],
      ...[discriminatorNorm, generatorNorm],
      // How far samples of one condition, and of neighbours in the batch, lie apart, compared with real neighbours.
      div(apart(first, drawn), spread),
      div(apart(drawn, roll(drawn, 1, 0)), spread),
      ...(sayWrong ? matching(sayReal, sayWrong, sayFake) : []),
    ];
    return {
      real: realSeen,
      discriminator: {
        samples: fakeSeen,
        loss: lossOfDiscriminator,
        answers: [...answers, ...(sayWrong ? [sigmoid(sayWrong)] : [])],
        gradients: discriminatorGradients,
      },
      generator: {
        samples: second,
        loss: lossOfGenerator,
        answers: [sigmoid(ofSecond.answers)],
        gradients: generatorGradients,
      },
      measures: concat(measured.map((x) => reshape(x.detach(), [1]))),
    };
  }

  /** The generator as it would be used now: its average, where one is kept, in evaluation mode. */
  current(): Module {
    if (!this.average) return this.game.generator;
    const { ema, network } = this.average;
    ema.copyTo(network, this.game.generator);
    return network.eval();
  }

  /** The generator's, with the recipe among the metadata, so that whoever opens the file can build the network. */
  async weights(): Promise<Weights> {
    const metadata = { format: "pt", recipe: JSON.stringify(this.recipe), ...this.game.metadata };
    return { tensors: await this.current().stateDict(), metadata };
  }

  async checkpoint(): Promise<Checkpoint> {
    const { generator, discriminator } = this.game;
    const [model, optimizer] = await Promise.all([
      Promise.all([
        prefixed("generator.", generator.stateDict()),
        prefixed("discriminator.", discriminator.stateDict()),
      ]),
      Promise.all([
        prefixed("generator.", this.generatorOptimiser.stateDict()),
        prefixed("discriminator.", this.discriminatorOptimiser.stateDict()),
        this.average?.ema.stateDict(),
      ]),
    ]);
    return checkpointOf(this, joined(model), joined(optimizer));
  }

  /** Goes on where a checkpoint was made. @throws InputError when it is of other networks */
  restore({ model, optimizer }: Checkpoint, file: string): void {
    const { generator, discriminator } = this.game;
    generator.loadStateDict(under("generator.", model), file);
    discriminator.loadStateDict(under("discriminator.", model), file);
    this.generatorOptimiser.loadStateDict(under("generator.", optimizer), file);
    this.discriminatorOptimiser.loadStateDict(under("discriminator.", optimizer), file);
    const averages = [...optimizer].filter(([name]) => name.startsWith("ema."));
    this.average?.ema.loadStateDict(new Map(averages), file);
  }

  private setRates(step: number): void {
    const { recipe, generatorOptimiser: forG, discriminatorOptimiser: forD } = this;
    forG.lr = rateAt(recipe, recipe.lr, step);
    forD.lr = rateAt(recipe, recipe.discriminatorLr, step);
    for (const optimiser of [forG, forD])
      if (optimiser instanceof SGD) optimiser.options.momentum = momentumAt(recipe, step);
  }

  /** Young averages forget faster, so that the first, random weights do not stay in them. */
  private updateAverage(step: number): void {
    if (!this.average) return;
    const { ema } = this.average;
    ema.beta = Math.min(this.recipe.ema, (1 + step) / (10 + step));
    ema.update();
  }
}

/** The first samples once more after all of them: partners for the samples of conditions that no real one has. */
const rowsAgain = (samples: Tensor, rows: number): Tensor => {
  const [n = 0, ...rest] = samples.shape;
  return rows === n ? samples : concat([samples, slice(samples, [0], [rows - n, ...rest])], 0);
};

/** What `MATCHING_MEASURES` names. */
const matching = (real: Tensor, wrong: Tensor, fake: Tensor): readonly Tensor[] => [
  mean(sigmoid(wrong)),
  mean(gt(real, 0)),
  mean(lt(wrong, 0)),
  mean(lt(fake, 0)),
];

function penalty(
  judge: (x: Tensor) => Tensor,
  samples: Tensor,
  gamma: number,
  strength?: Tensor,
): Tensor | undefined {
  if (gamma === 0) return undefined;
  const term = r1Penalty(judge, samples, { gamma });
  return strength ? reshape(mul(strength, term), []) : term;
}

function optimiserOf({ optimizer, betas }: GameRecipe, network: Module, lr: number): Optimizer {
  return optimizer === "sgd"
    ? (new SGD(network.parameters(), { lr }) as unknown as Optimizer)
    : (new Adam(network.parameters(), { lr, betas }) as unknown as Optimizer);
}
