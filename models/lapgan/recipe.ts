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
  /** Feature maps of a finer level's networks, or hidden units of the coarsest generator. */
  readonly width: number;
  /** Residual blocks of a modern finer generator. */
  readonly blocks: number;
  /** Classes told to the networks; 0 for none. */
  readonly classes: number;
  readonly pyramid: PyramidKind;
  /** Bands are set right so that images reduce to what they were made of (`consistentBand`). */
  readonly consistent: boolean;
}

export interface LevelRecipe extends LevelNetworks, GameRecipe {
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
export function levelRecipe(preset: LapganPreset, options: RecipeOptions): LevelRecipe {
  checkSizes(options.sizes);
  return preset === "paper" ? paperRecipe(options) : modernRecipe(options);
}

/** @throws InputError unless sizes are whole numbers that grow, from 4 on */
export function checkSizes(sizes: readonly number[]): void {
  const grow = sizes.every((size, k) => Number.isInteger(size) && size > (sizes[k - 1] ?? 3));
  if (sizes.length === 0 || !grow)
    throw new InputError(
      `the sizes of a pyramid's levels grow from 4 pixels on, as 8,16,32; got ${sizes.join(",")}`,
    );
}

/** The paper's, to the letter (MODELS 3.7): SGD whose rate falls and whose momentum rises by the epoch. */
function paperRecipe({ sizes, level, classes, pictures, steps, seed }: RecipeOptions): LevelRecipe {
  const batchSize = 64;
  const epoch = Math.ceil(pictures / batchSize);
  return {
    ...{ sizes, level, classes, steps, seed, batchSize },
    networks: "paper",
    width: level === 0 ? 1200 : 64,
    blocks: 0,
    pyramid: "torch",
    consistent: false,
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

/** Widths and batches by size: each doubling costs about the same, four times the pixels for a quarter of the channels. */
const MODERN_LEVELS = [
  { upTo: 16, width: 40, blocks: 2, batchSize: 16, r1: 1 },
  { upTo: 32, width: 24, blocks: 1, batchSize: 8, r1: 3 },
  { upTo: Number.POSITIVE_INFINITY, width: 16, blocks: 1, batchSize: 4, r1: 10 },
] as const;
const MODERN_BASE = { width: 64, blocks: 0, batchSize: 32, r1: 1 } as const;

/** For a few thousand pictures and minutes. */
function modernRecipe({ sizes, level, classes, steps, seed }: RecipeOptions): LevelRecipe {
  const size = sizes[level] as number;
  if (level > 0 && size % 2 === 1)
    throw new InputError(
      `modern networks compute on blocks of 2×2 pixels: a level cannot have ${size}×${size}`,
    );
  const fine = MODERN_LEVELS.find(({ upTo }) => size <= upTo) as (typeof MODERN_LEVELS)[number];
  const { width, blocks, batchSize, r1 } = level === 0 ? MODERN_BASE : fine;
  return {
    ...{ sizes, level, classes, steps, seed, width, blocks, batchSize, r1 },
    networks: "modern",
    pyramid: "torch",
    consistent: level > 0 && size === 2 * (sizes[level - 1] as number),
    mirror: true,
    loss: "non-saturating",
    realTarget: 1,
    discriminatorScale: 1,
    r2: 0,
    penaltyEvery: 8,
    augment: [],
    optimizer: "adam",
    betas: [0, 0.99],
    lr: 2e-3,
    discriminatorLr: 2e-3,
    schedule: "cosine",
    ...{ decay: 1, decayEvery: 1, momentum: [0, 0, 1] },
    ema: 0.99,
  };
}
