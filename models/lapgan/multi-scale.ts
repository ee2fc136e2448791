/** A trained pyramid as the multi-scale Parzen estimate asks for it (Denton et al. 2015, appendix A; MODELS 3.9). */
import { InputError } from "../../engine/errors.ts";
import { tensor } from "../../engine/index.ts";
import type { PyramidModel } from "../metrics/multi-scale-parzen.ts";
import type { LapganModel, TrainedLevel } from "./files.ts";
import { noiseAt, oneClass, refineOnce, type SampledLevel, sampleLevels } from "./sampler.ts";

/** Samples of the coarsest level made together. */
const BATCH = 200;

/** Whether every level is trained, and half as wide as the next. */
export const halves = ({ sizes, levels }: LapganModel): boolean =>
  levels.length === sizes.length &&
  sizes.every((size, k) => k === 0 || size === 2 * (sizes[k - 1] as number));

/**
 * Its pictures are in deviations of each pixel, as the pyramid's own are; bands come from its levels, given true coarser images.
 * @param options.base samples of the coarsest level
 * @throws InputError for a pyramid that does not halve its pictures, or is not trained at all levels
 */
export async function pyramidModel(
  model: LapganModel,
  { base, seed }: { readonly base: number; readonly seed: number },
): Promise<PyramidModel> {
  const { sizes, levels, classes } = model;
  if (!halves(model))
    throw new InputError(
      `the multi-scale Parzen estimate halves pictures; this pyramid has levels of ${sizes.join(", ")} pixels`,
    );
  const dimension = 3 * (sizes[0] as number) ** 2;
  const data = new Float32Array(base * dimension);
  const coarsest = { ...model, levels: levels.slice(0, 1) };
  const origin = (index: number, label: number) => ({
    noise: noiseAt(model, seed, index),
    classes: oneClass(model, label),
  });
  for (let first = 0; first < base; first += BATCH) {
    const n = Math.min(BATCH, base - first);
    const origins = Array.from({ length: n }, (_, k) =>
      origin(first + k, (first + k) % Math.max(classes.length, 1)),
    );
    const [made] = sampleLevels(coarsest, origins) as [SampledLevel];
    data.set((await made.image.data()) as Float32Array, first * dimension);
  }
  const unit = 2 ** (sizes.length - 1);
  let drawn = base;
  return {
    levels: sizes.length - 1,
    base: { count: base, dimension, data: data.map((value) => value * unit) },
    async finer(level, { shape: [n, h, w, c], data: coarse, labels }, draws) {
      const trained = levels[sizes.length - 1 - level] as TrainedLevel;
      const size = h * w * c;
      const many = new Float32Array(n * draws * size);
      const origins = Array.from({ length: n * draws }, (_, k) => {
        const picture = Math.floor(k / draws);
        many.set(coarse.subarray(picture * size, (picture + 1) * size), k * size);
        return origin(drawn++, labels?.[picture] ?? 0);
      });
      const { image } = refineOnce(model, trained, origins, tensor(many, [n * draws, h, w, c]));
      return { shape: [n * draws, 2 * h, 2 * w, c], data: (await image.data()) as Float32Array };
    },
  };
}
