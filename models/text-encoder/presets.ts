/** The published ways to build and train a text encoder, and one that a processor can pay for. */
import { CHAR_CNN_RNN } from "./char-cnn-rnn.ts";
import type { EncoderForm, EncoderRecipe } from "./recipe.ts";
import { WORD_CNN_RNN, type WordCnnRnnConfig } from "./word-cnn-rnn.ts";

export const ENCODERS = ["char-cnn-rnn", "word-cnn-rnn"] as const;
export type EncoderKind = (typeof ENCODERS)[number];

/** What a preset leaves to the data and the options. */
type Open = "system" | "preset" | "form" | "side" | "features" | "size" | "frozen" | "unseen" | "validation";

export type EncoderPreset = Omit<EncoderRecipe, Open | "steps" | "decayEvery" | "seed"> & {
  /** Rounds through the classes, by the paper's count: as many updates as there are classes. Or updates. */
  readonly epochs?: number;
  readonly steps?: number;
  /** The rate falls after so many rounds, or along half a cosine. */
  readonly decayEpochs: number | "cosine";
  /** Two captions instead of a picture and a caption. */
  readonly captionsOnly?: boolean;
  readonly forms: Readonly<Record<EncoderKind, (vocabulary: readonly string[]) => EncoderForm>>;
};

const BOUND = { bound: 0.08 } as const;

const words = (vocabulary: readonly string[], config: Omit<WordCnnRnnConfig, "vocabulary">): EncoderForm => ({
  kind: "word-cnn-rnn",
  config: { ...config, vocabulary },
});

const published = (config: (typeof CHAR_CNN_RNN)[keyof typeof CHAR_CNN_RNN]) => ({
  "char-cnn-rnn": (): EncoderForm => ({ kind: "char-cnn-rnn", config }),
  "word-cnn-rnn": (vocabulary: readonly string[]) => words(vocabulary, WORD_CNN_RNN),
});

/** Reed et al., CVPR 2016, code: RMSprop at 7e-4, times 0.98 an epoch, 200 epochs. */
const JOINT = {
  batchSize: 40,
  width: 32,
  init: BOUND,
  optimizer: "rmsprop",
  lr: 7e-4,
  weightDecay: 0,
  decay: 0.98,
  decayEpochs: 1,
  epochs: 200,
} as const;

export const ENCODER_PRESETS = {
  paper: { ...JOINT, forms: published(CHAR_CNN_RNN.cvpr) },
  icml: { ...JOINT, forms: published(CHAR_CNN_RNN.icml) },
  /** icml2016's main_txt_coco.lua. */
  coco: {
    ...JOINT,
    forms: published(CHAR_CNN_RNN.icml),
    captionsOnly: true,
    batchSize: 64,
    init: { std: 0.02 },
    optimizer: "adam",
    lr: 2e-4,
    decay: 0.5,
    decayEpochs: 50,
  },
  /** Names and short sentences, on a processor. */
  small: {
    recoloured: true,
    batchSize: 64,
    width: 16,
    init: "kaiming",
    optimizer: "adamw",
    lr: 2e-3,
    weightDecay: 0.02,
    decay: 1,
    decayEpochs: "cosine",
    steps: 1500,
    forms: {
      "char-cnn-rnn": () => ({
        kind: "char-cnn-rnn",
        config: {
          channels: [96, 128, 128],
          hidden: 128,
          embedding: 192,
          recurrent: "gru",
          pool3: false,
          states: "mean",
          length: 84,
        },
      }),
      "word-cnn-rnn": (vocabulary) =>
        words(vocabulary, { channels: 128, hidden: 128, embedding: 192, length: 16 }),
    },
  },
} as const satisfies Readonly<Record<string, EncoderPreset>>;

export type EncoderPresetName = keyof typeof ENCODER_PRESETS;
