/**
 * A small convolutional classifier of pictures, trained and shipped by this project, to judge what generators make: it names
 * samples, and the layer before its last gives the features that Frechet and kernel distance are taken in.
 */
import { InputError } from "../../engine/errors.ts";
import {
  BatchNorm,
  Conv2d,
  Initializer,
  Linear,
  maxPool2d,
  mean,
  Module,
  relu,
  type Tensor,
} from "../../engine/index.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";

export interface ClassifierConfig {
  /** Of the pictures: 1 for grey, 3 for colour. */
  readonly channels: number;
  /** Channels of the 3×3 convolutions, a list a stage; between two stages height and width are halved. */
  readonly stages: readonly (readonly number[])[];
  readonly classes: number;
}

/** 3×3 convolution, batch norm, ReLU. */
class Block extends Module {
  readonly conv: Conv2d;
  readonly norm: BatchNorm;

  constructor(inChannels: number, outChannels: number, init: Initializer) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, 3, init, { padding: 1, bias: false });
    this.norm = new BatchNorm(outChannels);
  }

  forward(x: Tensor): Tensor {
    return relu(this.norm.forward(this.conv.forward(x))); // [n, h, w, outChannels]
  }
}

export class Classifier extends Module {
  readonly config: ClassifierConfig;
  readonly stages: Block[][];
  readonly head: Linear;

  constructor(config: ClassifierConfig, seed = 0) {
    super();
    const init = new Initializer(seed);
    let width = config.channels;
    this.config = config;
    this.stages = config.stages.map((widths) =>
      widths.map((out) => {
        const block = new Block(width, out, init);
        width = out;
        return block;
      }),
    );
    this.head = new Linear(width, config.classes, init, { weightInit: "torch" });
  }

  /** Numbers in a picture's features. */
  get featureSize(): number {
    return this.config.stages.at(-1)?.at(-1) ?? this.config.channels;
  }

  /**
   * What the last layer sees: the mean of each channel over the picture.
   * @param pictures [n, h, w, channels] in [-1, 1], of the size that it was trained with
   * @returns [n, features]
   */
  features(pictures: Tensor): Tensor {
    const maps = this.stages.reduce(
      (x, blocks, stage) =>
        blocks.reduce((y, block) => block.forward(y), stage > 0 ? maxPool2d(x, { kernel: 2 }) : x),
      pictures,
    ); // [n, h / 2^(stages - 1), w / 2^(stages - 1), features]
    return mean(maps, [1, 2]); // [n, features]
  }

  /** @returns logits, [n, classes] */
  forward(pictures: Tensor): Tensor {
    return this.head.forward(this.features(pictures));
  }
}

/** A classifier in evaluation mode from a weights file, whose shapes say its form. @throws InputError when it holds none */
export function parseClassifier(bytes: Uint8Array, file: string): Classifier {
  const { tensors } = openWeights(bytes, file);
  const net = new Classifier(configOf(tensors, file));
  net.loadStateDict(tensors, file);
  return net.eval();
}

function configOf(tensors: ReadonlyMap<string, HostTensor>, file: string): ClassifierConfig {
  const head = tensors.get("head.weight");
  const first = tensors.get("stages.0.0.conv.weight");
  if (!head || !first)
    throw new InputError(`${file} holds no classifier: it has no stages.0.0.conv.weight and head.weight`);
  const stages: number[][] = [];
  for (let stage = 0; tensors.has(`stages.${stage}.0.conv.weight`); stage++) {
    const widths: number[] = [];
    for (let k = 0; ; k++) {
      const weight = tensors.get(`stages.${stage}.${k}.conv.weight`);
      if (!weight) break;
      widths.push(weight.shape[0] as number);
    }
    stages.push(widths);
  }
  return { channels: first.shape[1] as number, classes: head.shape[0] as number, stages };
}
