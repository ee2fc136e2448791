/**
 * The first GAN: fully connected networks that make and judge digits.
 * Goodfellow et al., "Generative Adversarial Nets", NIPS 2014; sizes, dropout and first weights of the authors' code for MNIST
 * (goodfeli/adversarial, mnist.yaml).
 */
import {
  Dropout,
  Initializer,
  Linear,
  Maxout,
  Module,
  type Rng,
  relu,
  reshape,
  sigmoid,
  type Tensor,
} from "../../engine/index.ts";
import { dropoutRng } from "../training/dropout-rng.ts";

export interface GanGeneratorOptions {
  /** Numbers of noise: 100. */
  readonly latentDim?: number;
  /** Units of both hidden layers: 1200. */
  readonly hidden?: number;
  /** Numbers in a picture: 784. */
  readonly pixels?: number;
  /** Mean of each pixel over the training set, in [0, 1]: the picture that training begins with. */
  readonly means?: Float64Array;
  readonly seed?: number;
}

export class GanGenerator extends Module {
  readonly latentDim: number;
  readonly h0: Linear;
  readonly h1: Linear;
  readonly y: Linear;

  constructor(options: GanGeneratorOptions = {}) {
    super();
    const { latentDim = 100, hidden = 1200, pixels = 784, means, seed = 0 } = options;
    const init = new Initializer(seed);
    const weightInit = { bound: 0.05 };
    this.latentDim = latentDim;
    this.h0 = new Linear(latentDim, hidden, init, { weightInit });
    this.h1 = new Linear(hidden, hidden, init, { weightInit });
    this.y = new Linear(hidden, pixels, init, {
      weightInit,
      ...(means && { biasInit: () => Float32Array.from(means, logit) }),
    });
  }

  /**
   * @param z [n, latentDim]
   * @returns [n, pixels], in [0, 1]
   */
  forward(z: Tensor): Tensor {
    const x = relu(this.h1.forward(relu(this.h0.forward(z)))); // [n, hidden]
    return sigmoid(this.y.forward(x)); // [n, pixels]
  }
}

/** The inverse of the sigmoid; pixels that never change are taken as nearly so. */
function logit(p: number): number {
  const inside = Math.min(Math.max(p, 1e-4), 1 - 1e-4);
  return Math.log(inside / (1 - inside));
}

export interface GanDiscriminatorOptions {
  readonly pixels?: number;
  /** Units of both hidden layers, each the largest of five linear functions: 240. */
  readonly hidden?: number;
  /** Shares of the input and of the hidden layers that dropout sets to 0: 0.2 and 0.5. */
  readonly dropout?: readonly [input: number, hidden: number];
  readonly seed?: number;
  /** Where dropout takes its random numbers from; by default from the seed. */
  readonly rng?: Rng;
}

export class GanDiscriminator extends Module {
  readonly h0: Maxout;
  readonly h1: Maxout;
  readonly y: Linear;
  readonly dropouts: readonly Dropout[];

  constructor(options: GanDiscriminatorOptions = {}) {
    super();
    const { pixels = 784, hidden = 240, dropout = [0.2, 0.5], seed = 1, rng = dropoutRng(seed) } = options;
    const init = new Initializer(seed);
    const weightInit = { bound: 0.005 };
    this.h0 = new Maxout(pixels, hidden, 5, init, { weightInit });
    this.h1 = new Maxout(hidden, hidden, 5, init, { weightInit });
    this.y = new Linear(hidden, 1, init, { weightInit });
    const [input, inner] = dropout;
    this.dropouts = [input, inner, inner].map((p) => new Dropout(p, rng));
  }

  /**
   * @param x [n, pixels], in [0, 1]
   * @returns [n], logits: positive for real
   */
  forward(x: Tensor): Tensor {
    const [first, second, third] = this.dropouts as [Dropout, Dropout, Dropout];
    const h0 = this.h0.forward(first.forward(x)); // [n, 240]
    const h1 = this.h1.forward(second.forward(h0)); // [n, 240]
    return reshape(this.y.forward(third.forward(h1)), [-1]);
  }
}
