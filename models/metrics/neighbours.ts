/** Nearest training pictures of samples: whether a generator copies what it was trained on. */
import { argmin, min, stack } from "../../engine/index.ts";
import { visitDistances } from "./blocks.ts";
import { checkSamples, type Samples } from "./samples.ts";

export interface Neighbours {
  /** Number of the nearest other point. */
  readonly nearest: Int32Array;
  /** Euclidean distance to it. */
  readonly distance: Float64Array;
}

/** The nearest of `others` to each point. Chosen in f32, measured in float64: the distance of a copy is exactly 0. */
export async function nearestNeighbours(points: Samples, others: Samples): Promise<Neighbours> {
  checkSamples("nearestNeighbours", { points, others });
  const nearest = new Int32Array(points.count);
  const least = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  await visitDistances(points, others, async (squares, first, firstOther) => {
    const places = argmin(squares, 1).cast("f32"); // [rows]
    const found = await stack([min(squares, 1), places]).data(); // [2, rows]
    const rows = squares.shape[0] as number;
    for (let i = 0; i < rows; i++) {
      const square = found[i] as number;
      if (square >= (least[first + i] as number)) continue;
      least[first + i] = square;
      nearest[first + i] = firstOther + (found[rows + i] as number);
    }
  });
  const distance = Float64Array.from(nearest, (j, i) => Math.sqrt(squareBetween(points, i, others, j)));
  return { nearest, distance };
}

function squareBetween(a: Samples, i: number, b: Samples, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.dimension; k++)
    sum += ((a.data[i * a.dimension + k] as number) - (b.data[j * b.dimension + k] as number)) ** 2;
  return sum;
}

/** The value that a share of them lies below. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * Share of the samples that lie nearer to a training picture than all but `tail` of held-out pictures do: about `tail` where nothing
 * is copied, 1 where everything is.
 */
export function shareOfCopies(samples: Neighbours, heldOut: Neighbours, tail = 0.01): number {
  const threshold = quantile(heldOut.distance, tail);
  return samples.distance.filter((distance) => distance < threshold).length / samples.distance.length;
}
