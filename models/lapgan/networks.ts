/**
 * LAPGAN: images drawn from coarse to fine. The coarsest level is a GAN of its own; every finer one adds the detail
 * (a band of the Laplacian pyramid) to the enlarged image of the level before.
 * Denton, Chintala, Szlam and Fergus, "Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks",
 * NIPS 2015; networks and operators as in the authors' code (facebookarchive/eyescream).
 */
import {
  add,
  Conv2d,
  concat,
  Dropout,
  flatten,
  Initializer,
  Linear,
  Module,
  relu,
  type Rng,
  reshape,
  type Tensor,
} from "../../engine/index.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import { pyrUp } from "./pyramid.ts";

export { type PyramidLevel, pyrDown, pyrUp, splitLevel } from "./pyramid.ts";

export interface LapganBaseOptions {
  /** Side of the images: 8. */
  readonly size?: number;
  /** Numbers of noise, uniform in [-1, 1]: 100. */
  readonly latentDim?: number;
  /** Units of the hidden layers: 1200 in G, 600 in D. */
  readonly hidden?: number;
  /** Classes told to the network; 0, the default, for none. */
  readonly classes?: number;
  readonly seed?: number;
}

interface DropoutSource {
  /** Where dropout takes its random numbers from; by default from the seed. */
  readonly rng?: Rng;
}

/** The generator of the coarsest level: three fully connected layers. */
export class LapganBaseGenerator extends Module {
  readonly latentDim: number;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  private readonly size: number;

  constructor(options: LapganBaseOptions = {}) {
    super();
    const { size = 8, latentDim = 100, hidden = 1200, classes = 0, seed = 0 } = options;
    const init = new Initializer(seed);
    const weightInit = classes > 0 ? "torch" : { std: 0.05 };
    this.latentDim = latentDim;
    this.size = size;
    this.fc1 = new Linear(latentDim + classes, hidden, init, { weightInit });
    this.fc2 = new Linear(hidden, hidden, init, { weightInit });
    this.fc3 = new Linear(hidden, 3 * size * size, init, { weightInit });
  }

  /**
   * @param z [n, latentDim]
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n, size, size, 3], not bounded
   */
  forward(z: Tensor, y?: Tensor): Tensor {
    const { size } = this;
    let x = y ? concat([z, y], 1) : z; // [n, latentDim + classes]
    x = relu(this.fc1.forward(x)); // [n, 1200]
    x = relu(this.fc2.forward(x)); // [n, 1200]
    return reshape(this.fc3.forward(x), [-1, 3, size, size]).permute([0, 2, 3, 1]);
  }
}

/** The discriminator of the coarsest level. */
export class LapganBaseDiscriminator extends Module {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

  constructor(options: Omit<LapganBaseOptions, "latentDim"> & DropoutSource = {}) {
    super();
    const { size = 8, hidden = 600, classes = 0, seed = 1, rng = dropoutRng(seed) } = options;
    const init = new Initializer(seed);
    const weightInit = classes > 0 ? "torch" : { std: 0.005 };
    this.fc1 = new Linear(3 * size * size + classes, hidden, init, { weightInit });
    this.fc2 = new Linear(hidden, hidden, init, { weightInit });
    this.fc3 = new Linear(hidden, 1, init, { weightInit });
    this.dropout1 = new Dropout(0.5, rng);
    this.dropout2 = new Dropout(0.5, rng);
  }

  /**
   * @param image [n, size, size, 3]
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n], logits: positive for real
   */
  forward(image: Tensor, y?: Tensor): Tensor {
    const flat = flatten(image.permute([0, 3, 1, 2])); // [n, 3 size²]
    let x = y ? concat([flat, y], 1) : flat;
    x = this.dropout1.forward(relu(this.fc1.forward(x))); // [n, 600]
    x = this.dropout2.forward(relu(this.fc2.forward(x))); // [n, 600]
    return reshape(this.fc3.forward(x), [-1]);
  }
}

export interface LapganFineOptions {
  /** Side of the images of this level. */
  readonly size: number;
  /** Feature maps of the convolutions: 64. */
  readonly featureMaps?: number;
  /** Classes told to the network; 0, the default, for none. */
  readonly classes?: number;
  readonly seed?: number;
}

/** A class as one more plane of the image: a fully connected layer, classes -> size². @returns [n, size, size, 1] */
export function classPlane(cls: Linear, y: Tensor): Tensor {
  const plane = relu(cls.forward(y)); // [n, size²]
  const size = Math.sqrt(plane.shape[1] as number);
  return reshape(plane, [-1, size, size, 1]);
}

/** The generator of a finer level: three convolutions make the band that the enlarged image lacks, noise as a fourth plane. */
export class LapganFineGenerator extends Module {
  readonly size: number;
  readonly cls?: Linear;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;

  constructor(options: LapganFineOptions) {
    super();
    const { size, featureMaps = 64, classes = 0, seed = 0 } = options;
    const init = new Initializer(seed);
    const conv = { padding: "same", weightInit: "torch" } as const;
    this.size = size;
    if (classes > 0) this.cls = new Linear(classes, size * size, init, { weightInit: "torch" });
    this.conv1 = new Conv2d(classes > 0 ? 5 : 4, featureMaps, 7, init, conv);
    this.conv2 = new Conv2d(featureMaps, featureMaps, 7, init, conv);
    this.conv3 = new Conv2d(featureMaps, 3, 5, init, conv);
  }

  /**
   * @param z [n, size, size, 1], noise uniform in [-1, 1]
   * @param lowPass [n, size, size, 3], the enlarged coarser image
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n, size, size, 3], the band to be added to `lowPass`
   */
  forward(z: Tensor, lowPass: Tensor, y?: Tensor): Tensor {
    const planes = this.cls && y ? [z, classPlane(this.cls, y), lowPass] : [z, lowPass];
    let x = concat(planes, 3); // [n, s, s, 4 or 5]
    x = relu(this.conv1.forward(x)); // [n, s, s, 64]
    x = relu(this.conv2.forward(x)); // [n, s, s, 64]
    return this.conv3.forward(x); // [n, s, s, 3]
  }
}

/** The discriminator of a finer level: it sees the sum of band and low pass, that is, the sharp image. */
export class LapganFineDiscriminator extends Module {
  readonly size: number;
  readonly cls?: Linear;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc: Linear;
  readonly dropout: Dropout;

  constructor(options: LapganFineOptions & DropoutSource) {
    super();
    const { size, featureMaps = 64, classes = 0, seed = 1, rng = dropoutRng(seed) } = options;
    const init = new Initializer(seed);
    const weightInit = "torch";
    // The paper's D at 8 pixels is not known, and without padding there would be nothing left of them.
    const padding = size < 13 ? 2 : 0;
    const side = Math.floor((size + 4 * padding - 9) / 2) + 1;
    this.size = size;
    if (classes > 0) this.cls = new Linear(classes, size * size, init, { weightInit });
    this.conv1 = new Conv2d(classes > 0 ? 4 : 3, featureMaps, 5, init, { padding, weightInit });
    this.conv2 = new Conv2d(featureMaps, featureMaps, 5, init, { stride: 2, padding, weightInit });
    this.fc = new Linear(featureMaps * side * side, 1, init, { weightInit });
    this.dropout = new Dropout(0.5, rng);
  }

  /**
   * @param bandPass [n, size, size, 3], of a photograph or made by the generator
   * @param lowPass [n, size, size, 3]
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n], logits: positive for real
   */
  forward(bandPass: Tensor, lowPass: Tensor, y?: Tensor): Tensor {
    let x = add(bandPass, lowPass); // [n, s, s, 3]
    if (this.cls && y) x = concat([x, classPlane(this.cls, y)], 3); // [n, s, s, 4]
    x = relu(this.conv1.forward(x)); // [n, s - 4, s - 4, 64]
    x = this.conv2.forward(x); // [n, m, m, 64], m = ⌊(s - 9) / 2⌋ + 1
    x = this.dropout.forward(relu(flatten(x.permute([0, 3, 1, 2])))); // [n, 64 m²]
    return reshape(this.fc.forward(x), [-1]);
  }
}

/** What sampling made at one level. */
export interface LapganSample {
  readonly image: Tensor;
  /** Absent at the coarsest level. */
  readonly lowPass?: Tensor;
  readonly bandPass?: Tensor;
}

/**
 * Adds level after level to a coarse image (made by the base generator, or a real thumbnail).
 * @param coarse [n, s, s, 3]
 * @param finer generators of the finer levels, coarse to fine
 * @param noise [n, size, size, 1] for each of them
 * @param y [n, classes], one-hot, for networks with classes
 * @returns the coarse image and what each level made of it
 */
export function refine(
  coarse: Tensor,
  finer: readonly LapganFineGenerator[],
  noise: readonly Tensor[],
  y?: Tensor,
): LapganSample[] {
  const samples: LapganSample[] = [{ image: coarse }];
  let image = coarse;
  for (const [k, generator] of finer.entries()) {
    const lowPass = pyrUp(image, generator.size);
    const bandPass = generator.forward(noise[k] as Tensor, lowPass, y);
    image = add(lowPass, bandPass);
    samples.push({ image, lowPass, bandPass });
  }
  return samples;
}
