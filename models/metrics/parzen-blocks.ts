/** The Parzen estimate of `parzen.ts` for large sets, on the engine: 10,000 samples against 10,000 points in seconds. */
import { logsumexp, mul, stack } from "../../engine/index.ts";
import { visitDistances } from "./blocks.ts";
import { bestDeviation, estimateOf, logSpace, type ParzenEstimate, windowConstant } from "./parzen.ts";
import { checkSamples, type Samples } from "./samples.ts";

/** As `parzenLogLikelihood`, for several deviations: a list of log-likelihoods for each. In f32, about 1e-5 of the exponent. */
export async function parzenLogLikelihoods(
  samples: Samples,
  points: Samples,
  sigmas: readonly number[],
): Promise<Float64Array[]> {
  checkSamples("parzenLogLikelihoods", { samples, points });
  const constants = sigmas.map((sigma) => windowConstant(samples, sigma));
  const sums = sigmas.map(() => new Float64Array(points.count).fill(Number.NEGATIVE_INFINITY));
  await visitDistances(points, samples, async (squares, first) => {
    const exponents = sigmas.map((sigma) => logsumexp(mul(squares, -1 / (2 * sigma * sigma)), 1)); // [rows] each
    const values = await stack(exponents).data(); // [sigmas, rows]
    const rows = squares.shape[0] as number;
    sums.forEach((sum, s) => {
      for (let i = 0; i < rows; i++)
        sum[first + i] = addInLog(sum[first + i] as number, values[s * rows + i] as number);
    });
  });
  return sums.map((sum, s) => sum.map((value) => value - (constants[s] as number)));
}

/** log(eᵃ + eᵇ). */
function addInLog(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}

/** As `parzenEstimate`. */
export async function parzenEstimateInBlocks(
  samples: Samples,
  validation: Samples,
  test: Samples,
  sigmas: readonly number[] = logSpace(),
): Promise<ParzenEstimate> {
  const choice = bestDeviation(sigmas, await parzenLogLikelihoods(samples, validation, sigmas));
  const [values] = await parzenLogLikelihoods(samples, test, [choice.sigma]);
  return { ...choice, ...estimateOf(values as Float64Array) };
}
