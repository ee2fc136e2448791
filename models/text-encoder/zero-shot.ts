/**
 * How well captions and pictures of classes that were never seen find each other (Reed et al., CVPR 2016, section 5): a class is
 * the mean embedding of all its captions, neither it nor pictures are brought to one length.
 */
import { permutation } from "../../engine/random.ts";

/** Rows of numbers. */
export interface Rows {
  readonly dimension: number;
  readonly data: Float32Array;
}

/** Purpose of the random numbers. */
const GROUPS = 0x7e03;

export interface Retrieval {
  /** Share of the pictures whose class is the nearest of those in their group; by chance 1 / group. */
  readonly top1: number;
  readonly top1Error: number;
  /** Classes that a picture was named among. */
  readonly group: number;
  /** Share of a class's pictures among the 50 nearest to it, mean over classes: the paper's. */
  readonly precision: number;
  /** What random order has. */
  readonly precisionChance: number;
  /** The most that is possible where classes have fewer than 50 pictures. */
  readonly precisionMost: number;
  /** Mean of the precisions at the places of a class's own pictures among all: counts high places where classes are small. */
  readonly averagePrecision: number;
  readonly averagePrecisionError: number;
  readonly averagePrecisionChance: number;
}

const NEAREST = 50;

/**
 * @param pictures a row for each picture
 * @param labels of the pictures, numbers of rows of `classes`
 * @param classes a row for each class
 * @param group classes that each picture is named among (the paper's test set has 50): all are divided at random into such groups
 */
export function retrieval(
  pictures: Rows,
  labels: ArrayLike<number>,
  classes: Rows,
  group = NEAREST,
): Retrieval {
  const n = labels.length;
  const count = classes.data.length / classes.dimension;
  const size = Math.min(group, count);
  const scores = productOf(pictures, classes); // [n, count]
  // Whole groups only; a class that is left over fills one up with others.
  const order = permutation(count, 0, GROUPS);
  const right: number[] = [];
  for (let first = 0; first < count; first += size) {
    const start = Math.min(first, count - size);
    const own = order.subarray(start, start + size);
    const counted = new Set(order.subarray(first, first + size));
    for (let i = 0; i < n; i++) {
      if (!counted.has(labels[i] as number)) continue;
      const best = own.reduce((a, b) => (at(scores, i, b) > at(scores, i, a) ? b : a));
      right.push(best === labels[i] ? 1 : 0);
    }
  }
  const precisions: number[] = [];
  const averages: number[] = [];
  const shares: number[] = [];
  const chances: number[] = [];
  for (let label = 0; label < count; label++) {
    const own = [...Array(n).keys()].filter((i) => labels[i] === label).length;
    if (own === 0) continue;
    const ranked = [...Array(n).keys()].sort((a, b) => at(scores, b, label) - at(scores, a, label));
    const hits = ranked.flatMap((i, place) => (labels[i] === label ? [place + 1] : []));
    const seen = Math.min(NEAREST, n);
    precisions.push(hits.filter((place) => place <= seen).length / seen);
    shares.push(Math.min(own, seen) / seen);
    averages.push(hits.reduce((sum, place, k) => sum + (k + 1) / place, 0) / own);
    chances.push(own / n);
  }
  const [top1, precision, averagePrecision] = [right, precisions, averages].map(meanOf) as [
    number,
    number,
    number,
  ];
  return {
    top1,
    top1Error: errorOf(right),
    group: size,
    precision,
    precisionChance: meanOf(chances),
    precisionMost: meanOf(shares),
    averagePrecision,
    averagePrecisionError: errorOf(averages),
    averagePrecisionChance: chanceOf(
      chances.map((share) => share * n),
      n,
    ),
  };

  function at(matrix: Float64Array, row: number, column: number): number {
    return matrix[row * count + column] as number;
  }
}

/**
 * The nearest rows of `to` for each row of `from`, nearest first: by the cosine of what is left when the mean of `to` is taken from
 * both. Embeddings have a direction in common, and the longest would else be everybody's neighbour.
 */
export function nearest(from: Rows, to: Rows, take: number): number[][] {
  const count = to.data.length / to.dimension;
  const middle = Float64Array.from({ length: to.dimension }, (_, j) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += to.data[row * to.dimension + j] as number;
    return sum / count;
  });
  const scores = productOf(directions(from, middle), directions(to, middle));
  return Array.from({ length: from.data.length / from.dimension }, (_, i) =>
    [...Array(count).keys()]
      .sort((a, b) => (scores[i * count + b] as number) - (scores[i * count + a] as number))
      .slice(0, take),
  );
}

/** Rows less `middle`, at length 1. */
function directions({ data, dimension: d }: Rows, middle: Float64Array): Rows {
  const out = Float32Array.from(data, (value, at) => value - (middle[at % d] as number));
  for (let first = 0; first < out.length; first += d) {
    const row = out.subarray(first, first + d);
    const length = Math.hypot(...row) || 1;
    row.forEach((value, j) => {
      row[j] = value / length;
    });
  }
  return { dimension: d, data: out };
}

function productOf(a: Rows, b: Rows): Float64Array {
  const [n, m, d] = [a.data.length / a.dimension, b.data.length / b.dimension, a.dimension];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (a.data[i * d + k] as number) * (b.data[j * d + k] as number);
      out[i * m + j] = sum;
    }
  return out;
}

/** Expected average precision of `own` pictures among `n` in random order, mean over classes (Bestgen 2015, exact for each). */
function chanceOf(owns: readonly number[], n: number): number {
  const harmonic = Array.from({ length: n }, (_, k) => 1 / (k + 1)).reduce((a, b) => a + b, 0);
  // E[AP] = ((R - 1) / (N - 1)) + H_N / N · (1 - (R - 1) / (N - 1)).
  return meanOf(
    owns.map((own) => {
      const others = n > 1 ? (own - 1) / (n - 1) : 1;
      return others + (harmonic / n) * (1 - others);
    }),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1);

/** Standard error of the mean. */
function errorOf(values: readonly number[]): number {
  const middle = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / Math.max(values.length - 1, 1) / Math.max(values.length, 1));
}
