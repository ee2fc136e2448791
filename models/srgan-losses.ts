/** The content loss of SRGAN (Ledig et al. 2017, section 2.2). */
import { mse, mul, type Tensor } from "../engine/index.ts";
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
