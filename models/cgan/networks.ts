/**
 * The conditional GAN: both networks are told the class of the digit.
 * Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014; initial weights of the code it was built on
 * (goodfeli/adversarial): uniform, ±0.05 in the generator and ±0.005 in the discriminator.
 */
import {
  concat,
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

export interface CganGeneratorOptions {
  /** Numbers of noise: 100. */
  readonly latentDim?: number;
  /** Classes: 10. */
  readonly classes?: number;
  /** Units that see the noise: 200. */
  readonly noiseUnits?: number;
  /** Units that see the class: 1000. */
  readonly classUnits?: number;
  /** Units of the joint layer: 1200. */
  readonly hidden?: number;
  /** Pixels: 784. */
  readonly pixels?: number;
  readonly seed?: number;
  /** Where dropout takes its random numbers from; by default from the seed. */
  readonly rng?: Rng;
  /** What the bias of the pixels begins as: `marginalBias` of the data in the paper's code; by default zeros. */
  readonly outputBias?: Float32Array;
  /** Initial weights are uniform between plus and minus this: 0.05. */
  readonly initialBound?: number;
}

/** The bias with which a sigmoid gives each pixel its mean over the data. @param means [pixels], in [0, 1] */
export const marginalBias = (means: ArrayLike<number>): Float32Array =>
  Float32Array.from(means, (mean) => {
    const inside = Math.min(Math.max(mean, 1e-7), 1 - 1e-7);
    return Math.log(inside / (1 - inside));
  });

export class CganGenerator extends Module {
  readonly latentDim: number;
  readonly fz: Linear;
  readonly fy: Linear;
  readonly fh: Linear;
  readonly fo: Linear;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

  constructor(options: CganGeneratorOptions = {}) {
    super();
    const {
      latentDim = 100,
      classes = 10,
      noiseUnits = 200,
      classUnits = 1000,
      hidden = 1200,
      pixels = 784,
      seed = 0,
      rng = dropoutRng(seed),
      outputBias,
      initialBound: bound = 0.05,
    } = options;
    const init = new Initializer(seed);
    const weightInit = { bound };
    this.latentDim = latentDim;
    this.fz = new Linear(latentDim, noiseUnits, init, { weightInit });
    this.fy = new Linear(classes, classUnits, init, { weightInit });
    this.fh = new Linear(noiseUnits + classUnits, hidden, init, { weightInit });
    this.fo = new Linear(hidden, pixels, init, {
      weightInit,
      ...(outputBias && { biasInit: () => outputBias }),
    });
    this.dropout1 = new Dropout(0.5, rng);
    this.dropout2 = new Dropout(0.5, rng);
  }

  /**
   * @param z [n, latentDim], uniform in the unit cube
   * @param y [n, classes], one-hot
   * @returns [n, pixels], in [0, 1]
   */
  forward(z: Tensor, y: Tensor): Tensor {
    const both = concat([relu(this.fz.forward(z)), relu(this.fy.forward(y))], 1); // [n, 200 + 1000]
    const x = relu(this.fh.forward(this.dropout1.forward(both))); // [n, 1200]
    return sigmoid(this.fo.forward(this.dropout2.forward(x))); // [n, 784]
  }
}

/** A maxout layer: units, and the linear pieces each takes the largest of (Goodfellow et al. 2013). */
export interface MaxoutSize {
  readonly units: number;
  readonly pieces: number;
}

export interface CganDiscriminatorOptions {
  readonly pixels?: number;
  readonly classes?: number;
  /** The layer that sees the image: 240 units of 5 pieces. */
  readonly image?: MaxoutSize;
  /** The layer that sees the class: 50 units of 5 pieces. */
  readonly label?: MaxoutSize;
  /** The joint layer: 240 units of 4 pieces. */
  readonly joint?: MaxoutSize;
  readonly seed?: number;
  /** Share of the pixels that dropout sets to 0: none. */
  readonly inputDropout?: number;
  /** Where dropout takes its random numbers from; by default from the seed. */
  readonly rng?: Rng;
}

export class CganDiscriminator extends Module {
  readonly mx: Maxout;
  readonly my: Maxout;
  readonly mj: Maxout;
  readonly fo: Linear;
  readonly dropout0: Dropout | undefined;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

  constructor(options: CganDiscriminatorOptions = {}) {
    super();
    const {
      pixels = 784,
      classes = 10,
      image = { units: 240, pieces: 5 },
      label = { units: 50, pieces: 5 },
      joint = { units: 240, pieces: 4 },
      inputDropout = 0,
      seed = 1,
      rng = dropoutRng(seed),
    } = options;
    const init = new Initializer(seed);
    const weightInit = { bound: 0.005 };
    this.mx = new Maxout(pixels, image.units, image.pieces, init, { weightInit });
    this.my = new Maxout(classes, label.units, label.pieces, init, { weightInit });
    this.mj = new Maxout(image.units + label.units, joint.units, joint.pieces, init, { weightInit });
    this.fo = new Linear(joint.units, 1, init, { weightInit });
    if (inputDropout > 0) this.dropout0 = new Dropout(inputDropout, rng);
    this.dropout1 = new Dropout(0.5, rng);
    this.dropout2 = new Dropout(0.5, rng);
  }

  /**
   * @param x [n, pixels], in [0, 1]
   * @param y [n, classes], one-hot
   * @returns [n], logits: positive for real
   */
  forward(x: Tensor, y: Tensor): Tensor {
    const left = this.dropout0?.forward(x) ?? x;
    const seen = concat([this.mx.forward(left), this.my.forward(y)], 1); // [n, 240 + 50]
    const h = this.mj.forward(this.dropout1.forward(seen)); // [n, 240]
    return reshape(this.fo.forward(this.dropout2.forward(h)), [-1]);
  }
}
