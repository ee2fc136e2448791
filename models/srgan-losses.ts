/** The losses of SRGAN (Ledig et al. 2017, section 2.2; the total variation is of the paper's first version). */
import { add, mean, mse, mul, neg, slice, softplus, square, sub, sum, type Tensor } from "../engine/index.ts";
import type { VGG19 } from "./vgg19.ts";

/**
 * How features of VGG are compared.
 * - "mean": mean over everything;
 * - "channel-sum": summed over channels, mean over positions and images, as equation 5 has it.
 */
export type FeatureReduction = "mean" | "channel-sum";

/**
 * Squared distance of the features of two images, not weighted (equation 5).
 * @param sr upscaled and `hr` original images, [n, h, w, 3] in [-1, 1]; the gradient goes to `sr` only
 */
export function vggLoss(vgg: VGG19, sr: Tensor, hr: Tensor, reduction: FeatureReduction = "mean"): Tensor {
  const features = vgg.forward(sr); // [n, h', w', c]
  const loss = mse(features, vgg.forward(hr).detach());
  return reduction === "mean" ? loss : mul(loss, features.shape.at(-1) as number);
}

/**
 * What the original weights of VGG make of the paper's rescaling of features by 1 / 12.75: a factor of 0.006 on the
 * loss with "channel-sum".
 */
export const CAFFE_VGG_WEIGHT = 0.006;
/** A weight that suits torchvision's weights with "mean". */
export const TORCHVISION_VGG_WEIGHT = 0.28;

/**
 * The weight that makes the VGG loss of a generator as large as its mean squared error, which is what the paper
 * rescales features for: other weights of VGG have features of another size.
 * @param sr what the generator, trained by mean squared error, makes of images whose originals are `hr`
 */
export async function calibrateVggWeight(
  vgg: VGG19,
  sr: Tensor,
  hr: Tensor,
  reduction: FeatureReduction = "mean",
): Promise<number> {
  const [pixels, features] = await Promise.all([mse(sr, hr).item(), vggLoss(vgg, sr, hr, reduction).item()]);
  return pixels / features;
}

/**
 * What the generator is punished with for being recognised, from the discriminator's logits of its images.
 * - "non-saturating": mean of -log D(G), equation 6;
 * - "saturating": mean of log(1 - D(G)), the minimax game itself, whose gradient vanishes where D is sure; for teaching.
 */
export function adversarialLoss(
  logits: Tensor,
  form: "non-saturating" | "saturating" = "non-saturating",
): Tensor {
  return form === "non-saturating" ? mean(softplus(neg(logits))) : neg(mean(softplus(logits)));
}

/** -log D(real) - log(1 - D(fake)), means over the batch, from logits. */
export function discriminatorLoss(real: Tensor, fake: Tensor): Tensor {
  return add(mean(softplus(neg(real))), mean(softplus(fake)));
}

/** Squared differences of neighbouring pixels, summed over an image [n, h, w, c], mean over the batch. */
export function totalVariation(image: Tensor): Tensor {
  const [n = 1, h = 0, w = 0] = image.shape;
  const down = sub(slice(image, [0, 1], []), slice(image, [], [n, h - 1]));
  const right = sub(slice(image, [0, 0, 1], []), slice(image, [], [n, h, w - 1]));
  return mul(add(sum(square(down)), sum(square(right))), 1 / n);
}
