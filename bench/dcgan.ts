/**
 * DCGAN for images of 64×64 (Radford, Metz and Chintala 2016), as a load for the benchmarks: the other libraries run the
 * same network, with the same sizes, losses and optimiser.
 */
import {
  Adam,
  BatchNorm,
  bceWithLogits,
  Conv2d,
  ConvTranspose2d,
  detach,
  flush,
  grad,
  Initializer,
  leakyRelu,
  Module,
  relu,
  reshape,
  type Tensor,
  tanh,
} from "../engine/index.ts";

const NORMAL = { bias: false, weightInit: { std: 0.02 } } as const;

class Generator extends Module {
  readonly project: ConvTranspose2d;
  readonly up: readonly ConvTranspose2d[];
  readonly norms: readonly BatchNorm[];

  constructor(init: Initializer) {
    super();
    this.project = new ConvTranspose2d(100, 512, 4, init, NORMAL);
    this.up = [
      [512, 256],
      [256, 128],
      [128, 64],
      [64, 3],
    ].map(([i, o]) => new ConvTranspose2d(i as number, o as number, 4, init, { ...NORMAL, ...HALF }));
    this.norms = [512, 256, 128, 64].map((c) => new BatchNorm(c));
  }

  /** @param z [n, 100] @returns [n, 64, 64, 3] in (-1, 1) */
  forward(z: Tensor): Tensor {
    let x = this.project.forward(reshape(z, [z.shape[0] as number, 1, 1, 100])); // [n, 4, 4, 512]
    this.up.forEach((up, k) => {
      x = up.forward(relu((this.norms[k] as BatchNorm).forward(x))); // 8, 16, 32, 64 pixels
    });
    return tanh(x);
  }
}

const HALF = { stride: 2, padding: 1 };

class Discriminator extends Module {
  readonly down: readonly Conv2d[];
  readonly norms: readonly BatchNorm[];
  readonly judge: Conv2d;

  constructor(init: Initializer) {
    super();
    this.down = [
      [3, 64],
      [64, 128],
      [128, 256],
      [256, 512],
    ].map(([i, o]) => new Conv2d(i as number, o as number, 4, init, { ...NORMAL, ...HALF }));
    this.norms = [128, 256, 512].map((c) => new BatchNorm(c));
    this.judge = new Conv2d(512, 1, 4, init, NORMAL);
  }

  /** @param x [n, 64, 64, 3] @returns logits [n, 1, 1, 1] */
  forward(x: Tensor): Tensor {
    let h = x;
    this.down.forEach((down, k) => {
      h = down.forward(h); // 32, 16, 8, 4 pixels
      const norm = this.norms[k - 1];
      h = leakyRelu(norm ? norm.forward(h) : h, 0.2);
    });
    return this.judge.forward(h);
  }
}

/** Both networks and their optimisers. */
export class Dcgan {
  private readonly generator: Generator;
  private readonly discriminator: Discriminator;
  private readonly adamG: Adam;
  private readonly adamD: Adam;

  constructor() {
    const init = new Initializer(0);
    this.generator = new Generator(init).train();
    this.discriminator = new Discriminator(init).train();
    const options = { lr: 2e-4, betas: [0.5, 0.999] } as const;
    this.adamG = new Adam(this.generator.parameters().values(), options);
    this.adamD = new Adam(this.discriminator.parameters().values(), options);
  }

  /**
   * One update of the discriminator on real and generated images, then one of the generator.
   * @param real [n, 64, 64, 3]
   * @param z [n, 100]
   * @returns the generator's loss
   */
  step(real: Tensor, z: Tensor): Tensor {
    const fake = this.generator.forward(z);
    const lossD = bceWithLogits(this.discriminator.forward(real), 1).add(
      bceWithLogits(this.discriminator.forward(detach(fake)), 0),
    );
    this.adamD.step(grad(lossD, this.adamD.parameters));
    const lossG = bceWithLogits(this.discriminator.forward(fake), 1);
    this.adamG.step(grad(lossG, this.adamG.parameters));
    flush();
    return lossG;
  }
}
