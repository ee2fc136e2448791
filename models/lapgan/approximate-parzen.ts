/**
 * How near a level comes to real images by luck: the measure that LAPGAN's authors chose their models by (`approxParzen` in
 * facebookarchive/eyescream; MODELS 3.7).
 */
import { add, norm, rand, randn, Rng, sub, type Tensor } from "../../engine/index.ts";
import type { TrainedLevel } from "./files.ts";
import { isNormal, type LevelCondition, makeBand, noiseShape } from "./level.ts";

/** The purpose of the random numbers. */
const NOISE = 0xa9a2;

/** The paper's code: the nearest of 128 tries, for 200 images. */
export const PARZEN_DRAWS = 128;
export const PARZEN_IMAGES = 200;

/**
 * Distances of real images to the nearest of several samples, ‖l + G(z, l) - I‖ with the image's own low pass l.
 * @param image [n, s, s, 3], normalised
 * @returns [n]
 */
export async function nearestDraws(
  { form, generator }: TrainedLevel,
  image: Tensor,
  condition: LevelCondition,
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Promise<Float32Array> {
  const n = image.shape[0] as number;
  const shape = [n, ...noiseShape(generator)];
  const rng = new Rng(seed, NOISE);
  let best = new Float32Array(n).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < draws; k++) {
    rng.at(k);
    const noise = isNormal(form) ? randn(shape, rng) : rand(shape, rng, -1, 1);
    const made =
      "latentDim" in generator
        ? generator.forward(noise, condition.label)
        : add(makeBand(generator, noise, condition, form.consistent), condition.lowPass as Tensor);
    const distances = (await norm(sub(made, image).reshape([n, -1]), [1]).data()) as Float32Array;
    best = best.map((value, at) => Math.min(value, distances[at] as number));
  }
  return best;
}
