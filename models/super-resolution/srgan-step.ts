/**
 * One iteration of SRGAN (Ledig et al. 2017, sections 2.2 and 3.2): the discriminator learns first, then the generator
 * learns against the discriminator as it is now.
 */
import {
  add,
  div,
  type GanLoss,
  type GanLossKind,
  ganLoss,
  grad,
  isRelativistic,
  minimum,
  mse,
  mul,
  norm,
  type Optimizer,
  r1Penalty,
  slice,
  type StepOptions,
  sub,
  type Tensor,
  totalVariation,
} from "../../engine/index.ts";
import type { SRGANDiscriminator } from "./srgan-discriminator.ts";
import { type FeatureReduction, gridPenalty, vggAndTextureLoss, vggLoss } from "./srgan-losses.ts";
import type { SRResNet } from "./srresnet.ts";
import type { VGG19 } from "../features/vgg19.ts";

/** The rules by which the two networks play. Plain data: it is stored in checkpoints. */
export interface Game {
  readonly loss: GanLossKind;
  /** What the discriminator is to answer for originals: below 1 for one-sided label smoothing. */
  readonly realTarget: number;
  /** Strength of the R1 penalty on the discriminator's gradient at originals; 0 for none. */
  readonly r1: number;
}

/** The paper's: -log D(real) - log(1 - D(G)) and -log D(G), means over the batch (equations 2 and 6). */
export const PAPER_GAME: Game = { loss: "non-saturating", realTarget: 1, r1: 0 };

const lossOf = ({ loss, realTarget }: Game): GanLoss => ganLoss(loss, { realTarget });

/** What the generator is to come close to: the pixels of the original, or its features. */
export type Content =
  | { readonly kind: "mse"; readonly weight: number }
  | {
      readonly kind: "vgg";
      readonly vgg: VGG19;
      readonly reduction: FeatureReduction;
      readonly weight: number;
      /** Of the mean squared error of the pixels beside the features, which hold neither colours nor fine grids; 0. */
      readonly pixels?: number;
    };

export interface GeneratorLossOptions {
  readonly content: Content;
  /** 1e-3 in the paper; 0 trains without a discriminator. */
  readonly adversarialWeight: number;
  /**
   * Keeps the discriminator from drowning the content: its loss gets the weight, `adversarialWeight` at most, at which its
   * gradient at the images is this many times as long as the content's. By default the weight stays what it is. Esser et al.
   * 2021, "Taming Transformers for High-Resolution Image Synthesis", equation 7, compare at the last layer instead.
   */
  readonly adversarialShare?: number;
  /** 2e-8 in the paper's first version and for SRResNet-VGG22, else 0. */
  readonly tvWeight: number;
  /** Of `gridPenalty`; 0 by default. */
  readonly gridWeight?: number;
  /** Of `textureLoss`, where the content is features; 0 by default. */
  readonly textureWeight?: number;
  /** The paper's by default. */
  readonly game?: Game;
}

/** The parts of the generator's loss, single numbers: all but `total` without their weights, except the content. */
export interface GeneratorLoss {
  readonly total: Tensor;
  /** With its weight. */
  readonly content: Tensor;
  readonly adversarial: Tensor;
  readonly tv: Tensor;
  /**
   * The gradient of `total` at the images, of their shape, where the share asked for it: whoever goes on from here need not
   * go back through the discriminator again.
   */
  readonly atImages?: Tensor;
}

/** What a generator without a judge is trained with: how far its images are from the originals, and how rough. */
export function contentLoss(
  sr: Tensor,
  hr: Tensor,
  options: Pick<GeneratorLossOptions, "content" | "tvWeight" | "gridWeight" | "textureWeight">,
): Pick<GeneratorLoss, "content" | "tv" | "total"> {
  const { content, tvWeight, gridWeight = 0, textureWeight = 0 } = options;
  const { distance, texture } = distances(content, sr, hr, textureWeight > 0);
  const own = mul(distance, content.weight);
  const pixels = content.kind === "vgg" && content.pixels;
  const weighted = pixels ? add(own, mul(mse(sr, hr), pixels)) : own;
  const tv = totalVariation(sr);
  const smooth = tvWeight === 0 ? weighted : add(weighted, mul(tv, tvWeight));
  const even = gridWeight === 0 ? smooth : add(smooth, mul(gridPenalty(sub(sr, hr)), gridWeight));
  const total = texture ? add(even, mul(texture, textureWeight)) : even;
  return { content: weighted, tv, total };
}

/** How far images are from the originals as their content says and, where that is features, in texture. */
function distances(
  content: Content,
  sr: Tensor,
  hr: Tensor,
  textured: boolean,
): { readonly distance: Tensor; readonly texture?: Tensor } {
  if (content.kind === "mse") return { distance: mse(sr, hr) };
  const { vgg, reduction } = content;
  if (!textured) return { distance: vggLoss(vgg, sr, hr, reduction) };
  const { content: distance, texture } = vggAndTextureLoss(vgg, sr, hr, reduction);
  return { distance, texture };
}

/**
 * The generator's loss on a batch.
 * @param sr its images and `hr` the originals, [n, h, w, 3] in [-1, 1]
 * @param logits what the discriminator says of `sr`, [n], and `real` of the originals, where the game asks for that
 */
export function generatorLoss(
  sr: Tensor,
  hr: Tensor,
  logits: Tensor,
  options: GeneratorLossOptions,
  real?: Tensor,
): GeneratorLoss {
  const adversarial = lossOf(options.game ?? PAPER_GAME).generator(logits, real);
  const { content, tv, total } = contentLoss(sr, hr, options);
  const { adversarialWeight, adversarialShare } = options;
  if (adversarialShare === undefined)
    return { total: add(total, mul(adversarial, adversarialWeight)), content, adversarial, tv };
  const [own, foreign] = [total, adversarial].map((loss) => grad(loss, [sr])[0]) as [Tensor, Tensor];
  const ratio = div(norm(own), add(norm(foreign), 1e-30)); // a dead discriminator's gradient is 0
  const weight = minimum(mul(ratio, adversarialShare), adversarialWeight).detach();
  return {
    total: add(total, mul(adversarial, weight)),
    content,
    adversarial,
    tv,
    atImages: add(own, mul(foreign, weight)),
  };
}

/** Corners of the windows that updates look through in turn: each parity, and each remainder by 4, of both axes. */
const CORNERS = [
  [0, 0],
  [1, 2],
  [2, 3],
  [3, 1],
] as const;
const MARGIN = 4;

/**
 * A window of images, 4 pixels smaller, that moves with each update. VGG's pooling and the discriminator's strides else
 * fall on the same sub-pixels of the generator in all updates, and what they overlook grows to a grid.
 * @param images [n, h, w, 3]
 * @returns [n, h - 4, w - 4, 3]
 */
export function jittered(images: Tensor, step: number): Tensor {
  const [y, x] = CORNERS[step % CORNERS.length] as readonly [number, number];
  const [, h = 0, w = 0] = images.shape;
  return slice(images, [0, y, x], [undefined, y + h - MARGIN, x + w - MARGIN]);
}

/** Both networks, each with the optimiser of its parameters. */
export interface SRGANPlayers {
  readonly generator: SRResNet;
  readonly discriminator: SRGANDiscriminator;
  readonly generatorOptimiser: Optimizer;
  readonly discriminatorOptimiser: Optimizer;
}

/** What one iteration computed, before its updates unless said otherwise. */
export interface SRGANStep {
  /** The generator's images, [n, h, w, 3]. */
  readonly sr: Tensor;
  /** The discriminator's logits of originals and of `sr`, [n]. */
  readonly real: Tensor;
  readonly fake: Tensor;
  readonly discriminatorLoss: Tensor;
  /** Judged by the discriminator after its update. */
  readonly generatorLoss: GeneratorLoss;
  /** In the order of the optimisers' parameters. */
  readonly discriminatorGradients: readonly Tensor[];
  readonly generatorGradients: readonly Tensor[];
  /** Norms of all gradients of a network together, where a greatest one was given. */
  readonly discriminatorNorm: Tensor | undefined;
  readonly generatorNorm: Tensor | undefined;
}

/**
 * Records one update of each network. Originals and upscaled images go through the discriminator in passes of their
 * own, so that its batch norm sees one kind at a time; the generator's one pass serves both updates.
 * @param lr [n, h, w, 3] in [0, 1]
 * @param hr [n, 4h, 4w, 3] in [-1, 1]
 * @param view what losses and discriminator see of images: all of them by default
 */
export function srganStep(
  players: SRGANPlayers,
  lr: Tensor,
  hr: Tensor,
  options: GeneratorLossOptions & Pick<StepOptions, "maxNorm">,
  view = (images: Tensor): Tensor => images,
): SRGANStep {
  const { generator, discriminator, generatorOptimiser, discriminatorOptimiser } = players;
  const clipping = options.maxNorm === undefined ? {} : { maxNorm: options.maxNorm };
  const sr = generator.forward(lr);
  const [shown, original] = [view(sr), view(hr)];

  const real = discriminator.forward(original);
  const fake = discriminator.forward(shown.detach());
  const { game = PAPER_GAME } = options;
  const told = lossOf(game).discriminator(real, fake);
  const penalty = game.r1 > 0 && r1Penalty((x) => discriminator.forward(x), original, { gamma: game.r1 });
  const lossOfDiscriminator = penalty ? add(told, penalty) : told;
  const discriminatorGradients = grad(lossOfDiscriminator, discriminatorOptimiser.parameters);
  const discriminatorNorm = discriminatorOptimiser.step(discriminatorGradients, clipping);

  const again = isRelativistic(game.loss) ? discriminator.forward(original) : undefined;
  const lossOfGenerator = generatorLoss(shown, original, discriminator.forward(shown), options, again);
  const { total, atImages } = lossOfGenerator;
  const { parameters } = generatorOptimiser;
  const generatorGradients = atImages ? grad(shown, parameters, atImages) : grad(total, parameters);
  const generatorNorm = generatorOptimiser.step(generatorGradients, clipping);
  return {
    sr,
    real,
    fake,
    discriminatorLoss: lossOfDiscriminator,
    generatorLoss: lossOfGenerator,
    discriminatorGradients,
    generatorGradients,
    discriminatorNorm,
    generatorNorm,
  };
}
