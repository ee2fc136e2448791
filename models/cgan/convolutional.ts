/**
 * A conditional GAN of today for small pictures: a generator whose batch norm scales and shifts by class (de Vries et al. 2017), and
 * a discriminator with spectral norm whose answer is projected onto the class (Miyato and Koyama, "cGANs with Projection
 * Discriminator", 2018) and that names the class besides (Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary
 * Classifier GANs", 2017). Pictures are [n, h, w, 1] in [0, 1], with sides that are multiples of 4.
 */
import { ShapeError } from "../../engine/errors.ts";
import {
  add,
  Conv2d,
  ConvTranspose2d,
  concat,
  flatten,
  Initializer,
  Linear,
  leakyRelu,
  Module,
  mul,
  relu,
  reshape,
  SpectralNorm,
  sigmoid,
  sub,
  sum,
  type Tensor,
} from "../../engine/index.ts";
import { ConditionalBatchNorm } from "../conditional-batch-norm.ts";
import { sizeOf } from "../../engine/shape.ts";

/** What leaky ReLU leaves of negative values. */
const SLOPE = 0.2;

export interface ConvolutionalSize {
  readonly classes: number;
  /** Of pictures, in pixels: multiples of 4. */
  readonly height: number;
  readonly width: number;
  /** At half size; doubled with each halving below. */
  readonly channels: number;
}

const NORMAL = { weightInit: { std: 0.02 } } as const;
const BY_TWO = { stride: 2, padding: 1 } as const;

function quarter({ height, width }: ConvolutionalSize): [number, number] {
  if (height % 4 !== 0 || width % 4 !== 0)
    throw new ShapeError(
      `convolutional CGAN: pictures need sides that are multiples of 4, got ${width}×${height}`,
    );
  return [height / 4, width / 4];
}

export class ConvolutionalGenerator extends Module {
  readonly fc: Linear;
  readonly bn0: ConditionalBatchNorm;
  readonly up1: ConvTranspose2d;
  readonly bn1: ConditionalBatchNorm;
  readonly up2: ConvTranspose2d;
  /** Of its smallest features. */
  private readonly smallest: readonly [height: number, width: number, channels: number];

  /** @throws ShapeError where height or width is no multiple of 4 */
  constructor(size: ConvolutionalSize & { readonly latentDim: number }, seed = 0) {
    super();
    const { latentDim, classes, channels: c } = size;
    const init = new Initializer(seed);
    this.smallest = [...quarter(size), 2 * c];
    this.fc = new Linear(latentDim + classes, sizeOf(this.smallest), init, { ...NORMAL, bias: false });
    this.bn0 = new ConditionalBatchNorm(classes, 2 * c, init);
    this.up1 = new ConvTranspose2d(2 * c, c, 4, init, { ...NORMAL, ...BY_TWO, bias: false });
    this.bn1 = new ConditionalBatchNorm(classes, c, init);
    this.up2 = new ConvTranspose2d(c, 1, 4, init, { ...NORMAL, ...BY_TWO });
  }

  /**
   * @param z [n, latentDim], normal
   * @param y [n, classes], one-hot
   * @returns [n, h, w, 1], in [0, 1]
   */
  forward(z: Tensor, y: Tensor): Tensor {
    let x = this.fc.forward(concat([z, y], 1)); // [n, h/4 · w/4 · 2c]
    x = reshape(x, [-1, ...this.smallest]); // [n, h/4, w/4, 2c]
    x = relu(this.bn0.forward(x, y));
    x = relu(this.bn1.forward(this.up1.forward(x), y)); // [n, h/2, w/2, c]
    return sigmoid(this.up2.forward(x)); // [n, h, w, 1]
  }
}

export class ConvolutionalDiscriminator extends Module {
  readonly conv1: SpectralNorm;
  readonly conv2: SpectralNorm;
  readonly conv3: SpectralNorm;
  readonly answer: SpectralNorm;
  readonly embedding: SpectralNorm;
  /** Names the class that a picture shows. */
  readonly classifier: Linear;

  /** @throws ShapeError where height or width is no multiple of 4 */
  constructor(size: ConvolutionalSize, seed = 1) {
    super();
    const { classes, channels: c } = size;
    const [h, w] = quarter(size);
    const features = Math.floor(h / 2) * Math.floor(w / 2) * 4 * c;
    const init = new Initializer(seed);
    const bounded = (layer: Conv2d | Linear) => new SpectralNorm(layer, init);
    this.conv1 = bounded(new Conv2d(1, c, 4, init, BY_TWO));
    this.conv2 = bounded(new Conv2d(c, 2 * c, 4, init, BY_TWO));
    this.conv3 = bounded(new Conv2d(2 * c, 4 * c, 4, init, BY_TWO));
    this.answer = bounded(new Linear(features, 1, init));
    this.embedding = bounded(new Linear(classes, features, init, { bias: false }));
    this.classifier = new Linear(features, classes, init);
  }

  /**
   * @param image [n, h, w, 1], in [0, 1]
   * @param y [n, classes], one-hot
   * @returns logits [n], positive for real, and of each class [n, classes], whatever `y` says
   */
  forward(image: Tensor, y: Tensor): { readonly answers: Tensor; readonly classes: Tensor } {
    let x = sub(mul(image, 2), 1); // [n, h, w, 1], in [-1, 1]
    x = leakyRelu(this.conv1.forward(x), SLOPE); // [n, h/2, w/2, c]
    x = leakyRelu(this.conv2.forward(x), SLOPE); // [n, h/4, w/4, 2c]
    x = flatten(leakyRelu(this.conv3.forward(x), SLOPE)); // [n, h/8 · w/8 · 4c]
    const matching = sum(mul(x, this.embedding.forward(y)), [1]); // [n]
    return {
      answers: add(reshape(this.answer.forward(x), [-1]), matching),
      classes: this.classifier.forward(x),
    };
  }
}
