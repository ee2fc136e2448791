/**
 * Frechet distance of two sets of features, each taken for a normal distribution (Dowson and Landau 1982; "FID" when the
 * features are Inception's, Heusel et al. 2017): |μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½).
 */
import { checkSamples, type Samples } from "./samples.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/**
 * Covariances are divided by n - 1. Small sets are biased upwards: compare only sets of equal size.
 * @throws ShapeError with fewer than 2 points in a set
 */
export function frechetDistance(a: Samples, b: Samples): number {
  checkSamples("frechetDistance", { a, b }, 2);
  const d = a.dimension;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const [covarianceA, covarianceB] = [covariance(a, meanA), covariance(b, meanB)];
  const distance = meanA.reduce((sum, mean, k) => sum + (mean - (meanB[k] as number)) ** 2, 0);
  return (
    distance + trace(covarianceA, d) + trace(covarianceB, d) - 2 * traceOfRoot(covarianceA, covarianceB, d)
  );
}

/**
 * tr((A B)^½) of two covariances. With A = L Lᵀ, A B has the eigenvalues of the symmetric LᵀB L; those that rounding
 * makes negative count as 0.
 */
function traceOfRoot(a: Float64Array, b: Float64Array, d: number): number {
  const { values, vectors } = symmetricEigen(a, d);
  // Column j of L: the eigenvector times the root of its eigenvalue.
  const l = vectors.map((v, at) => v * Math.sqrt(Math.max(values[at % d] as number, 0)));
  const bl = product(b, l, d);
  const lbl = product(transposed(l, d), bl, d);
  return symmetricEigen(lbl, d).values.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
}

function meanOf({ count, dimension, data }: Samples): Float64Array {
  const mean = new Float64Array(dimension);
  data.forEach((value, at) => {
    mean[at % dimension] = (mean[at % dimension] as number) + value / count;
  });
  return mean;
}

function covariance({ count, dimension, data }: Samples, mean: Float64Array): Float64Array {
  const sums = new Float64Array(dimension * dimension);
  const centred = new Float64Array(dimension);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < dimension; k++)
      centred[k] = (data[i * dimension + k] as number) - (mean[k] as number);
    for (let p = 0; p < dimension; p++)
      for (let q = 0; q < dimension; q++)
        sums[p * dimension + q] =
          (sums[p * dimension + q] as number) + (centred[p] as number) * (centred[q] as number);
  }
  return sums.map((sum) => sum / (count - 1));
}

function trace(matrix: Float64Array, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += matrix[k * d + k] as number;
  return sum;
}

function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) {
      const value = a[i * d + k] as number;
      for (let j = 0; j < d; j++)
        out[i * d + j] = (out[i * d + j] as number) + value * (b[k * d + j] as number);
    }
  return out;
}

function transposed(a: Float64Array, d: number): Float64Array {
  return a.map((_, at) => a[(at % d) * d + Math.floor(at / d)] as number);
}
