/**
 * How many modes of a distribution samples reach, where its modes are known: 25 Gaussians on a grid, the 1,000 triples of
 * Stacked MNIST (Metz et al. 2017; Srivastava et al. 2017).
 */
import { checkSamples, type Samples } from "./samples.ts";

export interface ModeCount {
  /** Modes with at least one sample. */
  readonly reached: number;
  readonly of: number;
  /** Σ p log(p / q) of the samples' shares p to q = 1 / of each, over samples that have a mode, in nats: 0 where all modes are alike. */
  readonly reverseKL: number;
  /** Share of the samples that have a mode. */
  readonly quality: number;
  readonly counts: Uint32Array;
}

/** @param modes number of the mode of each sample, below 0 for one that has none */
export function countModes(modes: ArrayLike<number>, of: number): ModeCount {
  const counts = new Uint32Array(of);
  let named = 0;
  for (let i = 0; i < modes.length; i++) {
    const mode = modes[i] as number;
    if (mode < 0) continue;
    counts[mode] = (counts[mode] as number) + 1;
    named++;
  }
  const shares = [...counts].filter((count) => count > 0).map((count) => count / named);
  return {
    reached: shares.length,
    of,
    reverseKL: shares.reduce((sum, share) => sum + share * Math.log(share * of), 0),
    quality: named / Math.max(modes.length, 1),
    counts,
  };
}

/** The nearest centre of each point, -1 where none is within `radius` (3 deviations of a mode, in the literature). */
export function modesOfPoints(points: Samples, centres: Samples, radius: number): Int32Array {
  checkSamples("modesOfPoints", { points, centres });
  const { dimension } = points;
  return Int32Array.from({ length: points.count }, (_, i) => {
    let [best, least] = [-1, radius * radius];
    for (let j = 0; j < centres.count; j++) {
      let squares = 0;
      for (let k = 0; k < dimension; k++)
        squares +=
          ((points.data[i * dimension + k] as number) - (centres.data[j * dimension + k] as number)) ** 2;
      if (squares <= least) [best, least] = [j, squares];
    }
    return best;
  });
}

/** Mode of a stack of digits: 100 a + 10 b + c. @param digits class of each channel's digit, [n · channels] */
export function modesOfStacks(digits: ArrayLike<number>, channels = 3): Int32Array {
  return Int32Array.from({ length: digits.length / channels }, (_, i) => {
    let mode = 0;
    for (let k = 0; k < channels; k++) mode = 10 * mode + (digits[i * channels + k] as number);
    return mode;
  });
}
