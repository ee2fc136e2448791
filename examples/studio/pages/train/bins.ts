/** Probabilities, counted. */
export const BINS = 20;

/** How many of these probabilities lie in each of `BINS` equal parts of 0 to 1. */
export function binsOf(probabilities: ArrayLike<number>): number[] {
  const bins = Array<number>(BINS).fill(0);
  for (let k = 0; k < probabilities.length; k++) {
    const bin = Math.min(Math.max(Math.floor((probabilities[k] as number) * BINS), 0), BINS - 1);
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}
