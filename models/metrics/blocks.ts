/** Distances of large sets on the engine, block by block, so that neither the sets nor their table of distances need fit a buffer. */
import {
  add,
  matmul,
  maximum,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "../../engine/index.ts";
import type { Samples } from "./samples.ts";

/** Rows of a block: its table of distances has at most 1,000 × 8,000 numbers. */
const POINTS = 1000;
const OTHERS = 8000;
/** Numbers in a block of points: 64 MiB, half of what every adapter binds. */
const NUMBERS = 2 ** 24;

/** Rows that a block may have. */
const rowsWithin = (most: number, dimension: number): number =>
  Math.max(1, Math.min(most, Math.floor(NUMBERS / dimension)));

/** Squared Euclidean distances between rows, [p, d] and [n, d] -> [p, n]. Rounding is relative to |x|²: centre both first. */
export function squaredDistances(points: Tensor, others: Tensor): Tensor {
  const [p, n] = [points.shape[0] as number, others.shape[0] as number];
  const square1 = sum(square(points), 1).reshape([p, 1]); // [p, 1]
  const square2 = sum(square(others), 1).reshape([1, n]); // [1, n]
  const products = matmul(points, transpose(others)); // [p, n]
  return maximum(sub(add(square1, square2), mul(products, 2)), 0);
}

/**
 * Visits the table of squared distances of all points (rows) to all others (columns) in blocks.
 * @param visit is given a block, [rows, columns], and the numbers of its first point and of its first other
 */
export async function visitDistances(
  points: Samples,
  others: Samples,
  visit: (squares: Tensor, firstPoint: number, firstOther: number) => Promise<void>,
): Promise<void> {
  const centre = meanOf(others);
  const most = rowsWithin(POINTS, others.dimension);
  const mostOthers = rowsWithin(OTHERS, others.dimension);
  for (let o = 0; o < others.count; o += mostOthers) {
    const columns = rows(others, o, mostOthers, centre);
    for (let p = 0; p < points.count; p += most)
      await visit(squaredDistances(rows(points, p, most, centre), columns), p, o);
  }
}

/** Rows from `first` on, less the centre. */
function rows(
  { count, dimension, data }: Samples,
  first: number,
  most: number,
  centre: Float64Array,
): Tensor {
  const n = Math.min(most, count - first);
  const out = new Float32Array(n * dimension);
  for (let i = 0, at = first * dimension; i < n; i++)
    for (let k = 0; k < dimension; k++, at++)
      out[i * dimension + k] = (data[at] as number) - (centre[k] as number);
  return tensor(out, [n, dimension]);
}

/** The mean of all points. */
export function meanOf({ count, dimension, data }: Samples): Float64Array {
  const mean = new Float64Array(dimension);
  for (let i = 0, at = 0; i < count; i++)
    for (let k = 0; k < dimension; k++, at++) mean[k] = (mean[k] as number) + (data[at] as number) / count;
  return mean;
}
