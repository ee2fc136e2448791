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
  square,
  sub,
  type Tensor,
  transpose,
} from "../engine/index.ts";
import type { VGG19, VggLayer } from "./vgg19.ts";

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

/** Layers by whose features textures are compared, with the side of a place in their pixels: 16 of the image's. */
const TEXTURE_PLACES: ReadonlyMap<VggLayer, number> = new Map([
  ["relu1_1", 16],
  ["relu2_1", 8],
]);

/**
 * How much the textures of two images differ, place by place: the squared distance of the products of features with each
 * other, averaged over places of 16×16 pixels, so that texture may lie elsewhere within its place. Sajjadi et al. 2017,
 * "EnhanceNet: Single Image Super-Resolution Through Automated Texture Synthesis", section 4.2.3; here products are in units of
 * the original's mean square, so that a weight suits all weights of VGG, and only the first two of its layers are used.
 * @param sr upscaled and `hr` original images, [n, h, w, 3] in [-1, 1], at least 16×16; the gradient goes to `sr` only
 */
export function textureLoss(vgg: VGG19, sr: Tensor, hr: Tensor): Tensor {
  const layers = [...TEXTURE_PLACES.keys()];
  const originals = vgg.taps(hr, layers);
  const parts = vgg.taps(sr, layers).map((features, k) => {
    const original = (originals[k] as Tensor).detach();
    const side = TEXTURE_PLACES.get(layers[k] as VggLayer) as number;
    const difference = sub(products(features, side), products(original, side));
    return mean(square(div(difference, mean(square(original)))));
  });
  return parts.reduce((sum, part) => add(sum, part));
}

/** Means of the products of each two channels over each place: [n, h, w, c] -> [places, c, c]. */
function products(features: Tensor, side: number): Tensor {
  const [n, h, w, c] = features.shape as [number, number, number, number];
  const [rows, columns] = [Math.floor(h / side), Math.floor(w / side)];
  const whole = slice(features, [], [undefined, rows * side, columns * side]);
  const places = permute(reshape(whole, [n, rows, side, columns, side, c]), [0, 1, 3, 2, 4, 5]);
  const x = reshape(places, [n * rows * columns, side * side, c]);
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

/** Side of a place where a pattern is looked for, in blocks of 2×2 pixels. */
const PLACE = 4;
/** Two sub-pixel convolutions, one behind the other, have weights of their own for so many phases along each axis. */
const PHASES = 4;

/**
 * How strong grids are. Sub-pixel convolutions have weights of their own for every phase, and features behind a pooling are
 * content with a grid where they should find texture: distances of features alone let grids grow (measured: 2 levels of 255
 * after 800 updates).
 * @param difference of generated images and originals, [n, h, w, c] with even h and w
 * @returns `pixelGrid` and `phaseGrid` together, squared amplitudes
 */
export const gridPenalty = (difference: Tensor): Tensor => add(pixelGrid(difference), phaseGrid(difference));

/**
 * Patterns that change sign from one pixel to the next, along columns, rows or both: the bands of Haar's transform, averaged
 * over 8×8 pixels, where detail cancels and a grid stays. They may differ from place to place.
 */
function pixelGrid(x: Tensor): Tensor {
  const phase = (top: number, left: number) => slice(x, [0, top, left], [], [1, 2, 2]); // [n, h/2, w/2, c]
  const [a, b, c, d] = [phase(0, 0), phase(0, 1), phase(1, 0), phase(1, 1)];
  const strength = (band: Tensor) => mean(square(mul(avgPool2d(band, { kernel: PLACE }), 1 / 4)));
  const columns = strength(sub(add(a, c), add(b, d)));
  const rows = strength(sub(add(a, b), add(c, d)));
  const both = strength(sub(add(a, d), add(b, c)));
  return add(add(columns, rows), both);
}

/** Patterns that repeat after four pixels in the whole image: the spread of the means of its 16 phases. */
function phaseGrid(x: Tensor): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [rows, columns] = [Math.floor(h / PHASES), Math.floor(w / PHASES)];
  const whole = slice(x, [], [undefined, rows * PHASES, columns * PHASES]);
  const phases = mean(reshape(whole, [n, rows, PHASES, columns, PHASES, c]), [1, 3]); // [n, 4, 4, c]
  return mean(square(sub(phases, mean(phases, [1, 2], { keepDims: true }))));
}
