/**
 * How different two images look to SqueezeNet. In the manner of LPIPS (Zhang et al., "The Unreasonable Effectiveness of
 * Deep Features as a Perceptual Metric", CVPR 2018), but with the original weights and without their fitted ones, so
 * values are our own and compare with no published ones.
 */
import { ShapeError } from "../../engine/errors.ts";
import { add, div, mean, mul, norm, square, sub, sum, type Tensor, tensor } from "../../engine/index.ts";
import { crop, type Image, toRgb } from "../../engine/io/image.ts";
import type { SqueezeNet } from "./squeezenet.ts";

/** Images are looked at through windows of this side, so that any size costs the same memory and one compilation. */
const WINDOW = 224;
const SMALLEST = 32;

/**
 * Squared distance of the directions of the features at each place, mean over places and layers: 0 for equal images.
 * @param a and b [n, h, w, 3], 0 to 255
 * @returns [n]
 */
export function featureDistance(net: SqueezeNet, a: Tensor, b: Tensor): Tensor {
  const others = net.features(b);
  const layers = net.features(a).map((features, k) => {
    const difference = sub(direction(features), direction(others[k] as Tensor)); // [n, h, w, c]
    return mean(sum(square(difference), 3), [1, 2]); // [n]
  });
  return mul(
    layers.reduce((total, layer) => add(total, layer)),
    1 / layers.length,
  );
}

/** Features of length 1 at each place; those of length 0 stay. */
const direction = (x: Tensor): Tensor => div(x, add(norm(x, 3, { keepDims: true }), 1e-10));

/**
 * The distance of two images of equal size, at least 32×32: the mean over windows that cover them.
 * @throws ShapeError when sizes differ or are too small
 */
export async function perceptualDistance(net: SqueezeNet, a: Image, b: Image): Promise<number> {
  const { width, height } = a;
  if (width !== b.width || height !== b.height)
    throw new ShapeError(
      `perceptualDistance: the images differ in size, ${width}x${height} and ${b.width}x${b.height}`,
    );
  if (Math.min(width, height) < SMALLEST)
    throw new ShapeError(
      `perceptualDistance: needs at least ${SMALLEST}x${SMALLEST} pixels, got ${width}x${height}`,
    );
  const [first, second] = [toRgb(a), toRgb(b)];
  let total = 0;
  const places = starts(height).flatMap((y) => starts(width).map((x) => [x, y] as const));
  for (const [x, y] of places) {
    const window = (image: Image) =>
      tensorOf(crop(image, x, y, Math.min(width, WINDOW), Math.min(height, WINDOW)));
    total += await featureDistance(net, window(first), window(second)).item();
  }
  return total / places.length;
}

/** Where windows begin along an axis: side by side, the last one at the end. */
function starts(size: number): number[] {
  const count = Math.ceil(size / WINDOW);
  return Array.from({ length: count }, (_, k) => Math.max(Math.min(k * WINDOW, size - WINDOW), 0));
}

const tensorOf = ({ width, height, data }: Image): Tensor =>
  tensor(Float32Array.from(data), [1, height, width, 3]);
