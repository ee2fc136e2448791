/**
 * Text to image as it works best on little data and small machines: in the generator sentence and noise scale and shift the
 * features of every block (Tao et al., "DF-GAN", 2022; with batch norm, as de Vries et al. 2017), and the discriminator has
 * spectral norm and projects what it sees onto the sentence (Miyato and Koyama, "cGANs with Projection Discriminator", 2018).
 * Pictures are [n, 64, 64, 3] in [-1, 1].
 */
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
  pixelShuffle,
  relu,
  reshape,
  SpectralNorm,
  sum,
  type Tensor,
  tanh,
} from "../../engine/index.ts";
import { ConditionalBatchNorm } from "../conditional-batch-norm.ts";
import type { Text2ImageOptions } from "./networks.ts";

/** What leaky ReLU leaves of negative values. */
const SLOPE = 0.2;

const NORMAL = { weightInit: { std: 0.02 } } as const;
const BY_TWO = { stride: 2, padding: 1 } as const;

type Sizes = Required<Omit<Text2ImageOptions, "residual" | "seed">>;

export class AffineGenerator extends Module {
  readonly latentDim: number;
  readonly text: Linear;
  readonly fc: Linear;
  readonly bn0: ConditionalBatchNorm;
  readonly up1: ConvTranspose2d;
  readonly bn1: ConditionalBatchNorm;
  readonly up2: ConvTranspose2d;
  readonly bn2: ConditionalBatchNorm;
  readonly up3: ConvTranspose2d;
  readonly bn3: ConditionalBatchNorm;
  readonly out: Conv2d;

  constructor({ ngf, latentDim, textDim, textProjDim }: Sizes, seed = 0) {
    super();
    const init = new Initializer(seed);
    const told = latentDim + textProjDim;
    const double = { ...NORMAL, ...BY_TWO, bias: false };
    this.latentDim = latentDim;
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.fc = new Linear(told, 16 * 8 * ngf, init, { ...NORMAL, bias: false });
    this.bn0 = new ConditionalBatchNorm(told, 8 * ngf, init);
    this.up1 = new ConvTranspose2d(8 * ngf, 4 * ngf, 4, init, double);
    this.bn1 = new ConditionalBatchNorm(told, 4 * ngf, init);
    this.up2 = new ConvTranspose2d(4 * ngf, 2 * ngf, 4, init, double);
    this.bn2 = new ConditionalBatchNorm(told, 2 * ngf, init);
    this.up3 = new ConvTranspose2d(2 * ngf, ngf, 4, init, double);
    this.bn3 = new ConditionalBatchNorm(told, ngf, init);
    this.out = new Conv2d(ngf, 12, 3, init, { ...NORMAL, padding: 1 });
  }

  /**
   * @param z [n, latentDim], normal
   * @param text [n, textDim], embeddings of captions
   * @returns [n, 64, 64, 3], in [-1, 1]
   */
  forward(z: Tensor, text: Tensor): Tensor {
    const told = concat([z, leakyRelu(this.text.forward(text), SLOPE)], 1); // [n, latentDim + textProjDim]
    let x = reshape(this.fc.forward(told), [z.shape[0] as number, 4, 4, -1]); // [n, 4, 4, 8 ngf]
    x = relu(this.bn0.forward(x, told));
    x = relu(this.bn1.forward(this.up1.forward(x), told)); // [n, 8, 8, 4 ngf]
    x = relu(this.bn2.forward(this.up2.forward(x), told)); // [n, 16, 16, 2 ngf]
    x = relu(this.bn3.forward(this.up3.forward(x), told)); // [n, 32, 32, ngf]
    // The last doubling is cheapest as four pictures of half the size.
    return tanh(pixelShuffle(this.out.forward(x), 2)); // [n, 64, 64, 3]
  }
}

export class ProjectionDiscriminator extends Module {
  readonly conv0: SpectralNorm;
  readonly conv1: SpectralNorm;
  readonly conv2: SpectralNorm;
  readonly conv3: SpectralNorm;
  readonly answer: SpectralNorm;
  readonly text: Linear;
  readonly embedding: SpectralNorm;

  constructor({ ndf, textDim, textProjDim }: Sizes, seed = 1) {
    super();
    const init = new Initializer(seed);
    const bounded = (layer: Conv2d | Linear) => new SpectralNorm(layer, init);
    const features = 16 * 8 * ndf;
    this.conv0 = bounded(new Conv2d(3, ndf, 4, init, BY_TWO));
    this.conv1 = bounded(new Conv2d(ndf, 2 * ndf, 4, init, BY_TWO));
    this.conv2 = bounded(new Conv2d(2 * ndf, 4 * ndf, 4, init, BY_TWO));
    this.conv3 = bounded(new Conv2d(4 * ndf, 8 * ndf, 4, init, BY_TWO));
    this.answer = bounded(new Linear(features, 1, init));
    this.text = new Linear(textDim, textProjDim, init, { weightInit: "torch" });
    this.embedding = bounded(new Linear(textProjDim, features, init, { bias: false }));
  }

  /** What is seen of pictures, whatever is said of them. @param image [n, 64, 64, 3] @returns [n, 4 · 4 · 8 ndf] */
  look(image: Tensor): Tensor {
    let x = leakyRelu(this.conv0.forward(image), SLOPE); // [n, 32, 32, ndf]
    x = leakyRelu(this.conv1.forward(x), SLOPE); // [n, 16, 16, 2 ndf]
    x = leakyRelu(this.conv2.forward(x), SLOPE); // [n, 8, 8, 4 ndf]
    return flatten(leakyRelu(this.conv3.forward(x), SLOPE)); // [n, 4 · 4 · 8 ndf]
  }

  /**
   * @param seen [n, 4 · 4 · 8 ndf], of `look`
   * @param text [n, textDim], embeddings of captions
   * @returns logits [n], positive for a real picture that its caption describes
   */
  match(seen: Tensor, text: Tensor): Tensor {
    const phi = leakyRelu(this.text.forward(text), SLOPE); // [n, textProjDim]
    const matching = sum(mul(seen, this.embedding.forward(phi)), [1]); // [n]
    return add(reshape(this.answer.forward(seen), [-1]), matching);
  }
}
