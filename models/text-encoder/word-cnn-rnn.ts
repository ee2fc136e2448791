/** The same over words instead of characters: the best text encoder of the paper (Reed et al., CVPR 2016, section 4.2). */
import {
  Conv1d,
  Initializer,
  Linear,
  maxPool1d,
  mean,
  ReluRnn,
  relu,
  type Tensor,
  type WeightInit,
} from "../../engine/index.ts";
import { wordsOf } from "../datasets/sentences.ts";
import { CaptionEncoder, ENCODER_INIT } from "./caption-encoder.ts";
import { convolveSymbols } from "./one-hot.ts";

export interface WordCnnRnnConfig {
  /** The words that are read, numbered from 1; others are 0. */
  readonly vocabulary: readonly string[];
  /** Channels of the three convolutions: 512. */
  readonly channels: number;
  /** Units of the recurrent network: 512. */
  readonly hidden: number;
  /** Numbers of the embedding: 1024. */
  readonly embedding: number;
  /** Words that are read of a caption: 30. */
  readonly length: number;
}

export const WORD_CNN_RNN = { channels: 512, hidden: 512, embedding: 1024, length: 30 } as const;

export class WordCnnRnn extends CaptionEncoder {
  readonly config: WordCnnRnnConfig;
  readonly conv1: Conv1d;
  readonly conv2: Conv1d;
  readonly conv3: Conv1d;
  readonly rnn: ReluRnn;
  readonly proj: Linear;
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(
    given: Pick<WordCnnRnnConfig, "vocabulary"> & Partial<WordCnnRnnConfig>,
    seed = 0,
    weightInit: WeightInit = ENCODER_INIT,
  ) {
    super();
    const config: WordCnnRnnConfig = { ...WORD_CNN_RNN, ...given };
    const { vocabulary, channels, hidden, embedding } = config;
    const init = new Initializer(seed);
    this.config = config;
    this.numbers = new Map(vocabulary.map((word, k) => [word, k + 1]));
    this.conv1 = new Conv1d(vocabulary.length, channels, 3, init, { weightInit });
    this.conv2 = new Conv1d(channels, channels, 2, init, { weightInit });
    this.conv3 = new Conv1d(channels, channels, 2, init, { weightInit });
    this.rnn = new ReluRnn(channels, hidden, init, { weightInit });
    this.proj = new Linear(hidden, embedding, init, { weightInit });
  }

  get embedding(): number {
    return this.config.embedding;
  }

  get length(): number {
    return this.config.length;
  }

  readonly symbols = "words";

  piecesOf(caption: string): readonly string[] {
    return wordsOf(caption);
  }

  idsOf(caption: string): Int32Array<ArrayBuffer> {
    const ids = new Int32Array(this.length);
    for (const [at, word] of wordsOf(caption).slice(0, this.length).entries())
      ids[at] = this.numbers.get(word) ?? 0;
    return ids;
  }

  /**
   * @param ids [n, 30], i32, the words' numbers
   * @returns [n, 1024]
   */
  forward(ids: Tensor): Tensor {
    let x = relu(convolveSymbols(this.conv1, ids)); // [n, 28, 512]
    x = maxPool1d(relu(this.conv2.forward(x)), { kernel: 3, stride: 3 }); // [n, 9, 512]
    x = relu(this.conv3.forward(x)); // [n, 8, 512]
    const states = this.rnn.forward(x.permute([1, 0, 2])); // [8, n, 512]
    return this.proj.forward(mean(states, 0)); // [n, 1024]
  }
}
