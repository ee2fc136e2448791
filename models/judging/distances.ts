/** Frechet and kernel distance in a classifier's features, with their uncertainty. */
import { permutation } from "../../engine/random.ts";
import { frechetDistance, pick, type Samples, subsetKernelDistances } from "../metrics/index.ts";
import type { Score } from "./score.ts";

/** Groups of samples that are left out in turn. */
const GROUPS = 10;
/** Points in a subset, and subsets at most. */
const SUBSET = 500;
const SUBSETS = 20;
const SEED = 1;

/**
 * Named after the classifier, so that nobody compares them with the published FID and KID, which take Inception's features.
 * @param real held out; `train` is compared with it to say what real pictures reach
 */
export function distances(name: string, samples: Samples, real: Samples, train: Samples): Score[] {
  const alike = pick(train, shuffled(train.count).subarray(0, samples.count));
  const kernel = kernelOf(samples, real);
  return [
    {
      name: `frechet-${name}`,
      value: frechetDistance(samples, real),
      standardError: jackknife(samples, (rest) => frechetDistance(rest, real)),
      real: frechetDistance(alike, real),
      note: `${samples.count} samples, ${real.count} held-out pictures, ${samples.dimension} features of our own classifier: not FID; falls with the number of samples`,
    },
    {
      name: `kernel-${name}`,
      value: kernel.mean,
      standardError: kernel.standardError,
      real: kernelOf(alike, real).mean,
      note: "the same features: not KID",
    },
  ];
}

/** Error of a statistic by leaving out each tenth of the samples in turn (Efron and Stein 1981). */
function jackknife(samples: Samples, statistic: (rest: Samples) => number): number {
  const order = shuffled(samples.count);
  const values = Array.from({ length: GROUPS }, (_, group) =>
    statistic(
      pick(
        samples,
        order.filter((_, at) => at % GROUPS !== group),
      ),
    ),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / GROUPS;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((GROUPS - 1) / GROUPS) * squares);
}

/** Mean over disjoint subsets, whose values are independent. */
function kernelOf(a: Samples, b: Samples): { mean: number; standardError: number } {
  const smaller = Math.min(a.count, b.count);
  const size = Math.min(SUBSET, Math.max(2, Math.floor(smaller / 2)));
  const count = Math.min(SUBSETS, Math.floor(smaller / size));
  const subsets = (n: number) => {
    const order = shuffled(n);
    return Array.from({ length: count }, (_, k) => order.subarray(k * size, (k + 1) * size));
  };
  const { mean, deviation } = subsetKernelDistances(a, b, subsets(a.count), subsets(b.count));
  return { mean, standardError: deviation / Math.sqrt(Math.max(count - 1, 1)) };
}

const shuffled = (n: number): Uint32Array => permutation(n, SEED, 0x1d6e, 0);
