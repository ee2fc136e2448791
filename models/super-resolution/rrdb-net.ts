/**
 * RRDBNet, the generator of ESRGAN and Real-ESRGAN: residual in residual dense blocks, without batch norm.
 * Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018, section 3.1 and fig. 4;
 * the smaller factors by pixel unshuffling: Wang et al., "Real-ESRGAN", ICCVW 2021, section 3.3.
 *
 * Its weights are those that others have trained; layers are called as in their files (BasicSR).
 */
import {
  add,
  concat,
  Conv2d,
  type Initializer,
  leakyRelu,
  Module,
  mul,
  pixelUnshuffle,
  resize,
  type Tensor,
} from "../../engine/index.ts";

/** Residuals are scaled down, against instability (ESRGAN, section 3.1). */
const RESIDUAL = 0.2;
const SLOPE = 0.2;

export interface RRDBNetConfig {
  /** Channels of the trunk: 64 in the paper. */
  readonly width: number;
  /** Channels that each convolution of a dense block adds: 32 in the paper. */
  readonly growth: number;
  /** RRDBs: 23 in the paper. */
  readonly blocks: number;
  /** Doublings at the end: 2 in the paper. */
  readonly doublings: number;
  /** Side of the blocks of pixels that become channels at the beginning: 1 in the paper. */
  readonly unshuffle: number;
}

/** Five convolutions, each of all that those before it have made. */
class ResidualDenseBlock extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly conv4: Conv2d;
  readonly conv5: Conv2d;

  constructor({ width, growth }: RRDBNetConfig, init: Initializer) {
    super();
    const conv = (k: number, out: number) => new Conv2d(width + k * growth, out, 3, init, { padding: 1 });
    this.conv1 = conv(0, growth);
    this.conv2 = conv(1, growth);
    this.conv3 = conv(2, growth);
    this.conv4 = conv(3, growth);
    this.conv5 = conv(4, width);
  }

  forward(x: Tensor): Tensor {
    const x1 = leakyRelu(this.conv1.forward(x), SLOPE); // [n, h, w, g]
    const x2 = leakyRelu(this.conv2.forward(concat([x, x1], 3)), SLOPE); // [n, h, w, g]
    const x3 = leakyRelu(this.conv3.forward(concat([x, x1, x2], 3)), SLOPE); // [n, h, w, g]
    const x4 = leakyRelu(this.conv4.forward(concat([x, x1, x2, x3], 3)), SLOPE); // [n, h, w, g]
    const x5 = this.conv5.forward(concat([x, x1, x2, x3, x4], 3)); // [n, h, w, c]
    return add(mul(x5, RESIDUAL), x); // [n, h, w, c]
  }
}

class RRDB extends Module {
  readonly rdb1: ResidualDenseBlock;
  readonly rdb2: ResidualDenseBlock;
  readonly rdb3: ResidualDenseBlock;

  constructor(config: RRDBNetConfig, init: Initializer) {
    super();
    this.rdb1 = new ResidualDenseBlock(config, init);
    this.rdb2 = new ResidualDenseBlock(config, init);
    this.rdb3 = new ResidualDenseBlock(config, init);
  }

  forward(x: Tensor): Tensor {
    const y = this.rdb3.forward(this.rdb2.forward(this.rdb1.forward(x))); // [n, h, w, c]
    return add(mul(y, RESIDUAL), x); // [n, h, w, c]
  }
}

export class RRDBNet extends Module {
  readonly conv_first: Conv2d;
  readonly body: readonly RRDB[];
  readonly conv_body: Conv2d;
  /** `conv_up1` and so on in files. */
  readonly conv_up: readonly Conv2d[];
  readonly conv_hr: Conv2d;
  readonly conv_last: Conv2d;
  private readonly config: RRDBNetConfig;

  constructor(config: RRDBNetConfig, init: Initializer) {
    super();
    this.config = config;
    const { width, blocks, doublings, unshuffle } = config;
    const conv = (from: number, to: number) => new Conv2d(from, to, 3, init, { padding: 1 });
    this.conv_first = conv(3 * unshuffle ** 2, width);
    this.body = Array.from({ length: blocks }, () => new RRDB(config, init));
    this.conv_body = conv(width, width);
    this.conv_up = Array.from({ length: doublings }, () => conv(width, width));
    this.conv_hr = conv(width, width);
    this.conv_last = conv(width, 3);
  }

  get scale(): number {
    return 2 ** this.config.doublings / this.config.unshuffle;
  }

  /** @param lr [n, h, w, 3], values in [0, 1] @returns [n, s h, s w, 3], values in [0, 1], not clamped */
  forward(lr: Tensor): Tensor {
    const { unshuffle } = this.config;
    const first = this.conv_first.forward(unshuffle > 1 ? pixelUnshuffle(lr, unshuffle) : lr); // [n, h/u, w/u, c]
    let x = first;
    for (const block of this.body) x = block.forward(x); // [n, h/u, w/u, c]
    x = add(first, this.conv_body.forward(x)); // [n, h/u, w/u, c]
    for (const up of this.conv_up) x = leakyRelu(up.forward(nearest(x, 2)), SLOPE); // doubled each time
    return this.conv_last.forward(leakyRelu(this.conv_hr.forward(x), SLOPE)); // [n, s h, s w, 3]
  }
}

/** Each pixel repeated, `factor` times along both axes. */
export function nearest(x: Tensor, factor: number): Tensor {
  const [, h = 0, w = 0] = x.shape;
  return resize(x, [h * factor, w * factor], { method: "nearest" });
}
