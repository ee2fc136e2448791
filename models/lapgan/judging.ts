/** How pyramids are judged beside what all systems are judged by: the paper's multi-scale Parzen estimate. */
import { tensor } from "../../engine/index.ts";
import { judgeSampler } from "../judging/judgement.ts";
import { inWords, PARZEN_ON_CIFAR } from "../judging/papers.ts";
import { firstOf, middleOf, type Pictures } from "../judging/pictures.ts";
import { multiScaleParzen, type PictureArray } from "../metrics/multi-scale-parzen.ts";
import type { Judged, Judgement, JudgeRequest } from "../system.ts";
import { divided } from "./data.ts";
import type { LapganModel } from "./files.ts";
import type { LapganSampler } from "./lapgan-sampler.ts";
import { halves, pyramidModel } from "./multi-scale.ts";

/** Of the multi-scale estimate: pictures to choose deviations by and to measure, samples of the coarsest level, bands a picture. */
const MULTI_SCALE = { pictures: 100, base: 2000, draws: 50 } as const;

/**
 * Samples, classes asked in turn, against pictures that levels are not trained on.
 * @throws InputError where weights and data do not go together
 */
export function judgeLapgan(sampler: LapganSampler, request: JudgeRequest): Promise<Judgement> {
  return judgeSampler(sampler, request, PARZEN_ON_CIFAR.slice(0, 2), {
    // In the set's own size: a pyramid of 28 pixels is trained on crops of 32.
    open: { channels: 3 },
    divide: divided,
    also: async ({ samples, train, heldOut }) => {
      if (!halves(sampler.model))
        return {
          scores: [],
          notes: [
            `no multi-scale Parzen estimate: it halves pictures, and these are of ${sampler.model.sizes.join(", ")} pixels, ${sampler.model.levels.length} levels of them trained`,
          ],
        };
      request.onProgress?.(0, 1, "multi-scale Parzen window");
      const [known, unknown] = [middleOf(train, samples.shape), middleOf(heldOut, samples.shape)];
      return { scores: [await multiScale(sampler.model, known, unknown, request.seed)], notes: [] };
    },
  });
}

async function multiScale(
  model: LapganModel,
  train: Pictures,
  test: Pictures,
  seed: number,
): Promise<Judged> {
  const { pictures, base, draws } = MULTI_SCALE;
  const pyramid = await pyramidModel(model, { base, seed });
  const known = await inDeviations(model, firstOf(train, pictures));
  const unknown = await inDeviations(model, firstOf(test, pictures));
  const { mean, standardError } = await multiScaleParzen(pyramid, known, unknown, { draws });
  return {
    name: "multi-scale Parzen log-likelihood",
    value: mean,
    error: standardError,
    paper: inWords(PARZEN_ON_CIFAR.slice(2)),
  };
}

/** As the pyramid has them. */
async function inDeviations(
  { normalisation }: LapganModel,
  { count, shape: [h, w, c], data, labels }: Pictures,
): Promise<PictureArray> {
  const shape = [count, h, w, c] as const;
  const values = Float32Array.from(data, (value) => value / 255);
  const normal = (await normalisation.forward(tensor(values, shape)).data()) as Float32Array;
  return { shape, data: normal, ...(labels && { labels }) };
}
