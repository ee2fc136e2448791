/**
 * SSIM as daala's dump_ssim measures it (MODELS 8.5), the tool behind the SSIM of Ledig et al. 2017: the window grows
 * with the height of the image, its weights are integers, and it is cut off at the border instead of leaving one out.
 */
import { windowMoments } from "./moments.ts";
import { checkPair, type Plane } from "./plane.ts";

const UNIT = 256;

/**
 * The integer window in one direction, which sums to 256.
 *
 * @param width and height: size of the plane that is measured, in pixels
 */
export function daalaTaps(width: number, height: number): Float64Array {
  const sigma = (1.5 * height) / 256;
  const s = (Math.sqrt(Math.PI / 2) * sigma) / UNIT;
  const reach = s >= 1 ? 0 : Math.floor(sigma * Math.sqrt(-2 * Math.log(s)));
  const radius = Math.min(reach, Math.min(width, height) - 1);
  const taps = new Float64Array(2 * radius + 1);
  let centre = UNIT;
  for (let i = 1; i <= radius; i++) {
    const density = Math.exp(-(i * i) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
    const tap = Math.floor(UNIT * density + 0.5);
    taps[radius - i] = tap;
    taps[radius + i] = tap;
    centre -= 2 * tap;
  }
  taps[radius] = centre;
  return taps;
}

/** Weight of the window that lies inside a line of `length` pixels, for each place of its centre. */
function insideWeight(taps: Float64Array, length: number): Float64Array {
  const radius = (taps.length - 1) / 2;
  return Float64Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < taps.length; t++) {
      const at = i + t - radius;
      if (at >= 0 && at < length) sum += taps[t] as number;
    }
    return sum;
  });
}

/**
 * Mean structural similarity of whole planes, each place weighted by the part of its window that lies inside.
 * The raw value of the tool, not its form in dB.
 *
 * @returns at most 1, which equal planes reach
 * @throws ShapeError if the planes differ in size
 */
export function ssimDaala(a: Plane, b: Plane): number {
  checkPair("ssimDaala", a, b);
  const taps = daalaTaps(a.width, a.height);
  const acrossWeight = insideWeight(taps, a.width);
  const downWeight = insideWeight(taps, a.height);
  let sum = 0;
  let weights = 0;
  windowMoments(a, b, taps, [0, a.height], (row, line) => {
    for (let i = 0; i < a.width; i++) {
      const w = (acrossWeight[i] as number) * (downWeight[line] as number);
      const c1 = (255 * 0.01 * w) ** 2;
      const c2 = (255 * 0.03 * w) ** 2;
      const x = row.x[i] as number;
      const y = row.y[i] as number;
      const xy = x * y;
      const xxyy = x * x + y * y;
      const covariance = (row.products[i] as number) * w - xy;
      const variances = (row.squares[i] as number) * w - xxyy;
      sum += (w * ((2 * xy + c1) * (2 * covariance + c2))) / ((xxyy + c1) * (variances + c2));
      weights += w;
    }
  });
  return sum / weights;
}
