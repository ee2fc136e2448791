/**
 * Log-likelihood of test data under a Gaussian Parzen window around generated samples, the measure of the GAN papers of
 * 2014 and 2015 (Breuleux et al. 2011; Goodfellow et al. 2014; MODELS 3.9). It does not follow the quality of samples
 * (Theis et al. 2016): use it to compare with those papers only. Depends on the range of the data.
 */
import { GanvasError } from "../../engine/errors.ts";
import { checkSamples, type Samples } from "./samples.ts";

/**
 * log p of every point, in nats: p is the mean of normal densities with deviation `sigma` around the samples.
 * @throws ShapeError when there is no sample, or dimensions differ
 */
export function parzenLogLikelihood(samples: Samples, points: Samples, sigma: number): Float64Array {
  checkSamples("parzenLogLikelihood", { samples, points });
  const { dimension, count } = samples;
  const constant = windowConstant(samples, sigma);
  const squares = new Float64Array(count);
  return Float64Array.from({ length: points.count }, (_, i) => {
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < dimension; k++) {
        const difference =
          (points.data[i * dimension + k] as number) - (samples.data[j * dimension + k] as number);
        sum += difference * difference;
      }
      squares[j] = sum;
    }
    return logOfWindows(squares, sigma) - constant;
  });
}

/** Log of the sum of exp(-squares / 2 sigma²). */
export function logOfWindows(squares: Float64Array, sigma: number): number {
  // The largest term is taken out, or every density would be 0 in many dimensions.
  const least = squares.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  let sum = 0;
  for (const square of squares) sum += Math.exp((least - square) / (2 * sigma * sigma));
  return Math.log(sum) - least / (2 * sigma * sigma);
}

/** What is taken from the log of the sum of exp(-|x - sample|² / 2 sigma²). */
export function windowConstant(
  { count, dimension }: Pick<Samples, "count" | "dimension">,
  sigma: number,
): number {
  if (!(sigma > 0)) throw new GanvasError(`Parzen window: sigma must be above 0, got ${sigma}`);
  return Math.log(count) + dimension * Math.log(sigma * Math.sqrt(2 * Math.PI));
}

/** Deviations from 10^`first` to 10^`last`, evenly spaced in the exponent; the papers' ten from 0.1 to 1 by default. */
export function logSpace(first = -1, last = 0, count = 10): number[] {
  return Array.from(
    { length: count },
    (_, k) => 10 ** (first + ((last - first) * k) / Math.max(count - 1, 1)),
  );
}

export interface ParzenEstimate {
  /** Mean log-likelihood of the validation points for each deviation, in nats. */
  readonly validation: readonly number[];
  /** Position of the deviation that suits them best, and it. */
  readonly best: number;
  readonly sigma: number;
  /** Log-likelihood of each test point under it. */
  readonly test: Float64Array;
  readonly mean: number;
  /** Of the points (population), and of the mean. */
  readonly deviation: number;
  readonly standardError: number;
}

/** Chooses the deviation on validation points, then measures test points with it. */
export function parzenEstimate(
  samples: Samples,
  validation: Samples,
  test: Samples,
  sigmas: readonly number[] = logSpace(),
): ParzenEstimate {
  checkSamples("parzenEstimate", { samples, validation, test });
  const validated = sigmas.map((sigma) => parzenLogLikelihood(samples, validation, sigma));
  const choice = bestDeviation(sigmas, validated);
  return { ...choice, ...estimateOf(parzenLogLikelihood(samples, test, choice.sigma)) };
}

/** @param validated log-likelihoods of the validation points, a list for each deviation */
export function bestDeviation(
  sigmas: readonly number[],
  validated: readonly Float64Array[],
): Pick<ParzenEstimate, "validation" | "best" | "sigma"> {
  const validation = validated.map(meanOf);
  const best = validation.indexOf(Math.max(...validation));
  return { validation, best, sigma: sigmas[best] as number };
}

/** @param test log-likelihood of each test point */
export function estimateOf(
  test: Float64Array,
): Pick<ParzenEstimate, "test" | "mean" | "deviation" | "standardError"> {
  const mean = meanOf(test);
  const deviation = Math.sqrt(meanOf(test.map((value) => (value - mean) ** 2)));
  return { test, mean, deviation, standardError: deviation / Math.sqrt(test.length) };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
