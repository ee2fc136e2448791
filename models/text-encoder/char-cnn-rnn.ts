/**
 * The text encoder of the text-to-image GAN: convolutions over characters, then a recurrent network over what they found.
 * Reed, Akata, Lee and Schiele, "Learning Deep Representations of Fine-Grained Visual Descriptions", CVPR 2016; the
 * variants are those of the authors' code (reedscot/cvpr2016 and icml2016).
 */
import { GanvasError } from "../../engine/errors.ts";
import {
  Conv1d,
  Gru,
  Initializer,
  Linear,
  maxPool1d,
  mean,
  ReluRnn,
  relu,
  slice,
  squeeze,
  type Tensor,
  type WeightInit,
} from "../../engine/index.ts";
import { CaptionEncoder, ENCODER_INIT } from "./caption-encoder.ts";
import { convolveSymbols } from "./one-hot.ts";
import { ALPHABET, TEXT_LENGTH, textIds } from "./text-input.ts";

export interface CharCnnRnnOptions {
  /** Channels of the three convolutions: 384, 512, 512. */
  readonly channels?: readonly [number, number, number];
  /** Units of the recurrent network: 512. */
  readonly hidden?: number;
  /** Numbers of the embedding: 1024. */
  readonly embedding?: number;
  /** Gated recurrent units, or a plain recurrent network with ReLU. */
  readonly recurrent?: "gru" | "rnn";
  /** Whether the third convolution is pooled too, which leaves 8 steps instead of 18. */
  readonly pool3?: boolean;
  /** What of the recurrent network's states is embedded: their mean, or the last alone. */
  readonly states?: "mean" | "last";
  /** Characters that are read of a caption: 201. */
  readonly length?: number;
  readonly seed?: number;
  /** How all weights begin: uniform within 0.08. */
  readonly weightInit?: WeightInit;
}

export type CharCnnRnnConfig = Required<Omit<CharCnnRnnOptions, "seed" | "weightInit">>;

const SHARED = { embedding: 1024, states: "mean", length: TEXT_LENGTH } as const;

/** The published variants: for new training (birds and COCO of ICML 2016), for flowers there, and of CVPR 2016. */
export const CHAR_CNN_RNN = {
  icml: { ...SHARED, channels: [384, 512, 512], hidden: 512, recurrent: "gru", pool3: false },
  icmlFlowers: { ...SHARED, channels: [384, 512, 512], hidden: 512, recurrent: "rnn", pool3: true },
  cvpr: { ...SHARED, channels: [384, 512, 256], hidden: 256, recurrent: "rnn", pool3: true },
} as const satisfies Record<string, CharCnnRnnConfig>;

/** Steps of the recurrent network for a caption of so many characters. */
export function stepsOf({ length, pool3 }: Pick<CharCnnRnnConfig, "length" | "pool3">): number {
  const pooled = (size: number) => Math.floor((size - 3) / 3); // a convolution of 4 characters, then the largest of each 3
  const steps = pooled(pooled(length)) - 3;
  return pool3 ? Math.floor((steps - 3) / 2) + 1 : steps;
}

export class CharCnnRnn extends CaptionEncoder {
  readonly config: CharCnnRnnConfig;
  readonly conv1: Conv1d;
  readonly conv2: Conv1d;
  readonly conv3: Conv1d;
  readonly rnn: Gru | ReluRnn;
  readonly proj: Linear;

  constructor(options: CharCnnRnnOptions = {}) {
    super();
    const { seed = 0, weightInit = ENCODER_INIT, ...given } = options;
    const config: CharCnnRnnConfig = { ...CHAR_CNN_RNN.icml, ...given };
    if (stepsOf(config) < 1)
      throw new GanvasError(
        `CharCnnRnn: of ${config.length} characters no step is left for the recurrent network`,
      );
    const [c1, c2, c3] = config.channels;
    const init = new Initializer(seed);
    this.config = config;
    this.conv1 = new Conv1d(ALPHABET.length, c1, 4, init, { weightInit });
    this.conv2 = new Conv1d(c1, c2, 4, init, { weightInit });
    this.conv3 = new Conv1d(c2, c3, 4, init, { weightInit });
    this.rnn = new (config.recurrent === "gru" ? Gru : ReluRnn)(c3, config.hidden, init, { weightInit });
    this.proj = new Linear(config.hidden, config.embedding, init, { weightInit });
  }

  get embedding(): number {
    return this.config.embedding;
  }

  get length(): number {
    return this.config.length;
  }

  readonly symbols = "characters";

  piecesOf(caption: string): readonly string[] {
    return [...caption.toLowerCase()];
  }

  idsOf(caption: string): Int32Array<ArrayBuffer> {
    return textIds(caption, this.length);
  }

  /**
   * @param ids [n, 201], i32, the characters' numbers (`textIds`)
   * @returns [n, 1024]
   */
  forward(ids: Tensor): Tensor {
    const seen = relu(convolveSymbols(this.conv1, ids)); // [n, 198, 384]
    let x = maxPool1d(seen, { kernel: 3, stride: 3 }); // [n, 66, 384]
    x = maxPool1d(relu(this.conv2.forward(x)), { kernel: 3, stride: 3 }); // [n, 21, 512]
    x = relu(this.conv3.forward(x)); // [n, 18, 512]
    if (this.config.pool3) x = maxPool1d(x, { kernel: 3, stride: 2 }); // [n, 8, 512]
    const states = this.rnn.forward(x.permute([1, 0, 2])); // [steps, n, 512]
    const last = states.shape[0] as number;
    const read =
      this.config.states === "mean" ? mean(states, 0) : squeeze(slice(states, [last - 1], [last]), 0);
    return this.proj.forward(read); // [n, 1024]
  }
}
