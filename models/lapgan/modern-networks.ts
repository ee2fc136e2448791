/**
 * Networks of LAPGAN's finer levels for little data and little time: what a level does is the paper's, how it does it is of 2018
 * and later (the coarsest level: `modern-base.ts`). Classes act as scales and shifts of each block in the generator and as a projection in the discriminator (Miyato and
 * Koyama 2018); finer levels compute at half of their resolution, a block of 2×2 pixels being one of four times the channels,
 * which costs a quarter and doubles what a convolution sees.
 */
import {
  add,
  Conv2d,
  concat,
  div,
  Initializer,
  Linear,
  leakyRelu,
  Module,
  mul,
  pixelShuffle,
  pixelUnshuffle,
  reshape,
  sum,
  type Tensor,
  Weight,
} from "../../engine/index.ts";

const act = (x: Tensor): Tensor => leakyRelu(x, 0.2);

/** What a class makes of feature maps: x (1 + scale) + shift. */
export class ClassScale extends Module {
  readonly scale: Linear;
  readonly shift: Linear;

  constructor(classes: number, features: number, init: Initializer) {
    super();
    const options = { bias: false, weightInit: { std: 0.3 } };
    this.scale = new Linear(classes, features, init, options);
    this.shift = new Linear(classes, features, init, options);
  }

  /** @param x [n, ..., features] @param y [n, classes] @returns the shape of x */
  forward(x: Tensor, y: Tensor): Tensor {
    const shape = x.shape.map((size, axis) => (axis === 0 || axis === x.rank - 1 ? size : 1));
    const [scale, shift] = [this.scale, this.shift].map((linear) => reshape(linear.forward(y), shape));
    return add(mul(x, add(scale as Tensor, 1)), shift as Tensor);
  }
}

export interface ModernLevelOptions {
  /** Side of the images of this level, even. */
  readonly size: number;
  /** Feature maps: of the coarsest level its discriminator's at half of the size, and an eighth of its generator's hidden units. */
  readonly width: number;
  /** Classes told to the networks; 0 for none. */
  readonly classes: number;
  readonly seed: number;
}

class Block extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly scale?: ClassScale;

  constructor(maps: number, classes: number, init: Initializer) {
    super();
    this.conv1 = new Conv2d(maps, maps, 3, init, { padding: "same" });
    // A block begins near the identity.
    this.conv2 = new Conv2d(maps, maps, 3, init, {
      padding: "same",
      weightInit: { std: 0.3 / Math.sqrt(9 * maps) },
    });
    if (classes > 0) this.scale = new ClassScale(classes, maps, init);
  }

  forward(x: Tensor, y?: Tensor): Tensor {
    let r = this.conv1.forward(act(x));
    r = act(this.scale && y ? this.scale.forward(r, y) : r);
    return add(x, this.conv2.forward(r));
  }
}

/** How strong real bands are, by which both networks of a level are told to count: kept with the weights. */
const bandScaleOf = (value: number): Weight =>
  new Weight("band scale", [1], Float32Array.of(value), { trained: false });

interface FineOptions extends ModernLevelOptions {
  readonly bandScale?: number;
}

/** A finer level's generator. */
export class ModernFineGenerator extends Module {
  readonly size: number;
  readonly bandScale: Weight;
  readonly convIn: Conv2d;
  readonly blocks: readonly Block[];
  readonly convOut: Conv2d;

  constructor({
    size,
    width,
    classes,
    seed,
    blocks = 2,
    bandScale = 1,
  }: FineOptions & { readonly blocks?: number }) {
    super();
    this.bandScale = bandScaleOf(bandScale);
    const init = new Initializer(seed);
    this.size = size;
    this.convIn = new Conv2d(16, width, 3, init, {
      padding: "same",
      weightInit: { std: 1 / Math.sqrt(9 * 16) },
    });
    this.blocks = Array.from({ length: blocks }, () => new Block(width, classes, init));
    // Bands begin weak: the speckle that strong ones begin with takes thousands of updates to unlearn.
    this.convOut = new Conv2d(width, 12, 3, init, {
      padding: "same",
      weightInit: { std: 0.1 / Math.sqrt(9 * width) },
    });
  }

  /**
   * @param z [n, size, size, 1], normal noise
   * @param lowPass [n, size, size, 3]
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n, size, size, 3], the band to be added to `lowPass`
   */
  forward(z: Tensor, lowPass: Tensor, y?: Tensor): Tensor {
    let x = this.convIn.forward(pixelUnshuffle(concat([z, lowPass], 3), 2)); // [n, s / 2, s / 2, width]
    for (const block of this.blocks) x = block.forward(x, y);
    x = this.convOut.forward(act(x)); // [n, s / 2, s / 2, 12]
    return mul(pixelShuffle(x, 2), this.bandScale); // [n, s, s, 3]
  }
}

/** A finer level's discriminator: judges the sharp image beside its band, patch by patch. */
export class ModernFineDiscriminator extends Module {
  readonly bandScale: Weight;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly conv4: Conv2d;
  readonly cls?: Linear;

  constructor({ width, classes, seed, bandScale = 1 }: FineOptions) {
    super();
    this.bandScale = bandScaleOf(bandScale);
    const init = new Initializer(seed);
    this.conv1 = new Conv2d(24, width, 3, init, { padding: "same" });
    this.conv2 = new Conv2d(width, 2 * width, 4, init, { stride: 2, padding: 1 });
    this.conv3 = new Conv2d(2 * width, 3 * width, 4, init, { stride: 2, padding: 1 });
    const last = { weightInit: { std: 1 / Math.sqrt(3 * width) } };
    this.conv4 = new Conv2d(3 * width, 1, 1, init, last);
    if (classes > 0) this.cls = new Linear(classes, 3 * width, init, { bias: false, ...last });
  }

  /**
   * @param bandPass [n, size, size, 3]
   * @param lowPass [n, size, size, 3]
   * @returns [n, m, m], logits of overlapping patches, m about size / 8
   */
  forward(bandPass: Tensor, lowPass: Tensor, y?: Tensor): Tensor {
    const seen = concat([add(bandPass, lowPass), div(bandPass, this.bandScale)], 3); // [n, s, s, 6]
    let x = act(this.conv1.forward(pixelUnshuffle(seen, 2))); // [n, s / 2, s / 2, width]
    x = act(this.conv2.forward(x)); // [n, s / 4, s / 4, 2 width]
    x = act(this.conv3.forward(x)); // [n, s / 8, s / 8, 3 width]
    const [n, m] = x.shape as [number, number];
    const logits = reshape(this.conv4.forward(x), [n, m, m]);
    return this.cls && y
      ? add(logits, sum(mul(x, reshape(this.cls.forward(y), [n, 1, 1, -1])), [3]))
      : logits;
  }
}
