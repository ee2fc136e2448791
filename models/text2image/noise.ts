/**
 * The noise of text to image. Where a set shows the same things in several styles, the first numbers of the noise say whose style it
 * is, up to some spread, so that a picture's style can be asked for and read back; the others are free.
 */
import { add, concat, mul, randn, type Rng, slice, type Tensor } from "../../engine/index.ts";
import { integer, randomBits } from "../../engine/random.ts";
import { type NoiseForm, noiseAt } from "../sampling/noise.ts";
import type { Text2ImageForm } from "./recipe.ts";

/** Purpose of the random numbers. */
const STYLES = 0x5b16;

/** What the numbers of a style have in common, and the deviation of what they do not: 1 in all, as noise has. */
export const STEADY = 0.9;
const SPREAD = Math.sqrt(1 - STEADY ** 2);

export const noiseForm = ({ latentDim }: Text2ImageForm): NoiseForm => ({ latentDim, noise: "normal" });

/** A style's own numbers, [styleDim]: over all styles each has mean 0 and deviation 1. Of two styles the one is minus the other. */
export function styleCode({ styles = 1, styleDim = 0 }: Text2ImageForm, style: number): Float32Array {
  const others = Math.sqrt(Math.max(styles - 1, 1));
  return Float32Array.from({ length: styleDim }, (_, j) => (j % styles === style ? others : -1 / others));
}

/**
 * Noise for `count` pictures, [count, latentDim].
 * @param codes of their styles, [count, styleDim], where the form has styles
 */
export function drawNoise(form: Text2ImageForm, count: number, rng: Rng, codes?: Tensor): Tensor {
  const { latentDim, styleDim = 0 } = form;
  const z = randn([count, latentDim], rng);
  if (!codes) return z;
  const styled = add(mul(codes, STEADY), mul(slice(z, [0, 0], [count, styleDim]), SPREAD));
  return concat([styled, slice(z, [0, styleDim], [count, latentDim])], 1);
}

/** Noise number `index` of a seed, [latentDim], in a style that is drawn too. */
export function drawnNoise(form: Text2ImageForm, seed: number, index: number): Float32Array {
  const z = noiseAt(noiseForm(form), seed, index);
  const { styles = 1, styleDim = 0 } = form;
  const [drawn] = randomBits(seed, index, STYLES);
  styleCode(form, styleDim > 0 ? integer(drawn, styles) : 0).forEach((own, j) => {
    z[j] = STEADY * own + SPREAD * (z[j] as number);
  });
  return z;
}
