import { ShapeError } from "../../engine/errors.ts";

/** Points in a space of `dimension` axes, one behind the other: point i is data[i * dimension] to data[(i + 1) * dimension - 1]. */
export interface Samples {
  readonly count: number;
  readonly dimension: number;
  readonly data: Float32Array | Float64Array;
}

/** @throws ShapeError, naming the metric, unless all sets have one dimension, and at least `fewest` points each */
export function checkSamples(metric: string, sets: Readonly<Record<string, Samples>>, fewest = 1): void {
  const [[, first] = ["", undefined]] = Object.entries(sets);
  for (const [name, { count, dimension, data }] of Object.entries(sets)) {
    if (data.length !== count * dimension)
      throw new ShapeError(
        `${metric}: ${name} says ${count} points of ${dimension} values, but has ${data.length} values`,
      );
    if (dimension !== first?.dimension)
      throw new ShapeError(
        `${metric}: the sets have points of ${first?.dimension} and (${name}) ${dimension} values; they must agree`,
      );
    if (count < fewest)
      throw new ShapeError(`${metric}: ${name} needs at least ${fewest} points, got ${count}`);
  }
}

/** x · y of point i of one set and point j of another. */
export function dot(a: Samples, i: number, b: Samples, j: number): number {
  let sum = 0;
  for (let k = 0, p = i * a.dimension, q = j * b.dimension; k < a.dimension; k++, p++, q++)
    sum += (a.data[p] as number) * (b.data[q] as number);
  return sum;
}

/** The points of these numbers, in this order. */
export function pick(set: Samples, indices: ArrayLike<number>): Samples {
  const { dimension } = set;
  const data = new Float64Array(indices.length * dimension);
  for (let k = 0; k < indices.length; k++) {
    const i = indices[k] as number;
    if (!Number.isInteger(i) || i < 0 || i >= set.count)
      throw new ShapeError(`pick: there are points 0 to ${set.count - 1}, got ${i}`);
    data.set(set.data.subarray(i * dimension, (i + 1) * dimension), k * dimension);
  }
  return { count: indices.length, dimension, data };
}
