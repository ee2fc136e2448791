/**
 * Gradient magnitude similarity deviation (Xue et al. 2014, "Gradient Magnitude Similarity Deviation: A Highly Efficient Perceptual
 * Image Quality Index"): 0 for equal pictures, more where edges are weaker, stronger or elsewhere.
 */
import type { Image } from "../../engine/io/image.ts";
import { luma } from "./luma.ts";
import { checkPair, type Plane } from "./plane.ts";

/** Of the paper, for values in 0 .. 255. */
const T = 170;

/**
 * Of luma, halved by means of 2×2 pixels, by Prewitt's gradients, with zeros beyond the edges, as the authors' code has it.
 * @throws ShapeError unless both planes have one size, of at least 4×4
 */
export function gmsd(a: Plane, b: Plane): number {
  checkPair("gmsd", a, b, 4);
  const [x, y] = [gradients(halved(a)), gradients(halved(b))];
  const map = x.map((g, k) => {
    const h = y[k] as number;
    return (2 * g * h + T) / (g * g + h * h + T);
  });
  const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
  return Math.sqrt(map.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (map.length - 1));
}

/** Of two images, grey as MATLAB's rgb2gray makes them. */
export const imageGmsd = (a: Image, b: Image): number => gmsd(grey(a), grey(b));

function grey(image: Image): Plane {
  const plane = luma(image, "bt601");
  // From 16 .. 235 to 0 .. 255.
  return { ...plane, data: plane.data.map((value) => ((value - 16) * 255) / 219) };
}

function halved({ width, height, data }: Plane): Plane {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let v = 2 * y; v < Math.min(2 * y + 2, height); v++)
        for (let u = 2 * x; u < Math.min(2 * x + 2, width); u++) sum += data[v * width + u] as number;
      out[y * w + x] = sum / 4;
    }
  return { width: w, height: h, data: out };
}

/** Magnitudes of the gradient at each pixel. */
function gradients({ width, height, data }: Plane): Float64Array {
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (data[y * width + x] as number);
  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [across, down] = [0, 0];
      for (const k of [-1, 0, 1]) {
        across += at(x + 1, y + k) - at(x - 1, y + k);
        down += at(x + k, y + 1) - at(x + k, y - 1);
      }
      out[y * width + x] = Math.hypot(across, down) / 3;
    }
  return out;
}
