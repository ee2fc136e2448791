/** Numbers of parameters against PyTorch's modules of the same sizes (and the sums in the papers). */
import { expect, test } from "vitest";
import { CganDiscriminator, CganGenerator } from "../../models/cgan/networks.ts";
import { CHAR_CNN_RNN, CharCnnRnn } from "../../models/text-encoder/char-cnn-rnn.ts";
import { WordCnnRnn } from "../../models/text-encoder/word-cnn-rnn.ts";
import {
  LapganBaseDiscriminator,
  LapganBaseGenerator,
  LapganFineDiscriminator,
  LapganFineGenerator,
} from "../../models/lapgan/networks.ts";
import { LargeDiscriminator, LargeGenerator } from "../../models/lapgan/large-networks.ts";
import { SRGANDiscriminator } from "../../models/super-resolution/srgan-discriminator.ts";
import { SRResNet } from "../../models/super-resolution/srresnet.ts";
import {
  StyleEncoder,
  Text2ImageDiscriminator,
  Text2ImageGenerator,
} from "../../models/text2image/networks.ts";
import { VGG19 } from "../../models/features/vgg19.ts";

test.each([
  ["SRResNet, the generator of SRGAN", new SRResNet(), 1_548_547],
  ["discriminator", new SRGANDiscriminator(), 23_563_649],
  ["discriminator with biases everywhere", new SRGANDiscriminator({ convBias: true }), 23_565_505],
  ["discriminator of images of any size", new SRGANDiscriminator({ head: "gap" }), 5_213_569],
  ["VGG19's convolutions", new VGG19({ layer: "pool5" }), 20_024_384],
  ["VGG19 to relu5_4", new VGG19(), 20_024_384],
  ["VGG19 to relu2_2", new VGG19({ layer: "relu2_2" }), 260_160],
  ["LAPGAN: coarsest generator", new LapganBaseGenerator(), 1_792_992],
  ["its discriminator", new LapganBaseDiscriminator(), 477_001],
  ["the same two told the class", new LapganBaseGenerator({ classes: 10 }), 1_804_992],
  ["…", new LapganBaseDiscriminator({ classes: 10 }), 483_001],
  ["LAPGAN: finer generator", new LapganFineGenerator({ size: 14 }), 218_179],
  ["the same, twice as wide", new LapganFineGenerator({ size: 14, featureMaps: 128 }), 837_763],
  ["the same told the class, at 28", new LapganFineGenerator({ size: 28, classes: 10 }), 229_939],
  ["LAPGAN: finer discriminator, at 14", new LapganFineDiscriminator({ size: 14 }), 107_905],
  ["at 16", new LapganFineDiscriminator({ size: 16 }), 108_353],
  ["at 28", new LapganFineDiscriminator({ size: 28 }), 113_729],
  ["at 32", new LapganFineDiscriminator({ size: 32 }), 116_545],
  ["at 64", new LapganFineDiscriminator({ size: 64 }), 157_505],
  ["LAPGAN for LSUN: finer generator", new LargeGenerator({ size: 32 }), 1_090_995],
  ["its discriminator, at 16", new LargeDiscriminator({ size: 16 }), 714_017],
  ["at 32", new LargeDiscriminator({ size: 32 }), 873_761],
  ["at 64", new LargeDiscriminator({ size: 64 }), 1_832_225],
  ["LAPGAN: finer discriminator, at 96", new LapganFineDiscriminator({ size: 96 }), 231_233],
  ["the same told the class, at 28", new LapganFineDiscriminator({ size: 28, classes: 10 }), 123_953],
  ["conditional GAN: generator", new CganGenerator(), 2_413_984],
  ["its discriminator", new CganDiscriminator(), 1_224_351],
  ["text to image: generator", new Text2ImageGenerator(), 18_905_472],
  ["its discriminator", new Text2ImageDiscriminator(), 4_029_824],
  ["its generator for COCO", new Text2ImageGenerator({ ngf: 196 }), 41_101_080],
  ["its discriminator for COCO", new Text2ImageDiscriminator({ ndf: 196 }), 36_183_440],
  ["its generator without residual blocks", new Text2ImageGenerator({ residual: false }), 14_886_784],
  ["its discriminator without them", new Text2ImageDiscriminator({ residual: false }), 3_225_472],
  ["the same, half as wide", new Text2ImageGenerator({ ngf: 64, residual: false }), 4_756_480],
  ["text encoder of CVPR 2016", new CharCnnRnn(CHAR_CNN_RNN.cvpr), 1_814_144],
  ["of ICML 2016 for flowers", new CharCnnRnn(CHAR_CNN_RNN.icmlFlowers), 2_994_560],
  ["of ICML 2016 for birds and COCO", new CharCnnRnn(), 4_045_184],
  ["word-CNN-RNN over ten words", new WordCnnRnn({ vocabulary: [..."abcdefghij"] }), 2_116_096],
  ["style encoder", new StyleEncoder(), 4_381_028],
])("%s", (_, net, count) => {
  expect(net.parameterCount).toBe(count);
});
