/**
 * SRResNet, the generator of SRGAN: photo-realistic single-image super-resolution by four.
 * Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017, fig. 4.
 *
 * The defaults are the paper's network. Options cover its first version (15 blocks, deconvolution), small networks for
 * slow machines, and generators that others have trained.
 */
import {
  add,
  BatchNorm,
  checkpoint,
  Conv2d,
  type Conv2dOptions,
  ConvTranspose2d,
  Initializer,
  Module,
  PReLU,
  pixelShuffle,
  relu,
  type Tensor,
  tanh,
} from "../../engine/index.ts";

export interface SRResNetOptions {
  /** Residual blocks: 16 in the paper, 15 in its first version. */
  readonly numBlocks?: number;
  /** Channels of the trunk: 64 in the paper. */
  readonly width?: number;
  /** Sub-pixel convolution, or two transposed convolutions (k3 s2 with ReLU) as in the first version. */
  readonly upsample?: "subpixel" | "deconv";
  /** One PReLU slope a channel (the paper's framework) or one in all (PyTorch's default). */
  readonly prelu?: "per-channel" | "shared";
  /** What follows the convolution at the end of the trunk: batch norm (paper) or PReLU. */
  readonly trunkEnd?: "bn" | "prelu";
  /** Biases also in convolutions that a batch norm follows, where they have no effect on the function. */
  readonly convBias?: boolean;
  /** What convolutions see beyond the border: zeros, or the image mirrored. */
  readonly padding?: "zeros" | "reflect";
  /** Nothing (values in [-1, 1] by training as in the paper, or in [0, 1] with `linear01`), or (tanh + 1) / 2. */
  readonly output?: "linear" | "linear01" | "tanh01";
  readonly seed?: number;
}

export type SRResNetConfig = Required<Omit<SRResNetOptions, "seed">>;

/** The paper's network. */
export const SRRESNET_PAPER: SRResNetConfig = {
  numBlocks: 16,
  width: 64,
  upsample: "subpixel",
  prelu: "per-channel",
  trunkEnd: "bn",
  convBias: false,
  padding: "zeros",
  output: "linear",
};

/** Two convolutions with batch norm around a shortcut; nothing after the addition. */
class ResidualBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly act: PReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm;

  constructor(width: number, slopes: number, init: Initializer, options: Conv2dOptions) {
    super();
    this.conv1 = new Conv2d(width, width, 3, init, options);
    this.bn1 = new BatchNorm(width);
    this.act = new PReLU(slopes);
    this.conv2 = new Conv2d(width, width, 3, init, options);
    this.bn2 = new BatchNorm(width);
  }

  forward(x: Tensor): Tensor {
    const h = this.act.forward(this.bn1.forward(this.conv1.forward(x))); // [n, h, w, c]
    return add(x, this.bn2.forward(this.conv2.forward(h))); // [n, h, w, c]
  }
}

/** Doubles the size: four times the channels, then blocks of four channels become 2×2 pixels. */
class SubpixelUpsample extends Module {
  readonly conv: Conv2d;
  readonly act: PReLU;

  constructor(width: number, slopes: number, init: Initializer, options: Conv2dOptions) {
    super();
    this.conv = new Conv2d(width, 4 * width, 3, init, options);
    this.act = new PReLU(slopes);
  }

  forward(x: Tensor): Tensor {
    return this.act.forward(pixelShuffle(this.conv.forward(x), 2)); // [n, 2h, 2w, c]
  }
}

/** Doubles the size as in the paper's first version. */
class DeconvUpsample extends Module {
  readonly deconv: ConvTranspose2d;

  constructor(width: number, init: Initializer) {
    super();
    this.deconv = new ConvTranspose2d(width, width, 3, init, { stride: 2, padding: 1, outputPadding: 1 });
  }

  forward(x: Tensor): Tensor {
    return relu(this.deconv.forward(x)); // [n, 2h, 2w, c]
  }
}

export class SRResNet extends Module {
  readonly config: SRResNetConfig;
  readonly head: { conv: Conv2d; act: PReLU } & Module;
  readonly body: readonly ResidualBlock[];
  readonly trunk: Module & { conv: Conv2d; bn?: BatchNorm; act?: PReLU };
  readonly up: readonly (SubpixelUpsample | DeconvUpsample)[];
  readonly tail: Conv2d;
  /** In training, computes each block again in the backward pass instead of keeping its values: less memory, more work. */
  recompute = false;

  constructor(options: SRResNetOptions = {}) {
    super();
    const { seed = 0, ...given } = options;
    const config: SRResNetConfig = { ...SRRESNET_PAPER, ...given };
    const { numBlocks, width, convBias, padding } = config;
    const init = new Initializer(seed);
    const slopes = config.prelu === "per-channel" ? width : 1;
    this.config = config;
    const wide = { padding: 4, paddingMode: padding };
    const narrow = { padding: 1, paddingMode: padding };
    const normalised = { ...narrow, bias: convBias };
    this.head = group({ conv: new Conv2d(3, width, 9, init, wide), act: new PReLU(slopes) });
    this.body = Array.from({ length: numBlocks }, () => new ResidualBlock(width, slopes, init, normalised));
    const conv = new Conv2d(width, width, 3, init, normalised);
    this.trunk = group(
      config.trunkEnd === "bn" ? { conv, bn: new BatchNorm(width) } : { conv, act: new PReLU(slopes) },
    );
    this.up = [0, 1].map(() =>
      config.upsample === "subpixel"
        ? new SubpixelUpsample(width, slopes, init, narrow)
        : new DeconvUpsample(width, init),
    );
    this.tail = new Conv2d(width, 3, 9, init, wide);
  }

  /**
   * @param lr [n, h, w, 3], values in [0, 1]
   * @returns [n, 4h, 4w, 3], values in [-1, 1] for networks trained here ([0, 1] with the other outputs), not clamped
   */
  forward(lr: Tensor): Tensor {
    const first = this.head.act.forward(this.head.conv.forward(lr)); // [n, h, w, c]
    let x = first;
    for (const block of this.body) x = this.block(() => block.forward(x)); // [n, h, w, c]
    x = this.trunk.conv.forward(x);
    x = add((this.trunk.bn ?? (this.trunk.act as PReLU)).forward(x), first); // [n, h, w, c]
    for (const up of this.up) x = this.block(() => up.forward(x)); // [n, 2h, 2w, c], [n, 4h, 4w, c]
    const y = this.tail.forward(x); // [n, 4h, 4w, 3]
    return this.config.output === "tanh01" ? tanh(y).add(1).mul(0.5) : y;
  }

  private block(forward: () => Tensor): Tensor {
    return this.recompute ? checkpoint(forward) : forward();
  }

  /** Pixels of the low-resolution image to each side that an output pixel depends on. */
  get receptiveRadius(): number {
    // 9×9 head, two 3×3 a block, one at the trunk's end, one at each of the two sizes of upsampling, 9×9 tail at 4×.
    return 4 + 2 * this.config.numBlocks + 1 + 1 + 1 + 1;
  }
}

/** Modules under names of their own, as PyTorch's files have them. */
function group<T extends Readonly<Record<string, Module>>>(members: T): Module & T {
  return Object.assign(new (class extends Module {})(), members);
}
