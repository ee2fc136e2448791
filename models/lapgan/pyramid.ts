/**
 * The Laplacian pyramid: an image as a coarser one and the detail it lacks (Burt and Adelson 1983), with the operators of
 * LAPGAN's authors (facebookarchive/eyescream, by Torch's `image.scale`) or with Burt and Adelson's own.
 */
import { ShapeError } from "../../engine/errors.ts";
import { add, matmul, permute, reshape, resize, sub, type Tensor, tensor } from "../../engine/index.ts";

/**
 * How an image is reduced and enlarged.
 * - "torch": a new pixel averages the area that it covers; linear enlargement, corners keep their places. Any two sizes.
 * - "burt-adelson": blurred by (1, 4, 6, 4, 1) / 16 along both axes, every second pixel kept; enlarged by the same blur over
 *   pixels set apart by zeros, four times as strong. Halves and doubles only.
 */
export const PYRAMIDS = ["torch", "burt-adelson"] as const;
export type PyramidKind = (typeof PYRAMIDS)[number];

/** d(x): [n, s, s, c] to [n, size, size, c]. @throws ShapeError where Burt and Adelson's is to do more than halve */
export function pyrDown(x: Tensor, size: number, kind: PyramidKind = "torch"): Tensor {
  if (kind === "torch") return resize(x, [size, size], { method: "coverage" });
  const from = x.shape[1] as number;
  if (from !== 2 * size)
    throw new ShapeError(`pyrDown: a Burt-Adelson pyramid halves images, got ${from} and ${size} pixels`);
  return alongBoth(x, blurMatrix(size, "down"), size);
}

/** u(x): [n, s, s, c] to [n, size, size, c]. @throws ShapeError where Burt and Adelson's is to do more than double */
export function pyrUp(x: Tensor, size: number, kind: PyramidKind = "torch"): Tensor {
  if (kind === "torch") return resize(x, [size, size], { method: "bilinear", alignCorners: true });
  const from = x.shape[1] as number;
  if (size !== 2 * from)
    throw new ShapeError(`pyrUp: a Burt-Adelson pyramid doubles images, got ${from} and ${size} pixels`);
  return alongBoth(x, blurMatrix(from, "up"), size);
}

/** One level of the pyramid: `lowPass` + `bandPass` is the image. */
export interface PyramidLevel {
  /** The image of the next coarser level. */
  readonly coarse: Tensor;
  /** `coarse` enlarged to the image's size. */
  readonly lowPass: Tensor;
  /** What is missing there. */
  readonly bandPass: Tensor;
}

/** Splits images [n, size, size, c] into a coarser image and the detail it lacks. */
export function splitLevel(image: Tensor, coarseSize: number, kind: PyramidKind = "torch"): PyramidLevel {
  const coarse = pyrDown(image, coarseSize, kind); // [n, coarseSize, coarseSize, c]
  const lowPass = pyrUp(coarse, image.shape[1] as number, kind); // [n, size, size, c]
  return { coarse, lowPass, bandPass: sub(image, lowPass) };
}

/**
 * The band nearest to `band` with which the image reduces to `coarse` again, as the bands of all real images do: the mean over
 * each pixel of `coarse` is set right. For images twice the size of the coarse ones, reduced by areas.
 * @param band [n, 2s, 2s, c]
 * @param lowPass [n, 2s, 2s, c]
 * @param coarse [n, s, s, c]
 */
export function consistentBand(band: Tensor, lowPass: Tensor, coarse: Tensor): Tensor {
  const [, size, ,] = band.shape as [number, number, number, number];
  const missing = sub(coarse, pyrDown(add(lowPass, band), size / 2)); // [n, s, s, c]
  return add(band, resize(missing, [size, size], { method: "nearest" }));
}

const TAPS = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];

/** The blur and its sampling as a matrix [to, from] between `size` and twice as many pixels; borders are mirrored. */
function blurMatrix(size: number, way: "down" | "up"): Tensor {
  const large = 2 * size;
  const mirrored = (at: number) => (at < 0 ? -at : at >= large ? 2 * (large - 1) - at : at);
  const down = way === "down";
  const matrix = new Float32Array(size * large);
  // Down: row o gathers pixels around 2 o. Up: row x gathers the pixels 2 o around it, the others being zeros.
  for (let o = 0; o < (down ? size : large); o++)
    for (const [k, tap] of TAPS.entries()) {
      const at = mirrored((down ? 2 * o : o) + k - 2);
      const place = down ? o * large + at : at % 2 === 0 ? o * size + at / 2 : -1;
      if (place >= 0) matrix[place] = (matrix[place] as number) + tap * (down ? 1 : 2);
    }
  return tensor(matrix, down ? [size, large] : [large, size]);
}

/** The same matrix [to, from] over rows and columns. */
function alongBoth(x: Tensor, matrix: Tensor, to: number): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const rows = matmul(matrix, reshape(x, [n, h, w * c])); // [n, to, w c]
  const turned = permute(reshape(rows, [n, to, w, c]), [0, 2, 1, 3]); // [n, w, to, c]
  const columns = matmul(matrix, reshape(turned, [n, w, to * c])); // [n, to, to c]
  return permute(reshape(columns, [n, to, to, c]), [0, 2, 1, 3]);
}
