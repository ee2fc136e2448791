/** The learning rates and momenta of the lecture's systems, each a function of the count it names, from 0. */
import { exponentialDecay, linearRamp, piecewiseConstant, stepDecay } from "../../engine/index.ts";

/** SRGAN, by update: 10⁵ updates at 1e-4, then at 1e-5 (Ledig et al. 2017, section 3.2). */
export const srganLearningRate = piecewiseConstant([
  [0, 1e-4],
  [100_000, 1e-5],
]);

/** LAPGAN, by epoch: 0.02 divided by 1.00004, at least 1e-6 (Denton et al. 2015). */
export const lapganLearningRate = exponentialDecay(0.02, 1 / 1.00004, 1e-6);
/** LAPGAN, by epoch: from 0.5 by 0.0008 up to 0.8. */
export const lapganMomentum = linearRamp(0.5, 0.8, 375);

/** Conditional GAN, by update: 0.1 divided by 1.00004, at least 1e-6 (Mirza and Osindero 2014, section 4.1). */
export const cganLearningRate = exponentialDecay(0.1, 1 / 1.00004, 1e-6);
/** Conditional GAN, by epoch: from 0.5 to 0.7 over 250 epochs. */
export const cganMomentum = linearRamp(0.5, 0.7, 250);

/** Text to image on birds and flowers, by epoch: halved every 100 (Reed et al. 2016, code). */
export const textToImageLearningRate = stepDecay(2e-4, 0.5, 100);
/** Text to image on COCO, by epoch: halved every 40. */
export const textToImageCocoLearningRate = stepDecay(2e-4, 0.5, 40);

/** char-CNN-RNN by joint embedding, by epoch: × 0.98 (Reed et al. 2016, CVPR, code). */
export const jointEmbeddingLearningRate = exponentialDecay(7e-4, 0.98);
/** char-CNN-RNN on COCO's captions, by epoch: halved every 50. */
export const cocoEncoderLearningRate = stepDecay(2e-4, 0.5, 50);
