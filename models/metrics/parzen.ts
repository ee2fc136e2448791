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
  if (!(sigma > 0)) throw new GanvasError(`parzenLogLikelihood: sigma must be above 0, got ${sigma}`);
  const { dimension, count } = samples;
  const exponents = new Float64Array(count);
  const shift = Math.log(count) + dimension * Math.log(sigma * Math.sqrt(2 * Math.PI));
  return Float64Array.from({ length: points.count }, (_, i) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < count; j++) {
      let squares = 0;
      for (let k = 0; k < dimension; k++) {
        const difference =
          (points.data[i * dimension + k] as number) - (samples.data[j * dimension + k] as number);
        squares += difference * difference;
      }
      const exponent = -squares / (2 * sigma * sigma);
      exponents[j] = exponent;
      largest = Math.max(largest, exponent);
    }
    // The largest term is taken out, or every density would be 0 in many dimensions.
    let sum = 0;
    for (const exponent of exponents) sum += Math.exp(exponent - largest);
    return largest + Math.log(sum) - shift;
  });
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
  /** Position of the deviation that suits them best. */
  readonly best: number;
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
  const means = sigmas.map((sigma) => meanOf(parzenLogLikelihood(samples, validation, sigma)));
  const best = means.indexOf(Math.max(...means));
  const values = parzenLogLikelihood(samples, test, sigmas[best] as number);
  const mean = meanOf(values);
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  return {
    validation: means,
    best,
    test: values,
    mean,
    deviation,
    standardError: deviation / Math.sqrt(values.length),
  };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
