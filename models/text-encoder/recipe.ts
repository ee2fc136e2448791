/** How a text encoder is built and trained. Plain data: it is stored in files of weights. */
import * as v from "valibot";
import type { RunRecipe } from "../training/trainer.ts";
import { type CharCnnRnnConfig, CharCnnRnn } from "./char-cnn-rnn.ts";
import type { WeightInit } from "../../engine/index.ts";
import { type CaptionEncoder, ENCODER_INIT } from "./caption-encoder.ts";
import { WordCnnRnn, type WordCnnRnnConfig } from "./word-cnn-rnn.ts";

/** What a file of weights has to be known by. */
export type EncoderForm =
  | { readonly kind: "char-cnn-rnn"; readonly config: CharCnnRnnConfig }
  | { readonly kind: "word-cnn-rnn"; readonly config: WordCnnRnnConfig };

/**
 * What a caption's embedding is to be near to:
 * - "features": vectors of the picture that a network knows already or a file holds, times a matrix that is learnt;
 * - "vectors": the same as they are, which have as many numbers as the embedding (the paper's way);
 * - "pictures": what a small network of convolutions, learnt beside, makes of the picture;
 * - "captions": another caption of the same picture (the recipe for COCO).
 */
export const SIDES = ["features", "vectors", "pictures", "captions"] as const;
export type Side = (typeof SIDES)[number];

export interface EncoderRecipe extends RunRecipe {
  readonly system: "text-encoder";
  readonly preset: string;
  readonly form: EncoderForm;
  readonly side: Side;
  /** Numbers of the vectors, where there are some. */
  readonly features: number;
  /** Width and height of the pictures, in pixels. */
  readonly size: number;
  /** Channels of the first convolution over pictures, where there is one. */
  readonly width: number;
  /** Whether only the pictures' side learns, the encoder being one that was trained before. */
  readonly frozen: boolean;
  /** Pictures of one colour are also seen in others, with captions that name them. */
  readonly recoloured?: boolean;
  /** How all weights begin. */
  readonly init: WeightInit;
  /** Names of the classes that are kept from training, to be judged on. */
  readonly unseen: readonly string[];
  /** Names of further ones, by which the best weights are chosen. */
  readonly validation: readonly string[];
  readonly optimizer: "rmsprop" | "adam" | "adamw";
  readonly lr: number;
  /** Of the weights themselves, beside each update (AdamW). */
  readonly weightDecay: number;
  /** The rate is multiplied by this ... */
  readonly decay: number;
  /** ... after every so many updates, the paper's epoch; or falls along half a cosine. */
  readonly decayEvery: number | "cosine";
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const ENCODER_RECIPE = v.looseObject({
  system: v.literal("text-encoder"),
  preset: v.string(),
  form: v.looseObject({ kind: v.picklist(["char-cnn-rnn", "word-cnn-rnn"]), config: v.looseObject({}) }),
  side: v.picklist(SIDES),
  unseen: v.array(v.string()),
  validation: v.array(v.string()),
  batchSize: count,
  steps: count,
  seed: count,
});

/** A network with random weights. */
export const encoderOf = (
  { kind, config }: EncoderForm,
  seed = 0,
  weightInit: WeightInit = ENCODER_INIT,
): CaptionEncoder =>
  kind === "char-cnn-rnn"
    ? new CharCnnRnn({ ...config, seed, weightInit })
    : new WordCnnRnn(config, seed, weightInit);
