/** Numbers of parameters against PyTorch's modules of the same sizes (and the sums in the papers). */
import { expect, test } from "vitest";
import { SRGANDiscriminator } from "../../models/srgan-discriminator.ts";
import { SRResNet } from "../../models/srresnet.ts";
import { VGG19 } from "../../models/vgg19.ts";

test.each([
  ["SRResNet, the generator of SRGAN", new SRResNet(), 1_548_547],
  ["the same with shared PReLU slopes", new SRResNet({ prelu: "shared" }), 1_547_350],
  ["the same with biases everywhere", new SRResNet({ convBias: true }), 1_550_659],
  ["15 blocks, shared slopes", new SRResNet({ numBlocks: 15, prelu: "shared" }), 1_473_365],
  ["15 blocks, deconvolution", new SRResNet({ numBlocks: 15, upsample: "deconv" }), 1_252_803],
  ["discriminator", new SRGANDiscriminator(), 23_563_649],
  ["discriminator with biases everywhere", new SRGANDiscriminator({ convBias: true }), 23_565_505],
  ["discriminator of images of any size", new SRGANDiscriminator({ head: "gap" }), 5_213_569],
  ["VGG19's convolutions", new VGG19({ layer: "pool5" }), 20_024_384],
  ["VGG19 to relu5_4", new VGG19(), 20_024_384],
  ["VGG19 to relu2_2", new VGG19({ layer: "relu2_2" }), 260_160],
])("%s", (_, net, count) => {
  expect(net.parameterCount).toBe(count);
});
