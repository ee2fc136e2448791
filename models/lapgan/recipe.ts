/** The settings of one level's training, by preset. Plain data: a checkpoint stores it. */
import { InputError } from "../../engine/errors.ts";
import type { GameRecipe } from "../training/adversarial-recipe.ts";
import type { PyramidKind } from "./pyramid.ts";

/** The networks that a level can be made of: the paper's, its code's large ones for LSUN, and ours. */
export const NETWORK_KINDS = ["paper", "large", "modern"] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];

/** What a level's networks are. */
export interface LevelNetworks {
  /** Sides of all levels, coarse to fine. */
  readonly sizes: readonly number[];
  /** The level: a place in `sizes`. */
  readonly level: number;
  readonly networks: NetworkKind;
  /** Feature maps of a level's networks; hidden units of the paper's coarsest generator. */
  readonly width: number;
  /** Residual blocks of a modern finer generator. */
  readonly blocks: number;
  /** Classes told to the networks; 0 for none. */
  readonly classes: number;
  readonly pyramid: PyramidKind;
  /** Bands are set right so that images reduce to what they were made of (`consistentBand`). */
  readonly consistent: boolean;
  /**
   * Samples are drawn from noise that is so much smaller than in training: each is likelier to be good, and all are a little more
   * alike (Brock, Donahue and Simonyan 2019). 1 for none, as where an older recipe does not say.
   */
  readonly truncation?: number;
}

export interface LevelRecipe extends LevelNetworks, GameRecipe {
  readonly system: "lapgan";
  readonly preset: LapganPreset;
  /** Half of the pictures are mirrored. */
  readonly mirror: boolean;
}

export const sizeOfLevel = ({ sizes, level }: Pick<LevelNetworks, "sizes" | "level">): number =>
  sizes[level] as number;

/** The size that pictures are cut to, of which all levels are made. */
export const fullSize = ({ sizes }: Pick<LevelNetworks, "sizes">): number => sizes.at(-1) as number;

/** Side lengths of the levels, coarse to fine, by the pictures that they are for. */
export const LAPGAN_SIZES = {
  /** The paper's, on 28×28 crops. */
  cifar10: [8, 14, 28],
  stl10: [8, 16, 32, 64, 96],
  lsun: [4, 8, 16, 32, 64],
} as const;

/** Levels that a pyramid has at most: from 4 pixels to 512 by doubling. */
export const MOST_LEVELS = 8;

/** Levels for pictures of a side: the paper's for STL-10 and for its crops of CIFAR-10, else doubled up to the side. */
export function usualSizes(side: number, preset: LapganPreset): number[] {
  if (preset === "paper" && side === 32) return [...LAPGAN_SIZES.cifar10];
  if (side === 96) return [...LAPGAN_SIZES.stl10];
  const sizes = [side];
  while ((sizes[0] as number) % 2 === 0 && (sizes[0] as number) >= 16)
    sizes.unshift((sizes[0] as number) / 2);
  return sizes;
}

export const LAPGAN_PRESETS = ["paper", "modern"] as const;
export type LapganPreset = (typeof LAPGAN_PRESETS)[number];

export interface RecipeOptions {
  readonly sizes: readonly number[];
  readonly level: number;
  readonly classes: number;
  /** Pictures of the training set, which say how long an epoch is. */
  readonly pictures: number;
  readonly steps: number;
  readonly seed: number;
}

/**
 * The recipe of a level.
 * @throws InputError where the sizes do not grow, or the preset has no networks for them
 */
export function levelRecipe(
  preset: LapganPreset,
  options: RecipeOptions,
  networks?: NetworkKind,
): LevelRecipe {
  checkSizes(options.sizes);
  const recipe = preset === "paper" ? paperRecipe(options) : modernRecipe(options);
  if (networks === undefined || networks === recipe.networks) return recipe;
  const forms = networks === "modern" ? modernForm(options) : paperForm(options, networks);
  return { ...recipe, ...forms };
}

/** @param networks the paper's, or those of its code for LSUN: a coarsest level of 600 units, a second one of 128 maps */
const paperForm = ({ level }: RecipeOptions, networks: "paper" | "large") => {
  const width = networks === "paper" ? { base: 1200, fine: 64 } : { base: 600, fine: 128 };
  return {
    networks,
    width: level === 0 ? width.base : width.fine,
    blocks: 0,
    consistent: false,
    truncation: 1,
  };
};

/** @throws InputError unless sizes are whole numbers that grow, from 4 on */
export function checkSizes(sizes: readonly number[]): void {
  const grow = sizes.every((size, k) => Number.isInteger(size) && size > (sizes[k - 1] ?? 3));
  if (sizes.length === 0 || !grow)
    throw new InputError(
      `the sizes of a pyramid's levels grow from 4 pixels on, as 8,16,32; got ${sizes.join(",")}`,
    );
}

/** The paper's, to the letter (MODELS 3.7): SGD whose rate falls and whose momentum rises by the epoch. */
function paperRecipe(options: RecipeOptions): LevelRecipe {
  const { sizes, level, classes, pictures, steps, seed } = options;
  const batchSize = 64;
  const epoch = Math.ceil(pictures / batchSize);
  return {
    ...{ system: "lapgan", preset: "paper", sizes, level, classes, steps, seed, batchSize },
    ...paperForm(options, "paper"),
    pyramid: "torch",
    mirror: false,
    loss: "non-saturating",
    realTarget: 1,
    discriminatorScale: 0.5,
    ...{ r1: 0, r2: 0, penaltyEvery: 1, augment: [], ema: 0 },
    optimizer: "sgd",
    betas: [0.5, 0.999],
    lr: 0.02,
    discriminatorLr: 0.02,
    schedule: "decay",
    decay: 1.00004,
    decayEvery: epoch,
    // 0.5 to 0.8 by 0.0008 an epoch.
    momentum: [0.5, 0.8, 375 * epoch],
  };
}

/**
 * Pairs of real and generated pictures are compared, and both are penalised (R3GAN); at the finer levels the two of a pair are made of
 * one reduction. On flowers the coarsest level comes nearer to real pictures in 500 updates so than by the non-saturating loss in
 * 1,500. The penalty is on deviations of pixels, and at the finer levels on the mean of all patches: ten times as much leaves the
 * discriminator at one half for everything, and samples speckled. Widths and batches by size, so that an update of each finer level
 * costs about the same.
 */
const MODERN_LEVELS = [
  { upTo: 16, width: 40, blocks: 2, batchSize: 32, r1: 0.1, r2: 0.1 },
  { upTo: 32, width: 24, blocks: 1, batchSize: 16, r1: 0.3, r2: 0.3 },
  { upTo: Number.POSITIVE_INFINITY, width: 16, blocks: 1, batchSize: 8, r1: 1, r2: 1 },
] as const;
const MODERN_BASE = { width: 48, blocks: 0, batchSize: 64, r1: 0.1, r2: 0.1 } as const;

/** With all their noise the finer levels speckle what the coarsest one has made, which is rougher than what they have learnt from. */
const FINE_TRUNCATION = 0.2;

/** @throws InputError for a size that cannot be cut into blocks */
function modernForm({ sizes, level }: RecipeOptions) {
  const size = sizes[level] as number;
  if (size % 2 === 1)
    throw new InputError(
      `modern networks compute on blocks of 2×2 pixels: a level cannot have ${size}×${size}`,
    );
  const { width, blocks } = modernLevel(level, size);
  const halves = level > 0 && size === 2 * (sizes[level - 1] as number);
  const truncation = level === 0 ? 0.9 : FINE_TRUNCATION;
  return { networks: "modern", width, blocks, consistent: halves, truncation } as const;
}

function modernLevel(level: number, size: number) {
  if (level === 0) return MODERN_BASE;
  const { upTo: _, ...fine } = MODERN_LEVELS.find(
    ({ upTo }) => size <= upTo,
  ) as (typeof MODERN_LEVELS)[number];
  return fine;
}

/** For a few thousand pictures and minutes. */
function modernRecipe(options: RecipeOptions): LevelRecipe {
  const { sizes, level, classes, steps, seed } = options;
  return {
    ...modernLevel(level, sizes[level] as number),
    ...{ system: "lapgan", preset: "modern", sizes, level, classes, steps, seed },
    ...modernForm(options),
    pyramid: "torch",
    mirror: true,
    loss: "relativistic-pairing",
    realTarget: 1,
    discriminatorScale: 1,
    penaltyEvery: 8,
    augment: [],
    optimizer: "adam",
    betas: [0, 0.99],
    lr: 1e-3,
    discriminatorLr: 1e-3,
    schedule: "cosine",
    ema: 0.998,
    ...{ decay: 1, decayEvery: 1, momentum: [0, 0, 1] },
  };
}
