import { checkPair, type Plane } from "./plane.ts";

/**
 * Peak signal-to-noise ratio in dB: 10 log10(255^2 / mean squared error). Infinity for equal planes.
 * @throws ShapeError if the planes differ in size
 */
export function psnr(a: Plane, b: Plane): number {
  checkPair("psnr", a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = (a.data[i] as number) - (b.data[i] as number);
    sum += difference * difference;
  }
  return 10 * Math.log10((255 * 255 * a.data.length) / sum);
}
