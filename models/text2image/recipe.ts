/** How text to image is built and trained: the paper's four ways, and one that works on small machines. Plain data: it is stored in files. */
import * as v from "valibot";
import type { GameRecipe } from "../training/adversarial-recipe.ts";

export const TEXT2IMAGE_NETWORKS = ["paper", "affine"] as const;

/** What the networks' weights have to be known by. */
export interface Text2ImageForm {
  /** Those of the paper's code (`networks.ts`), or features scaled and shifted by the sentence (`affine-networks.ts`). */
  readonly networks: (typeof TEXT2IMAGE_NETWORKS)[number];
  /** Channels of the generator at half the side. */
  readonly ngf: number;
  /** Channels of the discriminator at half the side. */
  readonly ndf: number;
  /** Numbers of noise, normal. */
  readonly latentDim: number;
  /** Numbers of a caption's embedding. */
  readonly textDim: number;
  /** Numbers it is projected to, in each network by weights of its own. */
  readonly textProjDim: number;
  /** Of the paper's networks: residual bottlenecks, as its code has them. */
  readonly residual: boolean;
  /** How many styles the pictures have, where they are told to the networks. */
  readonly styles?: number;
  /** The first numbers of noise, which say whose style a picture is in (`noise.ts`); none by default. */
  readonly styleDim?: number;
}

export interface Text2ImageRecipe extends GameRecipe, Text2ImageForm {
  readonly system: "text2image";
  readonly preset: Text2ImagePreset;
  /** The discriminator is shown real pictures with captions of others (GAN-CLS). */
  readonly mismatched: boolean;
  /** The generator also learns by embeddings halfway between two captions (GAN-INT). */
  readonly interpolated: boolean;
  /** Captions of a picture whose embeddings are averaged each time it is used: 1 as in the paper, 4 in its code. */
  readonly captionsAtOnce: number;
  /** Pictures of one colour whose captions name none are seen in other colours that their captions then name: this share. */
  readonly recoloured: number;
  /** Weight of how far pictures are from the sentence's own, pixel by pixel and in coarser colours (`training.ts`); 0 for none. */
  readonly resemblance?: number;
  /** Half of the pictures are mirrored left to right. */
  readonly mirror: boolean;
  /** Side of the pictures before squares of 64 pixels are cut out at random. */
  readonly uncut: number;
  /** Classes that are not trained on. */
  readonly unseen: readonly string[];
  /** Captions that are drawn on a run's sheet, and where nobody asks for any. */
  readonly shown: readonly string[];
}

/** Width and height of what is made, in pixels. */
export const SIDE = 64;

/** What a preset leaves to the data and the run. */
type Open = "system" | "preset" | "seed" | "textDim" | "unseen" | "shown" | "styles";

/** Sections 4 and 5 of the paper; networks, sizes and schedule of its code (reedscot/icml2016) for birds and flowers. */
const PAPER = {
  networks: "paper",
  ngf: 128,
  ndf: 64,
  latentDim: 100,
  textProjDim: 128,
  residual: true,
  captionsAtOnce: 4,
  recoloured: 0,
  mirror: true,
  uncut: 76,
  batchSize: 64,
  loss: "non-saturating",
  realTarget: 1,
  discriminatorScale: 1,
  r1: 0,
  r2: 0,
  penaltyEvery: 1,
  augment: [],
  optimizer: "adam",
  betas: [0.5, 0.999],
  lr: 2e-4,
  discriminatorLr: 2e-4,
  schedule: "decay",
  decay: 2,
  momentum: [0, 0, 1],
  ema: 0,
} as const;

/** Rounds through the pictures in all, and after how many the rate is halved each time. */
export const PAPER_ROUNDS = { all: 600, halved: 100 } as const;

/** Of 8,855 pictures, as birds are. */
const PAPER_STEPS = {
  steps: Math.ceil(8855 / 64) * PAPER_ROUNDS.all,
  decayEvery: Math.ceil(8855 / 64) * PAPER_ROUNDS.halved,
};

export const TEXT2IMAGE_PRESETS = {
  modern: {
    ...PAPER,
    networks: "affine",
    ngf: 24,
    ndf: 16,
    latentDim: 64,
    styleDim: 16,
    textProjDim: 96,
    residual: false,
    mismatched: true,
    interpolated: true,
    captionsAtOnce: 1,
    recoloured: 0.5,
    resemblance: 2,
    mirror: false,
    uncut: SIDE,
    batchSize: 16,
    loss: "relativistic-pairing",
    r1: 0.1,
    r2: 0.1,
    penaltyEvery: 8,
    betas: [0, 0.99],
    lr: 5e-4,
    discriminatorLr: 1e-3,
    schedule: "cosine",
    decay: 1,
    steps: 4600,
    decayEvery: 1,
    ema: 0.998,
  },
  gan: { ...PAPER, ...PAPER_STEPS, mismatched: false, interpolated: false },
  "gan-cls": { ...PAPER, ...PAPER_STEPS, mismatched: true, interpolated: false },
  "gan-int": { ...PAPER, ...PAPER_STEPS, mismatched: false, interpolated: true },
  "gan-int-cls": { ...PAPER, ...PAPER_STEPS, mismatched: true, interpolated: true },
} as const satisfies Readonly<Record<string, Omit<Text2ImageRecipe, Open | "preset">>>;

export type Text2ImagePreset = keyof typeof TEXT2IMAGE_PRESETS;

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6));

/** What a recipe looks like in a file. */
export const TEXT2IMAGE_RECIPE = v.looseObject({
  system: v.literal("text2image"),
  preset: v.picklist(Object.keys(TEXT2IMAGE_PRESETS) as Text2ImagePreset[]),
  networks: v.picklist(TEXT2IMAGE_NETWORKS),
  ngf: count,
  ndf: count,
  latentDim: count,
  textDim: count,
  textProjDim: count,
  residual: v.boolean(),
  styles: v.optional(count),
  styleDim: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e6))),
  mismatched: v.boolean(),
  interpolated: v.boolean(),
  captionsAtOnce: count,
  unseen: v.array(v.string()),
  shown: v.pipe(v.array(v.string()), v.minLength(1)),
  batchSize: count,
  steps: count,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
