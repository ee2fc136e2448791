/** The networks of table 1 of Ledig et al. 2017 and of the paper's first version, as recipes of one trainer. */
import {
  type DiscriminatorHead,
  type DiscriminatorNorm,
  SRGAN_DISCRIMINATOR_PAPER,
  type SRGANDiscriminatorConfig,
} from "./srgan-discriminator.ts";
import { type FeatureReduction, LAST_TEXTURE_LAYER } from "./srgan-losses.ts";
import { SRRESNET_PAPER, type SRResNetConfig } from "./srresnet.ts";
import { deeperVggLayer, type VggLayer, type VggOptions } from "../features/vgg19.ts";
import type { Schedule } from "../training/recipe.ts";
import type { Recipe } from "./recipe.ts";
import { type Game, PAPER_GAME } from "./srgan-step.ts";

/** What the generator is to come close to: the pixels of the original, or its features in VGG19. */
export type ContentRecipe =
  | { readonly kind: "mse"; readonly weight: number }
  | {
      readonly kind: "vgg";
      readonly layer: VggLayer;
      readonly reduction: FeatureReduction;
      readonly weight: number;
      /** Of the pixels' mean squared error beside the features; 0. */
      readonly pixels?: number;
    };

export interface SRGANRecipe extends Recipe {
  /** Trained before, with random weights, or with those and equal sub-pixels (`startAsNearest`). */
  readonly generatorStart: "trained" | "random" | "icnr";
  /**
   * The generator's batch norm keeps the statistics that it came with, so that what learns is what is used later: statistics
   * of a batch and their averages differ, and a generator that is judged by one shows a pattern by the other.
   */
  readonly frozenStatistics?: boolean;
  readonly content: ContentRecipe;
  /** Nothing judges where this is null. */
  readonly discriminator: SRGANDiscriminatorConfig | null;
  /**
   * The discriminator's learning rate at the start, where it differs from the generator's: one that learns faster keeps up
   * (Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium").
   */
  readonly discriminatorLr?: number;
  /**
   * How the discriminator's learning rate goes on, where not as the generator's: one whose rate falls with the generator's falls
   * behind it, long before the end.
   */
  readonly discriminatorSchedule?: Schedule;
  /** Share of the updates, at the start, in which only the discriminator learns, so that its first answers are worth following. */
  readonly discriminatorLead?: number;
  readonly adversarialWeight: number;
  /** As in `GeneratorLossOptions`. */
  readonly adversarialShare?: number;
  readonly tvWeight: number;
  readonly gridWeight?: number;
  readonly textureWeight?: number;
  /** Losses look through a window that moves with each update (`jittered`). */
  readonly jitter?: boolean;
  readonly game: Game;
  /** Share that the average of the generator's weights keeps in an update; 0 for none. The average is what is shipped. */
  readonly ema: number;
}

/** What a preset decides. The weight of VGG features depends on the file and is found when the run begins. */
export interface SRGANPreset {
  /** As in the paper's table. */
  readonly title: string;
  readonly content: "mse" | Extract<VggLayer, "relu2_2" | "relu5_4">;
  readonly adversarialWeight: number;
  readonly tvWeight: number;
  readonly schedule: Schedule;
  /** Updates in the paper. */
  readonly steps: number;
  /** Where the generator does not come from a file. */
  readonly network: SRResNetConfig;
}

const ADVERSARIAL = 1e-3;
const TV = 2e-8;
const GAN = { adversarialWeight: ADVERSARIAL, tvWeight: 0, schedule: "drop", steps: 200_000 } as const;
const ALONE = { adversarialWeight: 0, schedule: "constant", steps: 1_000_000 } as const;

export const SRGAN_PRESETS = {
  "srresnet-mse": { title: "SRResNet-MSE", content: "mse", tvWeight: 0, network: SRRESNET_PAPER, ...ALONE },
  "srresnet-vgg22": {
    title: "SRResNet-VGG22",
    content: "relu2_2",
    tvWeight: TV,
    network: SRRESNET_PAPER,
    ...ALONE,
  },
  "srgan-mse": { title: "SRGAN-MSE", content: "mse", network: SRRESNET_PAPER, ...GAN },
  "srgan-vgg22": { title: "SRGAN-VGG22", content: "relu2_2", network: SRRESNET_PAPER, ...GAN },
  "srgan-vgg54": { title: "SRGAN-VGG54", content: "relu5_4", network: SRRESNET_PAPER, ...GAN },
  early: {
    title: "SRGAN, first version",
    content: "relu5_4",
    network: { ...SRRESNET_PAPER, numBlocks: 15, upsample: "deconv" },
    ...GAN,
    tvWeight: TV,
  },
} as const satisfies Record<string, SRGANPreset>;

export type SRGANPresetName = keyof typeof SRGAN_PRESETS;

/** What may be set on top of a preset. Where the size says nothing either, it is as in the paper. */
export interface SRGANSettings
  extends Partial<
    Pick<
      SRGANRecipe,
      | "adversarialShare"
      | "adversarialWeight"
      | "batchSize"
      | "candidates"
      | "degrade"
      | "discriminatorLead"
      | "discriminatorLr"
      | "discriminatorSchedule"
      | "ema"
      | "frozenStatistics"
      | "gridWeight"
      | "jitter"
      | "lr"
      | "schedule"
      | "seed"
      | "steps"
      | "textureWeight"
    >
  > {
  /** Of the pixels' mean squared error beside features. */
  readonly pixelWeight?: number;
}

/** What a run may cost: the size of what is seen at once, of the discriminator, and what suits them. */
export interface SRGANSize {
  readonly patch: number;
  readonly discriminator: SRGANDiscriminatorConfig;
  /** Where it differs from the paper's. */
  readonly game?: Partial<Game>;
  readonly settings: SRGANSettings;
}

export const SRGAN_SIZES = {
  /** The paper's; for a GPU. */
  paper: { patch: 96, discriminator: SRGAN_DISCRIMINATOR_PAPER, settings: { batchSize: 16 } },
  /**
   * For a processor: a few thousand small batches, judged place by place by a discriminator of half the channels. With the
   * paper's settings its gradient is nothing at first and drowns the content later, and grids are what comes of both. Here it
   * compares each image with its own original, undisturbed by batch norm, so that it knows them apart after a hundred updates;
   * R1 keeps its gradient smooth (both as in Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern Baseline GAN"),
   * and the share keeps it from outweighing all else.
   */
  compact: {
    patch: 64,
    discriminator: {
      ...SRGAN_DISCRIMINATOR_PAPER,
      width: 32,
      hidden: 256,
      inputSize: 64,
      head: "patch",
      norm: "none",
    },
    game: { loss: "relativistic-pairing", r1: 0.5 },
    settings: {
      batchSize: 4,
      steps: 2200,
      lr: 1e-4,
      schedule: "cosine",
      ema: 0.995,
      frozenStatistics: true,
      pixelWeight: 0.5,
      textureWeight: 1e-3,
      gridWeight: 20,
      jitter: true,
      adversarialWeight: 10,
      adversarialShare: 0.6,
      discriminatorLr: 4e-4,
      discriminatorSchedule: "constant",
      discriminatorLead: 0.09,
    },
  },
  /** To try things out in seconds. */
  tiny: {
    patch: 32,
    discriminator: { ...SRGAN_DISCRIMINATOR_PAPER, width: 4, hidden: 16, inputSize: 32 },
    settings: { batchSize: 2, steps: 20 },
  },
} as const satisfies Record<string, SRGANSize>;

export type SRGANSizeName = keyof typeof SRGAN_SIZES;

export interface SRGANChoice extends SRGANSettings {
  readonly preset: SRGANPresetName;
  readonly size: SRGANSizeName;
  /** Of the file that the generator comes from; the preset's by default. */
  readonly network?: SRResNetConfig;
  readonly game?: Partial<Game>;
  /** Sub-pixels of a generator that comes from no file start equal. */
  readonly icnr?: boolean;
  /** What the discriminator ends with; the size's by default. */
  readonly head?: DiscriminatorHead;
  /** What keeps the signal of the discriminator in bounds; the size's by default. */
  readonly norm?: DiscriminatorNorm;
  /** Weight and reduction of the features, for presets that use VGG. */
  readonly features?: { readonly weight: number; readonly reduction: FeatureReduction };
}

/** The recipe of a preset at a size. What it has no use for is left out of it. */
export function srganRecipe(choice: SRGANChoice): SRGANRecipe {
  const { preset: presetName, size: sizeName, network, game, icnr, head, norm, features, ...chosen } = choice;
  const preset: SRGANPreset = SRGAN_PRESETS[presetName];
  const size: SRGANSize = SRGAN_SIZES[sizeName];
  const { frozenStatistics, jitter, pixelWeight, textureWeight, ...settings } = {
    ...size.settings,
    ...chosen,
  };
  const { adversarialShare, adversarialWeight, ...others } = settings;
  const { discriminatorLead, discriminatorLr, discriminatorSchedule, ...general } = others;
  const discriminator = {
    ...size.discriminator,
    ...(head && { head }),
    ...(norm && { norm }),
  };
  const judged = preset.adversarialWeight > 0;
  const textured = preset.content !== "mse" && judged;
  const ofGame = { adversarialShare, discriminatorLead, discriminatorLr, discriminatorSchedule };
  return {
    generatorStart: network ? "trained" : icnr ? "icnr" : "random",
    ...(network && frozenStatistics && { frozenStatistics }),
    network: network ?? preset.network,
    content:
      preset.content === "mse"
        ? { kind: "mse", weight: 1 }
        : {
            kind: "vgg",
            layer: preset.content,
            ...(features ?? { weight: 1, reduction: "mean" }),
            ...(pixelWeight && { pixels: pixelWeight }),
          },
    discriminator: judged ? discriminator : null,
    adversarialWeight: judged ? (adversarialWeight ?? preset.adversarialWeight) : 0,
    ...(judged && Object.fromEntries(Object.entries(ofGame).filter(([, value]) => value !== undefined))),
    tvWeight: preset.tvWeight,
    ...(textured && textureWeight && { textureWeight }),
    ...(jitter && (discriminator.head !== "dense" || !judged) && { jitter }),
    game: { ...PAPER_GAME, ...size.game, ...game },
    batchSize: SRGAN_SIZES.paper.settings.batchSize,
    patch: size.patch,
    lr: 1e-4,
    schedule: preset.schedule,
    steps: preset.steps,
    seed: 0,
    allSymmetries: sizeName !== "paper",
    ema: 0,
    ...general,
  };
}

/** What a recipe needs of VGG19; undefined where it compares pixels only. */
export function featuresFor({
  content,
  textureWeight = 0,
}: Pick<SRGANRecipe, "content" | "textureWeight">): Required<Pick<VggOptions, "layer" | "upTo">> | undefined {
  if (content.kind === "mse") return undefined;
  const { layer } = content;
  return { layer, upTo: textureWeight > 0 ? deeperVggLayer(layer, LAST_TEXTURE_LAYER) : layer };
}

/** A recipe with another number of updates. The discriminator leads for as many of them as before, not for as large a share. */
export function withSteps(recipe: SRGANRecipe, steps: number): SRGANRecipe {
  const { discriminatorLead } = recipe;
  if (discriminatorLead === undefined || steps === recipe.steps) return { ...recipe, steps };
  return { ...recipe, steps, discriminatorLead: (discriminatorLead * recipe.steps) / steps };
}
