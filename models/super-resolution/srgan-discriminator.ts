/** The discriminator of SRGAN: is this a photograph or an upscaled one? Ledig et al. 2017, fig. 4. */
import {
  BatchNorm,
  Conv2d,
  flatten,
  Initializer,
  leakyRelu,
  Linear,
  mean,
  Module,
  reshape,
  SpectralNorm,
  type Tensor,
} from "../../engine/index.ts";
import { ShapeError } from "../../engine/errors.ts";
import { showShape } from "../../engine/shape.ts";

export const DISCRIMINATOR_HEADS = ["dense", "gap", "patch"] as const;
export type DiscriminatorHead = (typeof DISCRIMINATOR_HEADS)[number];

export const DISCRIMINATOR_NORMS = ["batch", "spectral", "none"] as const;
export type DiscriminatorNorm = (typeof DISCRIMINATOR_NORMS)[number];

export interface SRGANDiscriminatorOptions {
  /** Channels of the first convolution: 64. */
  readonly width?: number;
  /** Units of the layer before the last: 1024. */
  readonly hidden?: number;
  /** Side of the images, a multiple of 16; 96. Only the dense head fixes it. */
  readonly inputSize?: number;
  /**
   * "dense": all features into a fully connected layer, as in the paper, where it holds four fifths of the weights.
   * "gap": the mean of each feature first, so that images of any size can be judged.
   * "patch": no mean; one answer for every place of the last features, which tells the generator where it is wrong
   * (Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", section 3.2.2).
   */
  readonly head?: DiscriminatorHead;
  /**
   * What keeps the signal in bounds. "batch": batch norm behind all convolutions but the first, as in the paper. "spectral":
   * every layer's weight divided by its largest singular value instead (Miyato et al. 2018), so that the logits cannot
   * change faster than the image does. "none": nothing; weights begin as He et al. 2015 keep the signal's size. What batch norm
   * takes away, how much of each feature a batch has, may be just what tells originals from upscaled images.
   */
  readonly norm?: DiscriminatorNorm;
  /** What leaky ReLU leaves of negative values: 0.2. */
  readonly slope?: number;
  /** Biases also in convolutions that a batch norm follows, where they have no effect on the function. */
  readonly convBias?: boolean;
  readonly seed?: number;
}

export type SRGANDiscriminatorConfig = Required<Omit<SRGANDiscriminatorOptions, "seed">>;

/** The paper's network. */
export const SRGAN_DISCRIMINATOR_PAPER: SRGANDiscriminatorConfig = {
  width: 64,
  hidden: 1024,
  inputSize: 96,
  head: "dense",
  norm: "batch",
  slope: 0.2,
  convBias: false,
};

/** Channels of the eight convolutions in units of `width`; every second one halves height and width. */
const CHANNELS = [1, 1, 2, 2, 4, 4, 8, 8];

export class SRGANDiscriminator extends Module {
  readonly config: SRGANDiscriminatorConfig;
  readonly conv: readonly (Conv2d | SpectralNorm)[];
  /** Behind all convolutions but the first, where batch norm is used. */
  readonly bn: readonly (BatchNorm | undefined)[];
  readonly fc1: Linear | Conv2d | SpectralNorm;
  readonly fc2: Linear | Conv2d | SpectralNorm;

  constructor(options: SRGANDiscriminatorOptions = {}) {
    super();
    const { seed = 0, ...given } = options;
    const config = { ...SRGAN_DISCRIMINATOR_PAPER, ...given };
    const { width, hidden, inputSize, head, norm, convBias } = config;
    if (head === "dense" && (inputSize < 16 || inputSize % 16 !== 0))
      throw new ShapeError(
        `SRGAN discriminator: the dense head needs images whose side is a multiple of 16, got ${inputSize}`,
      );
    const init = new Initializer(seed);
    const weightInit = norm === "none" ? "kaiming" : { std: 0.02 };
    const bounded = <L extends Conv2d | Linear>(layer: L): L | SpectralNorm =>
      norm === "spectral" ? new SpectralNorm(layer, init) : layer;
    this.config = config;
    this.conv = CHANNELS.map((multiple, k) =>
      bounded(
        new Conv2d(k === 0 ? 3 : width * (CHANNELS[k - 1] as number), width * multiple, 3, init, {
          stride: k % 2 === 0 ? 1 : 2,
          padding: 1,
          bias: k === 0 || convBias || norm !== "batch",
          weightInit,
        }),
      ),
    );
    this.bn = CHANNELS.map((multiple, k) =>
      k === 0 || norm !== "batch"
        ? undefined
        : new BatchNorm(width * multiple, { scale: init.normal([width * multiple], 0.02, 1) }),
    );
    const channels = 8 * width;
    if (head === "dense") {
      this.fc1 = bounded(new Linear(channels * (inputSize / 16) ** 2, hidden, init, { weightInit }));
      this.fc2 = bounded(new Linear(hidden, 1, init, { weightInit }));
    } else {
      this.fc1 = bounded(new Conv2d(channels, hidden, 1, init, { weightInit }));
      this.fc2 = bounded(new Conv2d(hidden, 1, 1, init, { weightInit }));
    }
  }

  /**
   * @param image [n, h, w, 3], values in [-1, 1]; h and w are the configured size with the dense head
   * @returns [n], logits: positive for a photograph; with the patch head [n · h/16 · w/16], one for each place
   * @throws ShapeError when the dense head gets images of another size
   */
  forward(image: Tensor): Tensor {
    const { head, inputSize, slope } = this.config;
    const [, h, w] = image.shape;
    if (head === "dense" && (h !== inputSize || w !== inputSize))
      throw new ShapeError(
        `SRGAN discriminator: expects images [n, ${inputSize}, ${inputSize}, 3], got ${showShape(image.shape)}`,
      );
    let x = image; // [n, h, w, 3]
    for (const [k, conv] of this.conv.entries()) {
      x = conv.forward(x); // [n, h / 2^⌈k/2⌉, …, c], c = 64 64 128 128 256 256 512 512
      x = leakyRelu(this.bn[k]?.forward(x) ?? x, slope);
    }
    // PyTorch's order of the features, channels first, so that weights are exchangeable.
    if (head === "dense") x = flatten(x.permute([0, 3, 1, 2]));
    else if (head === "gap") x = mean(x, [1, 2], { keepDims: true });
    x = leakyRelu(this.fc1.forward(x), slope); // [n, 1024], [n, 1, 1, 1024] or [n, h/16, w/16, 1024]
    return reshape(this.fc2.forward(x), [-1]);
  }
}
