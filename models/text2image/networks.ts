/**
 * Text to image: a DCGAN whose two networks read the embedding of a caption.
 * Reed, Akata, Yan, Logeswaran, Schiele and Lee, "Generative Adversarial Text to Image Synthesis", ICML 2016; networks as
 * in the authors' code (reedscot/icml2016), which has residual blocks that the paper's text does not mention.
 */
import {
  add,
  BatchNorm,
  Conv2d,
  ConvTranspose2d,
  concat,
  expand,
  Initializer,
  Linear,
  leakyRelu,
  Module,
  relu,
  reshape,
  type Tensor,
  tanh,
} from "../../engine/index.ts";

/** What leaky ReLU leaves of negative values. */
const SLOPE = 0.2;

export interface Text2ImageOptions {
  /** Width of the generator: 128, for COCO 196. */
  readonly ngf?: number;
  /** Width of the discriminator and of the style encoder: 64, for COCO 196. */
  readonly ndf?: number;
  /** Numbers of noise, normal: 100. */
  readonly latentDim?: number;
  /** Numbers of a caption's embedding: 1024. */
  readonly textDim?: number;
  /** Numbers it is projected to, in each network by weights of its own: 128. */
  readonly textProjDim?: number;
  /** Residual bottlenecks at 4×4 and 8×8 (the authors' code) or plain activations in their place (the paper's text). */
  readonly residual?: boolean;
  readonly seed?: number;
}

const DEFAULTS = {
  ngf: 128,
  ndf: 64,
  latentDim: 100,
  textDim: 1024,
  textProjDim: 128,
  residual: true,
  seed: 0,
} satisfies Required<Text2ImageOptions>;

/** Normal with deviation 0.02, no bias. */
const CONV = { bias: false, weightInit: { std: 0.02 } } as const;

const norm = (channels: number, init: Initializer): BatchNorm =>
  new BatchNorm(channels, { scale: init.normal([channels], 0.02, 1) });

/** c -> c / 4 -> c / 4 -> c around a shortcut, without the activation after the sum. */
class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(channels: number, activation: (x: Tensor) => Tensor, init: Initializer) {
    super();
    const narrow = channels / 4;
    this.activation = activation;
    this.conv1 = new Conv2d(channels, narrow, 1, init, CONV);
    this.bn1 = norm(narrow, init);
    this.conv2 = new Conv2d(narrow, narrow, 3, init, { ...CONV, padding: 1 });
    this.bn2 = norm(narrow, init);
    this.conv3 = new Conv2d(narrow, channels, 3, init, { ...CONV, padding: 1 });
    this.bn3 = norm(channels, init);
  }

  forward(x: Tensor): Tensor {
    let h = this.activation(this.bn1.forward(this.conv1.forward(x))); // [n, h, w, c / 4]
    h = this.activation(this.bn2.forward(this.conv2.forward(h))); // [n, h, w, c / 4]
    return add(this.bn3.forward(this.conv3.forward(h)), x); // [n, h, w, c]
  }
}

const leaky = (x: Tensor): Tensor => leakyRelu(x, SLOPE);

export class Text2ImageGenerator extends Module {
  readonly latentDim: number;
  readonly text: Linear;
  readonly up0: ConvTranspose2d;
  readonly bn0: BatchNorm;
  readonly res0?: Bottleneck;
  readonly up1: ConvTranspose2d;
  readonly bn1: BatchNorm;
  readonly res1?: Bottleneck;
  readonly up2: ConvTranspose2d;
  readonly bn2: BatchNorm;
  readonly up3: ConvTranspose2d;
  readonly bn3: BatchNorm;
  readonly up4: ConvTranspose2d;

  constructor(options: Text2ImageOptions = {}) {
    super();
    const { ngf, latentDim, textDim, textProjDim, residual, seed } = { ...DEFAULTS, ...options };
    const init = new Initializer(seed);
    const double = { ...CONV, stride: 2, padding: 1 };
    this.latentDim = latentDim;
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.up0 = new ConvTranspose2d(latentDim + textProjDim, 8 * ngf, 4, init, CONV);
    this.bn0 = norm(8 * ngf, init);
    this.up1 = new ConvTranspose2d(8 * ngf, 4 * ngf, 4, init, double);
    this.bn1 = norm(4 * ngf, init);
    this.up2 = new ConvTranspose2d(4 * ngf, 2 * ngf, 4, init, double);
    this.bn2 = norm(2 * ngf, init);
    this.up3 = new ConvTranspose2d(2 * ngf, ngf, 4, init, double);
    this.bn3 = norm(ngf, init);
    this.up4 = new ConvTranspose2d(ngf, 3, 4, init, double);
    if (residual) {
      this.res0 = new Bottleneck(8 * ngf, relu, init);
      this.res1 = new Bottleneck(4 * ngf, relu, init);
    }
  }

  /**
   * @param z [n, latentDim]
   * @param text [n, textDim], embeddings of captions
   * @returns [n, 64, 64, 3], in [-1, 1]
   */
  forward(z: Tensor, text: Tensor): Tensor {
    const phi = leaky(this.text.forward(text)); // [n, 128]
    let x = reshape(concat([z, phi], 1), [z.shape[0] as number, 1, 1, -1]); // [n, 1, 1, 228]
    x = this.bn0.forward(this.up0.forward(x)); // [n, 4, 4, 1024]
    x = relu(this.res0 ? this.res0.forward(x) : x);
    x = this.bn1.forward(this.up1.forward(x)); // [n, 8, 8, 512]
    x = relu(this.res1 ? this.res1.forward(x) : x);
    x = relu(this.bn2.forward(this.up2.forward(x))); // [n, 16, 16, 256]
    x = relu(this.bn3.forward(this.up3.forward(x))); // [n, 32, 32, 128]
    return tanh(this.up4.forward(x)); // [n, 64, 64, 3]
  }
}

/** What discriminator and style encoder see of an image. */
class ImageTrunk extends Module {
  readonly conv0: Conv2d;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm;
  readonly res?: Bottleneck;

  constructor(ndf: number, residual: boolean, init: Initializer) {
    super();
    const halve = { ...CONV, stride: 2, padding: 1 };
    this.conv0 = new Conv2d(3, ndf, 4, init, halve);
    this.conv1 = new Conv2d(ndf, 2 * ndf, 4, init, halve);
    this.bn1 = norm(2 * ndf, init);
    this.conv2 = new Conv2d(2 * ndf, 4 * ndf, 4, init, halve);
    this.bn2 = norm(4 * ndf, init);
    this.conv3 = new Conv2d(4 * ndf, 8 * ndf, 4, init, halve);
    this.bn3 = norm(8 * ndf, init);
    if (residual) this.res = new Bottleneck(8 * ndf, leaky, init);
  }

  /** @param image [n, 64, 64, 3] @returns [n, 4, 4, 8 ndf] */
  forward(image: Tensor): Tensor {
    let x = leaky(this.conv0.forward(image)); // [n, 32, 32, 64]
    x = leaky(this.bn1.forward(this.conv1.forward(x))); // [n, 16, 16, 128]
    x = leaky(this.bn2.forward(this.conv2.forward(x))); // [n, 8, 8, 256]
    x = this.bn3.forward(this.conv3.forward(x)); // [n, 4, 4, 512]
    return leaky(this.res ? this.res.forward(x) : x);
  }
}

export class Text2ImageDiscriminator extends Module {
  readonly trunk: ImageTrunk;
  readonly text: Linear;
  readonly conv4: Conv2d;
  readonly bn4: BatchNorm;
  readonly conv5: Conv2d;

  constructor(options: Text2ImageOptions = {}) {
    super();
    const { ndf, textDim, textProjDim, residual, seed } = { ...DEFAULTS, seed: 1, ...options };
    const init = new Initializer(seed);
    this.trunk = new ImageTrunk(ndf, residual, init);
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.conv4 = new Conv2d(8 * ndf + textProjDim, 8 * ndf, 1, init, CONV);
    this.bn4 = norm(8 * ndf, init);
    this.conv5 = new Conv2d(8 * ndf, 1, 4, init, CONV);
  }

  /**
   * @param image [n, 64, 64, 3], in [-1, 1]
   * @param text [n, textDim], embeddings of captions
   * @returns [n], logits: positive for a real image that its caption describes
   */
  forward(image: Tensor, text: Tensor): Tensor {
    let x = this.trunk.forward(image); // [n, 4, 4, 512]
    const phi = leaky(this.text.forward(text)); // [n, 128]
    const [n = 0, h = 0, w = 0] = x.shape;
    const everywhere = expand(reshape(phi, [n, 1, 1, -1]), [n, h, w, phi.shape[1] as number]);
    x = concat([x, everywhere], 3); // [n, 4, 4, 640]
    x = leaky(this.bn4.forward(this.conv4.forward(x))); // [n, 4, 4, 512]
    return reshape(this.conv5.forward(x), [n]);
  }
}

/** Reads the noise back from an image that the generator made: what a caption does not say, its style (section 4.4). */
export class StyleEncoder extends Module {
  readonly trunk: ImageTrunk;
  readonly out: Conv2d;

  constructor(options: Text2ImageOptions = {}) {
    super();
    const { ndf, latentDim, residual, seed } = { ...DEFAULTS, seed: 2, ...options };
    const init = new Initializer(seed);
    this.trunk = new ImageTrunk(ndf, residual, init);
    this.out = new Conv2d(8 * ndf, latentDim, 4, init, { ...CONV, bias: true });
  }

  /** @param image [n, 64, 64, 3], in [-1, 1] @returns [n, latentDim] */
  forward(image: Tensor): Tensor {
    const x = this.out.forward(this.trunk.forward(image)); // [n, 1, 1, 100]
    return reshape(x, [image.shape[0] as number, -1]);
  }
}
