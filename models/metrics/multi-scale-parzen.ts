/**
 * Log-likelihood of pictures under a pyramid of generators (Denton et al. 2015, appendix A; MODELS 3.9): halving a picture is
 * an orthonormal change of basis into a coarser picture and details (Haar), so log p(I) is the sum over levels of Parzen
 * estimates, at the coarsest level of pictures, at each finer one of details given the true coarser picture. Like any Parzen
 * estimate it does not follow the quality of samples (Theis et al. 2016), and depends on the units of the pixels.
 */
import { ShapeError } from "../../engine/errors.ts";
import { bestDeviation, estimateOf, logOfWindows, logSpace, windowConstant } from "./parzen.ts";
import { parzenLogLikelihoods } from "./parzen-blocks.ts";
import type { Samples } from "./samples.ts";

/** Pictures of one size, [count, h, w, c]. */
export interface PictureArray {
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  readonly data: Float32Array | Float64Array;
  /** Class of each, where a model is told it. */
  readonly labels?: readonly number[];
}

/** Coarser pictures [n, h/2, w/2, c] = (a + b + c + d) / 2, which is twice the mean, and details [n, h/2 · w/2 · c · 3]. */
export interface HaarParts {
  readonly low: PictureArray;
  readonly detail: Samples;
}

/**
 * The orthonormal Haar basis on disjoint blocks of 2×2 pixels a b / c d. Its determinant is ±1: densities carry over unchanged.
 * @throws ShapeError where height or width is odd
 */
export function haarSplit({ shape: [n, h, w, c], data, ...rest }: PictureArray): HaarParts {
  if (h % 2 !== 0 || w % 2 !== 0)
    throw new ShapeError(`haarSplit: pictures of ${w}×${h} pixels cannot be halved`);
  const places = (h / 2) * (w / 2) * c;
  const low = new Float64Array(n * places);
  const detail = new Float64Array(n * places * 3);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let y = 0; y < h; y += 2)
      for (let x = 0; x < w; x += 2)
        for (let k = 0; k < c; k++, at++) {
          const first = ((i * h + y) * w + x) * c + k;
          const [p, q] = [data[first] as number, data[first + c] as number];
          const [r, s] = [data[first + w * c] as number, data[first + (w + 1) * c] as number];
          low[at] = (p + q + r + s) / 2;
          detail[3 * at] = (p - q + r - s) / 2;
          detail[3 * at + 1] = (p + q - r - s) / 2;
          detail[3 * at + 2] = (p - q - r + s) / 2;
        }
  return {
    low: { ...rest, shape: [n, h / 2, w / 2, c], data: low },
    detail: { count: n, dimension: places * 3, data: detail },
  };
}

/** What is judged. All pictures are in the units of the data. */
export interface PyramidModel {
  /** How often it halves a picture. */
  readonly levels: number;
  /** Pictures of the coarsest level, in Haar's units: 2^levels times the mean of each block of pixels. */
  readonly base: Samples;
  /**
   * Pictures of level `level` (0 is the finest) made from true coarser ones.
   * @param coarse [n, h, w, c], means of 2×2 pixels of the true pictures of that level, with their classes if they have any
   * @returns [n · draws, 2h, 2w, c], the draws of each picture side by side
   */
  finer(level: number, coarse: PictureArray, draws: number): Promise<PictureArray>;
}

export interface MultiScaleOptions {
  /** Pictures drawn for each true coarser one; default 100. */
  readonly draws?: number;
  /** Deviations to choose from at each level; a quarter of a power of ten apart from 0.01 to 10 by default. */
  readonly sigmas?: readonly number[];
}

export interface MultiScaleEstimate {
  /** Sum over all levels, nats for each test picture. */
  readonly test: Float64Array;
  readonly mean: number;
  readonly deviation: number;
  readonly standardError: number;
  /** From fine to coarse, the base last: mean of the test pictures, and the deviation that was chosen on the validation pictures. */
  readonly levels: readonly { readonly mean: number; readonly sigma: number }[];
}

/** How many true pictures are drawn for at once. */
const AT_ONCE = 10;

/** @throws ShapeError where the pictures cannot be halved so often, or the model makes others */
export async function multiScaleParzen(
  model: PyramidModel,
  validation: PictureArray,
  test: PictureArray,
  { draws = 100, sigmas = logSpace(-2, 1, 13) }: MultiScaleOptions = {},
): Promise<MultiScaleEstimate> {
  const total = new Float64Array(test.shape[0]);
  const levels: { mean: number; sigma: number }[] = [];
  const addLevel = (validated: readonly Float64Array[], tested: readonly Float64Array[]) => {
    const { best, sigma } = bestDeviation(sigmas, validated);
    const values = tested[best] as Float64Array;
    values.forEach((value, i) => {
      total[i] = (total[i] as number) + value;
    });
    levels.push({ mean: values.reduce((sum, v) => sum + v, 0) / values.length, sigma });
  };
  let [known, unknown] = [validation, test];
  for (let level = 0; level < model.levels; level++) {
    const [knownParts, unknownParts] = [haarSplit(known), haarSplit(unknown)];
    const estimate = (parts: HaarParts) => detailLogLikelihoods(model, level, parts, draws, sigmas);
    addLevel(await estimate(knownParts), await estimate(unknownParts));
    [known, unknown] = [knownParts.low, unknownParts.low];
  }
  const flat = ({ shape: [count, h, w, c], data }: PictureArray): Samples => ({
    count,
    dimension: h * w * c,
    data,
  });
  addLevel(
    await parzenLogLikelihoods(model.base, flat(known), sigmas),
    await parzenLogLikelihoods(model.base, flat(unknown), sigmas),
  );
  return { ...estimateOf(total), levels };
}

/** For each deviation, log q(details | true coarser picture) of every picture. */
async function detailLogLikelihoods(
  model: PyramidModel,
  level: number,
  { low, detail }: HaarParts,
  draws: number,
  sigmas: readonly number[],
): Promise<Float64Array[]> {
  const [count] = low.shape;
  const { dimension } = detail;
  const constants = sigmas.map((sigma) => windowConstant({ count: draws, dimension }, sigma));
  const values = sigmas.map(() => new Float64Array(count));
  const squares = new Float64Array(draws);
  for (let first = 0; first < count; first += AT_ONCE) {
    const n = Math.min(AT_ONCE, count - first);
    const drawn = await drawDetails(model, level, low, first, n, draws);
    for (let i = first; i < first + n; i++) {
      for (let j = 0, at = (i - first) * draws * dimension; j < draws; j++) {
        squares[j] = 0;
        for (let k = 0; k < dimension; k++, at++) {
          const difference = (detail.data[i * dimension + k] as number) - (drawn[at] as number);
          squares[j] = (squares[j] as number) + difference * difference;
        }
      }
      values.forEach((value, s) => {
        value[i] = logOfWindows(squares, sigmas[s] as number) - (constants[s] as number);
      });
    }
  }
  return values;
}

/** Details that the model draws for `n` true pictures from `first` on, [n · draws, dimension]. */
async function drawDetails(
  model: PyramidModel,
  level: number,
  { shape: [, h, w, c], data, labels }: PictureArray,
  first: number,
  n: number,
  draws: number,
): Promise<ArrayLike<number>> {
  const size = h * w * c;
  // Haar's coarser picture at this level is 2^(level + 1) times the mean of the picture's pixels.
  const coarse = data.slice(first * size, (first + n) * size).map((value) => value / 2 ** (level + 1));
  const drawn = await model.finer(
    level,
    { shape: [n, h, w, c], data: coarse, ...(labels && { labels: labels.slice(first, first + n) }) },
    draws,
  );
  const expected = [n * draws, 2 * h, 2 * w, c];
  if (drawn.shape.join() !== expected.join())
    throw new ShapeError(
      `multiScaleParzen: level ${level} should make pictures [${expected}], made [${drawn.shape}]`,
    );
  return haarSplit({ ...drawn, data: drawn.data.map((value) => value * 2 ** level) }).detail.data;
}
