/**
 * LAPGAN's large networks of a finer level, which its authors used for LSUN's scenes at 16 to 64 pixels
 * (facebookarchive/eyescream, lsun/model.lua).
 */
import {
  add,
  BatchNorm,
  Conv2d,
  concat,
  flatten,
  Initializer,
  Linear,
  Module,
  norm,
  type Rng,
  relu,
  reshape,
  SpatialDropout,
  type Tensor,
} from "../../engine/index.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import { classPlane } from "./networks.ts";

/** L2 pooling over pairs of neighbouring channels: [n, h, w, 2c] -> [n, h, w, c], √(a² + b²). */
export function featureL2Pool(x: Tensor): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return norm(reshape(x, [n, h, w, c / 2, 2]), [4]);
}

export interface LargeOptions {
  /** Side of the images of this level; the discriminator needs at least 13. */
  readonly size: number;
  /** Classes told to the network; 0, the default, for none. */
  readonly classes?: number;
  readonly seed?: number;
  /** Where dropout takes its random numbers from; by default from the seed. */
  readonly rng?: Rng;
}

export class LargeGenerator extends Module {
  readonly size: number;
  readonly cls?: Linear;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly conv4: Conv2d;
  readonly conv5: Conv2d;
  readonly norms: readonly BatchNorm[];
  readonly dropout1: SpatialDropout;
  readonly dropout2: SpatialDropout;

  constructor({ size, classes = 0, seed = 0, rng = dropoutRng(seed) }: LargeOptions) {
    super();
    const init = new Initializer(seed);
    const conv = { padding: "same", weightInit: "torch" } as const;
    this.size = size;
    if (classes > 0) this.cls = new Linear(classes, size * size, init, { weightInit: "torch" });
    this.conv1 = new Conv2d(classes > 0 ? 5 : 4, 64, 7, init, conv);
    this.conv2 = new Conv2d(64, 368, 7, init, { ...conv, groups: 4 });
    this.conv3 = new Conv2d(368, 128, 7, init, { ...conv, groups: 4 });
    this.conv4 = new Conv2d(64, 224, 5, init, { ...conv, groups: 2 });
    this.conv5 = new Conv2d(224, 3, 7, init, conv);
    this.norms = [64, 368, 128, 224, 3].map((maps) => new BatchNorm(maps, { affine: false }));
    this.dropout1 = new SpatialDropout(0.5, rng);
    this.dropout2 = new SpatialDropout(0.5, rng);
  }

  /**
   * @param z [n, size, size, 1], noise uniform in [-1, 1]
   * @param lowPass [n, size, size, 3], the enlarged coarser image
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n, size, size, 3], the band to be added to `lowPass`
   */
  forward(z: Tensor, lowPass: Tensor, y?: Tensor): Tensor {
    const normal = (k: number, x: Tensor) => (this.norms[k] as BatchNorm).forward(x);
    let x = concat(this.cls && y ? [z, classPlane(this.cls, y), lowPass] : [z, lowPass], 3); // [n, s, s, 4 or 5]
    x = normal(0, relu(this.conv1.forward(x))); // [n, s, s, 64]
    x = this.dropout1.forward(normal(1, relu(this.conv2.forward(x)))); // [n, s, s, 368]
    x = featureL2Pool(normal(2, relu(this.conv3.forward(x)))); // [n, s, s, 128] -> [n, s, s, 64]
    x = this.dropout2.forward(normal(3, relu(this.conv4.forward(x)))); // [n, s, s, 224]
    return normal(4, this.conv5.forward(x)); // [n, s, s, 3]
  }
}

export class LargeDiscriminator extends Module {
  readonly cls?: Linear;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly fc: Linear;

  constructor({ size, classes = 0, seed = 1 }: LargeOptions) {
    super();
    const init = new Initializer(seed);
    const weightInit = "torch";
    if (classes > 0) this.cls = new Linear(classes, size * size, init, { weightInit: "torch" });
    this.conv1 = new Conv2d(classes > 0 ? 4 : 3, 48, 3, init, { weightInit });
    this.conv2 = new Conv2d(48, 448, 5, init, { weightInit, groups: 4 });
    this.conv3 = new Conv2d(448, 416, 7, init, { weightInit, groups: 16 });
    this.fc = new Linear(416 * (size - 12) ** 2, 1, init, { weightInit });
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
    x = relu(this.conv1.forward(x)); // [n, s - 2, s - 2, 48]
    x = relu(this.conv2.forward(x)); // [n, s - 6, s - 6, 448]
    x = relu(this.conv3.forward(x)); // [n, s - 12, s - 12, 416]
    return reshape(this.fc.forward(flatten(x.permute([0, 3, 1, 2]))), [-1]);
  }
}
