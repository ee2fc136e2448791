/**
 * BasicSR's MSRResNet: SRResNet without batch norm, with 3×3 convolutions throughout, added to a bilinear enlargement.
 * https://github.com/XPixelGroup/BasicSR, docs/ModelZoo.md.
 */
import {
  add,
  Conv2d,
  type Initializer,
  leakyRelu,
  Module,
  pixelShuffle,
  relu,
  resize,
  type Tensor,
} from "../../engine/index.ts";

const SLOPE = 0.1;

export interface MSRResNetConfig {
  readonly width: number;
  readonly blocks: number;
  /** Factors of the pixel shuffles: 2 and 2 for ×4, else 2 or 3. */
  readonly shuffles: readonly number[];
}

class ResidualBlock extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;

  constructor(width: number, init: Initializer) {
    super();
    this.conv1 = new Conv2d(width, width, 3, init, { padding: 1 });
    this.conv2 = new Conv2d(width, width, 3, init, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    return add(x, this.conv2.forward(relu(this.conv1.forward(x)))); // [n, h, w, c]
  }
}

export class MSRResNet extends Module {
  readonly conv_first: Conv2d;
  readonly body: readonly ResidualBlock[];
  /** `upconv1` and so on in files. */
  readonly upconv: readonly Conv2d[];
  readonly conv_hr: Conv2d;
  readonly conv_last: Conv2d;
  private readonly shuffles: readonly number[];

  constructor({ width, blocks, shuffles }: MSRResNetConfig, init: Initializer) {
    super();
    const conv = (from: number, to: number) => new Conv2d(from, to, 3, init, { padding: 1 });
    this.conv_first = conv(3, width);
    this.body = Array.from({ length: blocks }, () => new ResidualBlock(width, init));
    this.upconv = shuffles.map((factor) => conv(width, width * factor ** 2));
    this.conv_hr = conv(width, width);
    this.conv_last = conv(width, 3);
    this.shuffles = shuffles;
  }

  get scale(): number {
    return this.shuffles.reduce((product, factor) => product * factor, 1);
  }

  /** @param lr [n, h, w, 3], values in [0, 1] @returns [n, s h, s w, 3], values in [0, 1], not clamped */
  forward(lr: Tensor): Tensor {
    const [, h = 0, w = 0] = lr.shape;
    let x = leakyRelu(this.conv_first.forward(lr), SLOPE); // [n, h, w, c]
    for (const block of this.body) x = block.forward(x); // [n, h, w, c]
    this.upconv.forEach((up, k) => {
      x = leakyRelu(pixelShuffle(up.forward(x), this.shuffles[k] as number), SLOPE); // [n, f h, f w, c]
    });
    const y = this.conv_last.forward(leakyRelu(this.conv_hr.forward(x), SLOPE)); // [n, s h, s w, 3]
    return add(y, resize(lr, [h * this.scale, w * this.scale], { method: "bilinear" })); // [n, s h, s w, 3]
  }
}
