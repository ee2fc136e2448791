/** What SRGAN's generator is told of its images without a discriminator: content (Ledig et al. 2017, section 2.2), texture, grids. */
import {
  add,
  avgPool2d,
  div,
  matmul,
  mean,
  mse,
  mul,
  permute,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../../engine/index.ts";
import type { VGG19, VggLayer } from "../features/vgg19.ts";

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
  return squaredDistance(featuresOf(vgg, sr, hr, [vgg.layer])[0] as Features, reduction);
}

/** A layer's features of an image and of its original, [n, h', w', c]; those of the original without a gradient. */
type Features = readonly [got: Tensor, want: Tensor];

function featuresOf(vgg: VGG19, sr: Tensor, hr: Tensor, layers: readonly VggLayer[]): Features[] {
  const originals = vgg.taps(hr, layers);
  return vgg.taps(sr, layers).map((got, k) => [got, (originals[k] as Tensor).detach()]);
}

function squaredDistance([got, want]: Features, reduction: FeatureReduction): Tensor {
  const loss = mse(got, want);
  return reduction === "mean" ? loss : mul(loss, got.shape.at(-1) as number);
}

/** Layers by whose features textures are compared, with the side of a place in their pixels: 16 of the image's. */
const TEXTURE_PLACES: ReadonlyMap<VggLayer, number> = new Map([
  ["relu1_1", 16],
  ["relu2_1", 8],
  ["relu3_1", 4],
]);
/** Up to here VGG19 must be built for textures. */
export const LAST_TEXTURE_LAYER = [...TEXTURE_PLACES.keys()].at(-1) as VggLayer;
/** Covariances of less than this share of the features' power are as good as none: the noise of rounding to 8 bits. */
const NO_TEXTURE = 1e-3;

/**
 * How much the textures of two images differ, place by place: the squared distance of the covariances of features over places
 * of 16×16 pixels, so that texture may lie elsewhere within its place, divided by the size of what both have there, so that it
 * grows with contrast as squared distances of features do. After Sajjadi et al. 2017, "EnhanceNet: Single Image Super-Resolution
 * Through Automated Texture Synthesis", section 4.2.3, whose products of features are neither centred nor divided: brightness
 * and the few strongest edges decide there. Divided by the size's square, plain areas would.
 * @param sr upscaled and `hr` original images, [n, h, w, 3] in [-1, 1], at least 16×16; the gradient goes to `sr` only
 * @returns 0 for equal textures; the sum of three layers' means over places, in squares of features
 */
export function textureLoss(vgg: VGG19, sr: Tensor, hr: Tensor): Tensor {
  return textureDistance(featuresOf(vgg, sr, hr, [...TEXTURE_PLACES.keys()]));
}

/** `vggLoss` and `textureLoss`, with one pass of each image through VGG19 for both. */
export function vggAndTextureLoss(
  vgg: VGG19,
  sr: Tensor,
  hr: Tensor,
  reduction: FeatureReduction,
): { readonly content: Tensor; readonly texture: Tensor } {
  const [own, ...textured] = featuresOf(vgg, sr, hr, [vgg.layer, ...TEXTURE_PLACES.keys()]);
  return { content: squaredDistance(own as Features, reduction), texture: textureDistance(textured) };
}

/** @param layers features of the layers of `TEXTURE_PLACES`, in that order */
function textureDistance(layers: readonly Features[]): Tensor {
  const sides = [...TEXTURE_PLACES.values()];
  const parts = layers.map(([features, original], k) => {
    const side = sides[k] as number;
    const [got, want] = [covariances(features, side), covariances(original, side)];
    const none = square(mul(mean(square(original)), NO_TEXTURE * (original.shape.at(-1) as number)));
    // What is there by now counts too, and is no way to a smaller loss: else too much would cost far more than too little.
    const size = sqrt(add(add(power(want), power(got).detach()), none));
    return mean(div(power(sub(got, want)), size));
  });
  return parts.reduce((all, part) => add(all, part));
}

const power = (matrices: Tensor): Tensor => sum(square(matrices), [1, 2]);

/** Covariances of each two channels over each place: [n, h, w, c] -> [places, c, c]. */
function covariances(features: Tensor, side: number): Tensor {
  const [n, h, w, c] = features.shape as [number, number, number, number];
  const [rows, columns] = [Math.floor(h / side), Math.floor(w / side)];
  const whole = slice(features, [], [undefined, rows * side, columns * side]);
  const places = permute(reshape(whole, [n, rows, side, columns, side, c]), [0, 1, 3, 2, 4, 5]);
  const values = reshape(places, [n * rows * columns, side * side, c]);
  const x = sub(values, mean(values, [1], { keepDims: true }));
  return mul(matmul(transpose(x), x), 1 / (side * side));
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

/** Two sub-pixel convolutions, one behind the other, have weights of their own for so many phases along each axis. */
const PHASES = 4;
/** Side of a place where a pattern is looked for, in blocks of all phases, and how far the next one is. */
const PLACE = { kernel: 4, stride: 2 };

/**
 * How strong patterns of four pixels and of two are, place by place. Sub-pixel convolutions have weights of their own for every
 * phase, and features behind a pooling are content with a grid where they should find texture: distances of features alone let
 * grids grow (measured: 2 levels of 255 after 800 updates). Penalised over the whole image only, they become weaves that change
 * sign from place to place.
 * @param difference of generated images and originals, [n, h, w, c], at least 16×16
 * @returns the spread of the means of the 16 phases over places of 16×16 pixels: the squared amplitude of what repeats there
 */
export function gridPenalty(difference: Tensor): Tensor {
  const [n, h, w, c] = difference.shape as [number, number, number, number];
  const [rows, columns] = [Math.floor(h / PHASES), Math.floor(w / PHASES)];
  const whole = slice(difference, [], [undefined, rows * PHASES, columns * PHASES]);
  const blocks = permute(reshape(whole, [n, rows, PHASES, columns, PHASES, c]), [0, 1, 3, 2, 4, 5]);
  const places = avgPool2d(reshape(blocks, [n, rows, columns, PHASES * PHASES * c]), PLACE); // [n, y, x, 16c]
  const phases = reshape(places, [...places.shape.slice(0, -1), PHASES * PHASES, c]); // [n, y, x, 16, c]
  return mean(square(sub(phases, mean(phases, [3], { keepDims: true }))));
}
