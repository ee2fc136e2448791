/**
 * The coarsest level for little data and little time. What its pictures show is where things are, not texture: a fully connected
 * layer of each class's own places them, convolutions at half of the size and pixel shuffle draw them. The discriminator's answer
 * is projected onto the class (Miyato and Koyama 2018), and it names the class besides (Odena, Olah and Shlens 2017).
 */
import {
  add,
  Conv2d,
  concat,
  flatten,
  Initializer,
  Linear,
  leakyRelu,
  Module,
  mul,
  pixelShuffle,
  reshape,
  sum,
  type Tensor,
} from "../../engine/index.ts";
import { ClassScale, type ModernLevelOptions } from "./modern-networks.ts";

const act = (x: Tensor): Tensor => leakyRelu(x, 0.2);

/** Numbers of noise. */
const LATENT = 64;
/** Hidden units of the generator for each of the discriminator's feature maps: an update of either then costs about the same. */
const HIDDEN = 8;

/** Noise and a class as the input of a layer that has weights and biases of its own for each class. @returns [n, classes (latent + 1)] */
function perClass(z: Tensor, y: Tensor): Tensor {
  const [n, classes] = y.shape as [number, number];
  const noise = mul(reshape(y, [n, classes, 1]), reshape(z, [n, 1, LATENT])); // [n, classes, latent]
  return concat([flatten(noise), y], 1);
}

export class ModernBaseGenerator extends Module {
  readonly latentDim = LATENT;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly convOut: Conv2d;
  readonly scales: readonly ClassScale[];
  private readonly half: number;
  private readonly width: number;

  constructor({ size, width, classes, seed }: ModernLevelOptions) {
    super();
    const init = new Initializer(seed);
    const hidden = HIDDEN * width;
    const inputs = classes > 0 ? classes * (LATENT + 1) : LATENT;
    this.half = size / 2;
    this.width = width;
    // As many inputs as one class has are not zero.
    this.fc1 = new Linear(inputs, hidden, init, { weightInit: { std: Math.SQRT2 / Math.sqrt(LATENT) } });
    this.fc2 = new Linear(hidden, this.half ** 2 * width, init);
    this.conv1 = new Conv2d(width, width, 3, init, { padding: "same" });
    this.conv2 = new Conv2d(width, 4 * width, 3, init, { padding: "same" });
    this.convOut = new Conv2d(width, 3, 3, init, {
      padding: "same",
      weightInit: { std: 0.5 / Math.sqrt(9 * width) },
    });
    this.scales = classes > 0 ? [hidden, width, 4 * width].map((c) => new ClassScale(classes, c, init)) : [];
  }

  /**
   * @param z [n, 64], normal
   * @param y [n, classes], one-hot, for networks with classes
   * @returns [n, size, size, 3], not bounded
   */
  forward(z: Tensor, y?: Tensor): Tensor {
    const { half } = this;
    const scaled = (k: number, x: Tensor) => act(y && this.scales[k] ? this.scales[k].forward(x, y) : x);
    let x = scaled(0, this.fc1.forward(y ? perClass(z, y) : z)); // [n, hidden]
    x = act(reshape(this.fc2.forward(x), [-1, half, half, this.width])); // [n, size / 2, size / 2, width]
    x = mul(add(x, scaled(1, this.conv1.forward(x))), Math.SQRT1_2); // [n, size / 2, size / 2, width]
    x = pixelShuffle(scaled(2, this.conv2.forward(x)), 2); // [n, size, size, width]
    return this.convOut.forward(x);
  }
}

/** What the discriminator says of pictures. */
export interface BaseVerdict {
  /** [n], logits: positive for real. */
  readonly answers: Tensor;
  /** Logits of each class [n, classes], whatever it was told, where there are classes. */
  readonly classes?: Tensor;
}

export class ModernBaseDiscriminator extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly fc: Linear;
  readonly cls?: Linear;
  readonly classifier?: Linear;

  constructor({ size, width, classes, seed }: ModernLevelOptions) {
    super();
    const init = new Initializer(seed);
    const features = 2 * width * Math.floor(size / 4) ** 2;
    const last = { weightInit: { std: 1 / Math.sqrt(features) } };
    this.conv1 = new Conv2d(3, width / 2, 3, init, { padding: "same" });
    this.conv2 = new Conv2d(width / 2, width, 4, init, { stride: 2, padding: 1 });
    this.conv3 = new Conv2d(width, 2 * width, 4, init, { stride: 2, padding: 1 });
    this.fc = new Linear(features, 1, init, last);
    if (classes > 0) {
      this.cls = new Linear(classes, features, init, { bias: false, ...last });
      this.classifier = new Linear(features, classes, init, last);
    }
  }

  /**
   * @param image [n, size, size, 3]
   * @param y [n, classes], one-hot, for networks with classes
   */
  forward(image: Tensor, y?: Tensor): BaseVerdict {
    let x = act(this.conv1.forward(image)); // [n, size, size, width / 2]
    x = act(this.conv2.forward(x)); // [n, size / 2, size / 2, width]
    x = flatten(act(this.conv3.forward(x))); // [n, 2 width (size / 4)²]
    const answers = reshape(this.fc.forward(x), [-1]); // [n]
    if (!this.cls || !this.classifier || !y) return { answers };
    const matching = sum(mul(x, this.cls.forward(y)), [1]); // [n]
    return { answers: add(answers, matching), classes: this.classifier.forward(x) };
  }
}
