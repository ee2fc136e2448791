/** Round numbers along an axis. Pure functions, no DOM. */

/** Steps within a power of ten that are read without counting. */
const STEPS = [1, 2, 5, 10];

/**
 * Multiples of the least round step (1, 2 or 5 times a power of ten) that leaves at most so many of them from `low` to `high`; the
 * one value where there is no room between the two.
 */
export function ticksOf(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const least = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * (STEPS.find((each) => each * power >= least * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // Rounded to the step's own digits: 0.3, not 0.30000000000000004.
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
