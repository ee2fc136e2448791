/**
 * Weaves that networks draw: sub-pixel convolutions have weights of their own for each of the two and four phases of a pixel, and
 * what they make of a plain wall may repeat after as many pixels.
 */
import type { Image } from "../../engine/io/image.ts";
import { luma } from "./luma.ts";
import type { Plane } from "./plane.ts";

/** Pixels of a stretch whose spectrum is taken; stretches overlap by half. */
const LENGTH = 64;
/** Distance of the frequencies that are compared with: beyond what the window spreads, near enough for the same content. */
const NEAR = [3, 4, 5] as const;
/** What rounding leaves of a picture of one colour, which has no weave. */
const NO_POWER = 1e-9;

/** Power at one frequency against that of its neighbours: about 1 where nothing repeats. */
export interface Weave {
  /** At half a cycle a pixel. */
  readonly period2: number;
  /** At a quarter. */
  readonly period4: number;
}

/**
 * Power spectra of rows and of columns of the luma (BT.601), by Welch's method: mean over stretches of 64 pixels under a Hann
 * window. The powers of both directions at a frequency are divided by those at its neighbours, and the mean of the two taken.
 * @returns undefined for an image of less than 64×64 pixels
 */
export function weave(image: Image): Weave | undefined {
  const { width, height } = image;
  if (Math.min(width, height) < LENGTH) return undefined;
  const plane = luma(image, "bt601");
  const spectra = [powers(plane), powers(transposed(plane))];
  const at = (frequency: number) =>
    spectra.reduce((sum, power) => sum + (power.get(frequency) as number) / neighbours(power, frequency), 0) /
    2;
  return { period2: at(LENGTH / 2), period4: at(LENGTH / 4) };
}

/** Frequencies below and above, as far as there are any: none above half a cycle. */
const around = (frequency: number): number[] =>
  NEAR.flatMap((apart) => [frequency - apart, frequency + apart]).filter((k) => k <= LENGTH / 2);

function neighbours(power: ReadonlyMap<number, number>, frequency: number): number {
  const values = around(frequency).map((k) => power.get(k) as number);
  return Math.max(values.reduce((sum, value) => sum + value, 0) / values.length, NO_POWER);
}

const FREQUENCIES = [LENGTH / 2, LENGTH / 4].flatMap((k) => [k, ...around(k)]);
const HANN = Float64Array.from(
  { length: LENGTH },
  (_, x) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (x + 0.5)) / LENGTH),
);
const WAVES = FREQUENCIES.map((k) => ({
  cos: HANN.map((weight, x) => weight * Math.cos((2 * Math.PI * k * x) / LENGTH)),
  sin: HANN.map((weight, x) => weight * Math.sin((2 * Math.PI * k * x) / LENGTH)),
}));

/** Power of each frequency along the rows, summed over all stretches. */
function powers({ width, height, data }: Plane): Map<number, number> {
  const sums = new Float64Array(FREQUENCIES.length);
  for (let y = 0; y < height; y++)
    for (let left = 0; left + LENGTH <= width; left += LENGTH / 2) {
      const start = y * width + left;
      const stretch = data.subarray(start, start + LENGTH);
      const mean = stretch.reduce((sum, value) => sum + value, 0) / LENGTH;
      for (const [k, { cos, sin }] of WAVES.entries()) {
        let [real, imaginary] = [0, 0];
        for (let x = 0; x < LENGTH; x++) {
          const value = (stretch[x] as number) - mean;
          real += value * (cos[x] as number);
          imaginary += value * (sin[x] as number);
        }
        sums[k] = (sums[k] as number) + real * real + imaginary * imaginary;
      }
    }
  return new Map(FREQUENCIES.map((frequency, k) => [frequency, sums[k] as number]));
}

function transposed({ width, height, data }: Plane): Plane {
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out[x * height + y] = data[y * width + x] as number;
  return { width: height, height: width, data: out };
}

/** Medians over images, of those that are large enough; undefined where none is. */
export function medianWeave(images: readonly (Weave | undefined)[]): Weave | undefined {
  const found = images.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  const median = (of: (one: Weave) => number) => {
    const sorted = found.map(of).sort((a, b) => a - b);
    return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
  };
  return { period2: median((one) => one.period2), period4: median((one) => one.period4) };
}
