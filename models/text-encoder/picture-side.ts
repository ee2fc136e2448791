/** What brings a picture into the space of the captions' embeddings. */
import {
  BatchNorm,
  Conv2d,
  Initializer,
  Linear,
  Module,
  relu,
  reshape,
  type Tensor,
} from "../../engine/index.ts";

/** Vectors of pictures by a matrix that is learnt. */
export class VectorSide extends Module {
  readonly proj: Linear;

  constructor(features: number, embedding: number, seed: number) {
    super();
    this.proj = new Linear(features, embedding, new Initializer(seed), { weightInit: "torch" });
  }

  /** @param vectors [n, features] @returns [n, embedding] */
  forward(vectors: Tensor): Tensor {
    return this.proj.forward(vectors);
  }
}

export interface PictureSideConfig {
  /** Of the pictures in pixels, a multiple of 16. */
  readonly size: number;
  /** Channels of the first convolution; the others have two, four and six times as many. */
  readonly width: number;
  readonly embedding: number;
}

/** A small network of convolutions; each halves height and width. */
export class PictureSide extends Module {
  readonly config: PictureSideConfig;
  readonly convs: Conv2d[];
  readonly norms: BatchNorm[];
  readonly proj: Linear;

  constructor(config: PictureSideConfig, seed: number) {
    super();
    const { size, width, embedding } = config;
    const init = new Initializer(seed);
    const channels = [3, width, 2 * width, 4 * width, 6 * width];
    this.config = config;
    this.convs = channels
      .slice(1)
      .map(
        (out, k) => new Conv2d(channels[k] as number, out, 4, init, { stride: 2, padding: 1, bias: false }),
      );
    this.norms = channels.slice(1).map((out) => new BatchNorm(out));
    this.proj = new Linear(6 * width * (size / 16) ** 2, embedding, init, { weightInit: "torch" });
  }

  /** @param pictures [n, size, size, 3] in [-1, 1] @returns [n, embedding] */
  forward(pictures: Tensor): Tensor {
    const maps = this.convs.reduce(
      (x, conv, k) => relu((this.norms[k] as BatchNorm).forward(conv.forward(x))),
      pictures,
    ); // [n, size / 16, size / 16, 6 width]
    return this.proj.forward(reshape(maps, [pictures.shape[0] as number, -1])); // [n, embedding]
  }
}
