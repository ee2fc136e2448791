/**
 * DCGAN: a generator and a discriminator of convolutions alone, for pictures of 28 pixels or 32, 64, 128, … a side.
 * Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
 * ICLR 2016; kernels and widths of PyTorch's example (pytorch/examples, dcgan), whose weights files these networks read.
 */
import { InputError } from "../../engine/errors.ts";
import {
  BatchNorm,
  Conv2d,
  ConvTranspose2d,
  Initializer,
  leakyRelu,
  Module,
  relu,
  reshape,
  SpectralNorm,
  type Step,
  type Tensor,
  tanh,
} from "../../engine/index.ts";

/** What both networks agree on. */
export interface DcganSize {
  /** Side of the pictures in pixels: 28, or 32, 64, 128, …; default 64. */
  readonly side?: number;
  /** Of the pictures: 1 or 3, the default. */
  readonly channels?: number;
  /** Channels of the widest features (at half the side), doubled with each halving of the side: 64. */
  readonly width?: number;
  readonly seed?: number;
}

export interface DcganGeneratorOptions extends DcganSize {
  /** Numbers of noise: 100. */
  readonly latentDim?: number;
}

export interface DcganDiscriminatorOptions extends DcganSize {
  /**
   * What tames the discriminator: batch norm as in the paper; spectral norm (Miyato et al. 2018); or nothing, for losses with
   * a penalty on its gradient, which a norm over the batch would distort. Without batch norm its layers have biases.
   */
  readonly norm?: DiscriminatorNorm;
}

export const DISCRIMINATOR_NORMS = ["batch", "spectral", "none"] as const;
export type DiscriminatorNorm = (typeof DISCRIMINATOR_NORMS)[number];

const through = (layers: readonly Step[], x: Tensor): Tensor =>
  layers.reduce((y, layer) => (typeof layer === "function" ? layer(y) : layer.forward(y)), x);

/** Numbers of layers that double or halve the side, and the side that is left: 4, or 7 for 28. */
export function stagesOf(side: number): { readonly stages: number; readonly smallest: number } {
  const smallest = side === 28 ? 7 : 4;
  const stages = Math.log2(side / smallest);
  if (!(Number.isInteger(stages) && (side === 28 || stages >= 3)))
    throw new InputError(`DCGAN makes pictures of 28, 32, 64, 128, … pixels a side, not of ${side}`);
  return { stages, smallest };
}

/** Weights normal with a deviation of 0.02, scales of batch norm around 1. */
const NORMAL = { bias: false, weightInit: { std: 0.02 } } as const;
const BY_TWO = { stride: 2, padding: 1 } as const;
const batchNorm = (channels: number, init: Initializer): BatchNorm =>
  new BatchNorm(channels, { scale: init.normal([channels], 0.02, 1) });

const leaky = (x: Tensor): Tensor => leakyRelu(x, 0.2);

/** G: a transposed convolution from the noise to the smallest side, then one for each doubling. */
export class DcganGenerator extends Module {
  readonly latentDim: number;
  readonly main: readonly Step[];

  /** @throws InputError for a side that no chain of doublings leads to */
  constructor(options: DcganGeneratorOptions = {}) {
    super();
    const { side = 64, channels = 3, width = 64, latentDim = 100, seed = 0 } = options;
    const { stages, smallest } = stagesOf(side);
    const init = new Initializer(seed);
    this.latentDim = latentDim;
    const widest = width * 2 ** (stages - 1);
    const main: Step[] = [new ConvTranspose2d(latentDim, widest, smallest, init, NORMAL)];
    for (let inputs = widest; inputs >= width; inputs /= 2) {
      const outputs = inputs > width ? inputs / 2 : channels;
      main.push(batchNorm(inputs, init), relu);
      main.push(new ConvTranspose2d(inputs, outputs, 4, init, { ...NORMAL, ...BY_TWO }));
    }
    this.main = [...main, tanh];
  }

  /**
   * @param z [n, latentDim]
   * @returns [n, side, side, channels], in (-1, 1)
   */
  forward(z: Tensor): Tensor {
    const pixel = reshape(z, [z.shape[0] as number, 1, 1, this.latentDim]); // [n, 1, 1, latentDim]
    return through(this.main, pixel); // 4 (or 7), 8, …, side pixels
  }
}

/** D: a convolution for each halving of the side, and one that judges what is left. */
export class DcganDiscriminator extends Module {
  readonly main: readonly Step[];

  /** @throws InputError for a side that no chain of halvings leads from */
  constructor(options: DcganDiscriminatorOptions = {}) {
    super();
    const { side = 64, channels = 3, width = 64, norm = "batch", seed = 1 } = options;
    const { stages, smallest } = stagesOf(side);
    const init = new Initializer(seed);
    // Without a norm, a signal of weights as small as the paper's would fade away from layer to layer.
    const begin = norm === "batch" ? NORMAL : norm === "spectral" ? { weightInit: NORMAL.weightInit } : {};
    const conv = (inputs: number, outputs: number, kernel: number, geometry = {}): Step => {
      const layer = new Conv2d(inputs, outputs, kernel, init, { ...begin, ...geometry });
      return norm === "spectral" ? new SpectralNorm(layer, init) : layer;
    };
    const main: Step[] = [conv(channels, width, 4, BY_TWO), leaky];
    for (let k = 1; k < stages; k++) {
      const inputs = width * 2 ** (k - 1);
      main.push(conv(inputs, 2 * inputs, 4, BY_TWO));
      if (norm === "batch") main.push(batchNorm(2 * inputs, init));
      main.push(leaky);
    }
    this.main = [...main, conv(width * 2 ** (stages - 1), 1, smallest)];
  }

  /**
   * @param x [n, side, side, channels], in [-1, 1]
   * @returns [n], logits: positive for real
   */
  forward(x: Tensor): Tensor {
    return reshape(through(this.main, x), [-1]); // side / 2, …, 4 (or 7), 1 pixels
  }
}
