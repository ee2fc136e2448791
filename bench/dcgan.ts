/**
 * DCGAN for images of 64×64 (Radford, Metz and Chintala 2016), as a load for the benchmarks: the other libraries run the
 * same network, with the same sizes, losses and optimiser.
 */
import { Adam, bceWithLogits, detach, flush, grad, type Tensor } from "../engine/index.ts";
import { DcganDiscriminator, DcganGenerator } from "../models/dcgan/networks.ts";

/** Both networks and their optimisers. */
export class Dcgan {
  private readonly generator = new DcganGenerator().train();
  private readonly discriminator = new DcganDiscriminator().train();
  private readonly adamG: Adam;
  private readonly adamD: Adam;

  constructor() {
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
