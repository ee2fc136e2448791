/**
 * SSIM as in Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", 2004, and its ssim_index.m ("MATLAB settings", MODELS 8.4).
 */
import { windowMoments } from "./moments.ts";
import { checkPair, type Plane } from "./plane.ts";

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** 11 Gaussian weights whose sum is 1. */
function gaussian(): Float64Array {
  const taps = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, t) =>
    Math.exp(-((t - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

const TAPS = gaussian();

/**
 * Mean structural similarity: 11x11 Gaussian window with sigma 1.5, K1 0.01, K2 0.03, range 255, only where the whole
 * window lies inside. The image is not reduced first, as the later ssim.m does.
 *
 * @returns at most 1, which equal planes reach
 * @throws ShapeError if the planes differ in size or are smaller than 11x11
 */
export function ssimWang(a: Plane, b: Plane): number {
  checkPair("ssimWang", a, b, 2 * RADIUS + 1);
  let sum = 0;
  windowMoments(a, b, TAPS, [RADIUS, a.height - RADIUS], (row) => {
    for (let i = RADIUS; i < a.width - RADIUS; i++) {
      const x = row.x[i] as number;
      const y = row.y[i] as number;
      const xy = x * y;
      const xxyy = x * x + y * y;
      const covariance = (row.products[i] as number) - xy;
      const variances = (row.squares[i] as number) - xxyy;
      sum += ((2 * xy + C1) * (2 * covariance + C2)) / ((xxyy + C1) * (variances + C2));
    }
  });
  return sum / ((a.width - 2 * RADIUS) * (a.height - 2 * RADIUS));
}
