/** A training step of each network of the lecture, forward, gradients and Adam: what the golden plans are of. */
import {
  Adam,
  bceWithLogits,
  detach,
  grad,
  type Module,
  Rng,
  slice,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { CganDiscriminator, CganGenerator } from "../../models/cgan/networks.ts";
import {
  LapganBaseDiscriminator,
  LapganBaseGenerator,
  LapganFineDiscriminator,
  LapganFineGenerator,
  splitLevel,
} from "../../models/lapgan/networks.ts";
import { srgan } from "../../models/super-resolution/srgan-system.ts";
import { srresnet } from "../../models/super-resolution/srresnet-system.ts";
import type { System } from "../../models/system.ts";
import { generatorLoss, matchingAwareLoss, withInterpolations } from "../../models/text2image/losses.ts";
import { Text2ImageDiscriminator, Text2ImageGenerator } from "../../models/text2image/networks.ts";

/** Numbers from -1 to 1 that are given from outside. */
function given(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(fillUniform(new Float32Array(size), 1, 2, -1), shape);
}

const adamOf = (net: Module): Adam => new Adam(net.parameters(), { lr: 2e-4, betas: [0.5, 0.999] });

/** One update of the discriminator, then one of the generator. @param rng of their dropout */
function adversarialStep(
  generator: Module,
  discriminator: Module,
  rng: Rng,
  fake: () => Tensor,
  real: () => Tensor,
  judge: (images: Tensor) => Tensor,
): () => Tensor {
  const [ofG, ofD] = [adamOf(generator.train()), adamOf(discriminator.train())];
  return () => {
    rng.at(0);
    const made = fake();
    const lossD = bceWithLogits(judge(real()), 1).add(bceWithLogits(judge(detach(made)), 0));
    ofD.step(grad(lossD, ofD.parameters));
    const lossG = bceWithLogits(judge(made), 1);
    ofG.step(grad(lossG, ofG.parameters));
    return lossG;
  };
}

function lapganBase(): () => Tensor {
  const rng = new Rng(1);
  const generator = new LapganBaseGenerator();
  const discriminator = new LapganBaseDiscriminator({ rng });
  const [z, image] = [given([16, 100]), given([16, 8, 8, 3])];
  return adversarialStep(
    generator,
    discriminator,
    rng,
    () => generator.forward(z),
    () => image,
    (x) => discriminator.forward(x),
  );
}

function lapganFine(): () => Tensor {
  const rng = new Rng(1);
  const generator = new LapganFineGenerator({ size: 28 });
  const discriminator = new LapganFineDiscriminator({ size: 28, rng });
  const [z, image] = [given([16, 28, 28, 1]), given([16, 28, 28, 3])];
  const level = () => splitLevel(image, 14);
  return adversarialStep(
    generator,
    discriminator,
    rng,
    () => generator.forward(z, level().lowPass),
    () => level().bandPass,
    (band) => discriminator.forward(band, level().lowPass),
  );
}

function cgan(): () => Tensor {
  const rng = new Rng(1);
  const generator = new CganGenerator({ rng });
  const discriminator = new CganDiscriminator({ rng });
  const [z, y, image] = [given([100, 100]), given([100, 10]), given([100, 784])];
  return adversarialStep(
    generator,
    discriminator,
    rng,
    () => generator.forward(z, y),
    () => image,
    (x) => discriminator.forward(x, y),
  );
}

/** GAN-INT-CLS, a narrow one. */
function textToImage(): () => Tensor {
  const options = { ngf: 8, ndf: 8, latentDim: 10, textDim: 32, textProjDim: 16 };
  const generator = new Text2ImageGenerator(options).train();
  const discriminator = new Text2ImageDiscriminator(options).train();
  const [ofG, ofD] = [adamOf(generator), adamOf(discriminator)];
  const [image, text, other, z] = [given([4, 64, 64, 3]), given([4, 32]), given([4, 32]), given([6, 10])];
  return () => {
    const asked = withInterpolations(text);
    const made = generator.forward(z, asked);
    const scores = {
      real: discriminator.forward(image, text),
      wrong: discriminator.forward(image, other),
      fake: discriminator.forward(detach(slice(made, [0], [4])), text),
    };
    ofD.step(grad(matchingAwareLoss(scores).total, ofD.parameters));
    const lossG = generatorLoss(discriminator.forward(made, asked));
    ofG.step(grad(lossG, ofG.parameters));
    return lossG;
  };
}

function ofSystem(system: System, name: string): () => Tensor {
  const { trainer, batch } = system.rehearse(name);
  return () => trainer.record(batch(0), 0);
}

/** Makes the networks anew each time. @returns what records a step */
export const STEPS: Readonly<Record<string, () => () => Tensor>> = {
  "srresnet tiny": () => ofSystem(srresnet, "tiny"),
  "srresnet compact": () => ofSystem(srresnet, "compact"),
  "srgan tiny": () => ofSystem(srgan, "tiny"),
  "lapgan base": lapganBase,
  "lapgan 28": lapganFine,
  cgan,
  "text2image narrow": textToImage,
};
