/** The networks of table 1 of Ledig et al. 2017 and of the paper's first version, as recipes of one trainer. */
import {
  type DiscriminatorHead,
  SRGAN_DISCRIMINATOR_PAPER,
  type SRGANDiscriminatorConfig,
} from "../srgan-discriminator.ts";
import type { FeatureReduction } from "../srgan-losses.ts";
import { SRRESNET_PAPER, type SRResNetConfig } from "../srresnet.ts";
import type { VggLayer } from "../vgg19.ts";
import type { Recipe, Schedule } from "./recipe.ts";
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
  /** Updates at the start in which only the discriminator learns, so that its first answers are worth following. */
  readonly discriminatorLead?: number;
  readonly adversarialWeight: number;
  /** As in `GeneratorLossOptions`. */
  readonly adversarialShare?: number;
  readonly tvWeight: number;
  readonly gridWeight?: number;
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

/** What a run may cost: the size of what is seen at once, and of the discriminator. */
export interface SRGANSize {
  readonly batchSize: number;
  readonly patch: number;
  readonly discriminator: SRGANDiscriminatorConfig;
  /** Updates of a run that names no number. */
  readonly steps: number | "paper";
}

export const SRGAN_SIZES = {
  /** The paper's; for a GPU. */
  paper: { batchSize: 16, patch: 96, discriminator: SRGAN_DISCRIMINATOR_PAPER, steps: "paper" },
  /** For a processor: half the channels, judged by the mean of each feature. */
  compact: {
    batchSize: 8,
    patch: 64,
    discriminator: { ...SRGAN_DISCRIMINATOR_PAPER, width: 32, hidden: 256, inputSize: 64, head: "gap" },
    steps: 3000,
  },
  /** To try things out in seconds. */
  tiny: {
    batchSize: 2,
    patch: 32,
    discriminator: { ...SRGAN_DISCRIMINATOR_PAPER, width: 4, hidden: 16, inputSize: 32 },
    steps: 20,
  },
} as const satisfies Record<string, SRGANSize>;

export type SRGANSizeName = keyof typeof SRGAN_SIZES;

export interface SRGANChoice {
  readonly preset: SRGANPresetName;
  readonly size: SRGANSizeName;
  /** Of the file that the generator comes from; the preset's by default. */
  readonly network?: SRResNetConfig;
  readonly steps?: number;
  readonly seed?: number;
  readonly lr?: number;
  /** The preset's by default. */
  readonly schedule?: Schedule;
  readonly candidates?: number;
  readonly batchSize?: number;
  /** 1e-3 in the paper, whose discriminator has batch norm; one with spectral norm has smaller gradients. */
  readonly adversarialWeight?: number;
  readonly adversarialShare?: number;
  /** The generator's by default. */
  readonly discriminatorLr?: number;
  readonly discriminatorLead?: number;
  /** Of the pixels beside features; 0 by default. */
  readonly pixelWeight?: number;
  /** Of `gridPenalty`; 0 by default. */
  readonly gridWeight?: number;
  readonly jitter?: boolean;
  readonly frozenStatistics?: boolean;
  readonly ema?: number;
  readonly game?: Partial<Game>;
  /** Sub-pixels of a generator that comes from no file start equal. */
  readonly icnr?: boolean;
  /** What the discriminator ends with; the size's by default. */
  readonly head?: DiscriminatorHead;
  /** Spectral instead of batch normalisation in the discriminator. */
  readonly spectralNorm?: boolean;
  /** Weight and reduction of the features, for presets that use VGG. */
  readonly features?: { readonly weight: number; readonly reduction: FeatureReduction };
}

/** The recipe of a preset at a size. */
export function srganRecipe(choice: SRGANChoice): SRGANRecipe {
  const preset: SRGANPreset = SRGAN_PRESETS[choice.preset];
  const size: SRGANSize = SRGAN_SIZES[choice.size];
  const { features = { weight: 1, reduction: "mean" } } = choice;
  const discriminator = {
    ...size.discriminator,
    ...(choice.head && { head: choice.head }),
    ...(choice.spectralNorm && { norm: "spectral" as const }),
  };
  return {
    generatorStart: choice.network ? "trained" : choice.icnr ? "icnr" : "random",
    ...(choice.frozenStatistics && { frozenStatistics: true }),
    network: choice.network ?? preset.network,
    content:
      preset.content === "mse"
        ? { kind: "mse", weight: 1 }
        : {
            kind: "vgg",
            layer: preset.content,
            ...features,
            ...(choice.pixelWeight !== undefined && { pixels: choice.pixelWeight }),
          },
    discriminator: preset.adversarialWeight > 0 ? discriminator : null,
    ...(choice.discriminatorLr !== undefined && { discriminatorLr: choice.discriminatorLr }),
    ...(choice.discriminatorLead !== undefined && { discriminatorLead: choice.discriminatorLead }),
    ...(choice.adversarialShare !== undefined && { adversarialShare: choice.adversarialShare }),
    adversarialWeight: choice.adversarialWeight ?? preset.adversarialWeight,
    tvWeight: preset.tvWeight,
    ...(choice.gridWeight !== undefined && { gridWeight: choice.gridWeight }),
    ...(choice.jitter && { jitter: true }),
    game: { ...PAPER_GAME, ...choice.game },
    batchSize: choice.batchSize ?? size.batchSize,
    patch: size.patch,
    lr: choice.lr ?? 1e-4,
    schedule: choice.schedule ?? preset.schedule,
    steps: choice.steps ?? (size.steps === "paper" ? preset.steps : size.steps),
    seed: choice.seed ?? 0,
    ...(choice.candidates !== undefined && { candidates: choice.candidates }),
    allSymmetries: choice.size !== "paper",
    ema: choice.ema ?? 0,
  };
}
