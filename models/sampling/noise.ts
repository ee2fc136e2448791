/** Noise that samples are drawn from: number k of a seed is the same whatever else is drawn, and ways lead from one to another. */
import { fillNormal, fillUniform } from "../../engine/random.ts";

/** Standard normal, or uniform between two numbers. */
export type NoiseKind = "normal" | readonly [low: number, high: number];

/** What noise a generator takes. */
export interface NoiseForm {
  readonly noise: NoiseKind;
  /** How many numbers. */
  readonly latentDim: number;
}

/** The purpose of the random numbers. */
const NOISE = 0x5a3e;

/** Noise number `index` of a seed, [latentDim]. */
export function noiseAt({ noise, latentDim }: NoiseForm, seed: number, index: number): Float32Array {
  const out = new Float32Array(latentDim);
  return noise === "normal"
    ? fillNormal(out, seed, NOISE + index)
    : fillUniform(out, seed, NOISE + index, ...noise);
}

/**
 * The noise a share of the way from one to another. Normal noise of many numbers lies near a sphere, which a straight line would
 * leave: there the way is the arc between them (Shoemake 1985). Uniform noise fills a cube, in which straight lines stay.
 */
export function noiseBetween(
  { noise }: NoiseForm,
  from: Float32Array,
  to: Float32Array,
  share: number,
): Float32Array {
  const lengths = Math.hypot(...from) * Math.hypot(...to);
  const cosine = from.reduce((sum, a, k) => sum + a * (to[k] as number), 0) / Math.max(lengths, 1e-12);
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  const sine = Math.sin(angle);
  if (noise !== "normal" || sine < 1e-4) return mixed(from, to, 1 - share, share);
  return mixed(from, to, Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine);
}

const mixed = (a: Float32Array, b: Float32Array, ofA: number, ofB: number): Float32Array =>
  a.map((value, k) => ofA * value + ofB * (b[k] as number));

/** `steps` places on the way from noise `index` of a seed to the next, both ends included. */
export function noiseWalk(form: NoiseForm, seed: number, index: number, steps: number): Float32Array[] {
  const [from, to] = [noiseAt(form, seed, index), noiseAt(form, seed, index + 1)];
  return Array.from({ length: steps }, (_, k) => noiseBetween(form, from, to, k / Math.max(steps - 1, 1)));
}
