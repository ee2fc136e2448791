/** How pyramids are judged: by the paper's two Parzen estimates, and by a classifier of our own where it knows the classes. */
import { InputError } from "../../engine/errors.ts";
import { tensor } from "../../engine/index.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { parseClassifier } from "../features/classifier.ts";
import { judge, type Score } from "../judging/judge.ts";
import { firstOf, middleOf, type Pictures, picturesOf } from "../judging/pictures.ts";
import { PARZEN_CAVEAT } from "../judging/table.ts";
import { multiScaleParzen, type PictureArray } from "../metrics/multi-scale-parzen.ts";
import type { Judged, Judgement, JudgeRequest } from "../system.ts";
import type { Host } from "../training/host.ts";
import { divided } from "./data.ts";
import type { LapganModel } from "./files.ts";
import type { LapganSampler } from "./lapgan-sampler.ts";
import { pyramidModel } from "./multi-scale.ts";
import { fullSize } from "./recipe.ts";
import { drawPictures, noiseAt, oneClass } from "./sampler.ts";

/** Names pictures of CIFAR-10; trained and shipped by this project. */
const CIFAR_CLASSIFIER = "models/weights/cifar10-classifier.safetensors";
/** Denton et al. 2015, table 1, on CIFAR-10. */
const PAPER: Readonly<Record<string, string>> = {
  "Parzen log-likelihood": "-3572 ± 345 (GAN: -3617 ± 353)",
  "multi-scale Parzen log-likelihood": "-1799 ± 826",
};

/** Of the multi-scale estimate: pictures to choose deviations by and to measure, samples of the coarsest level, bands a picture. */
const MULTI_SCALE = { pictures: 100, base: 2000, draws: 50 } as const;

async function classifierFor({ name }: Dataset, host: Host) {
  if (name !== "CIFAR-10") return undefined;
  return { name: "cifar10", net: parseClassifier(await host.shipped(CIFAR_CLASSIFIER), CIFAR_CLASSIFIER) };
}

/**
 * Samples, classes asked in turn, against pictures that levels are not trained on.
 * @throws InputError where weights and data do not go together
 */
export async function judgeLapgan(sampler: LapganSampler, request: JudgeRequest): Promise<Judgement> {
  const { path, host, count, seed, signal, onProgress } = request;
  const { model } = sampler;
  const size = fullSize(model);
  const { dataset } = await host.openDataset(path, { channels: 3 });
  const told = model.classes.length;
  if (told > 0 && dataset.classes.join() !== model.classes.join())
    throw new InputError(
      `these weights know the classes ${model.classes.join(", ")}; ${path} has ${dataset.classes.join(", ") || "none"}`,
    );
  const { training, heldOut } = divided(dataset);
  const shape = [size, size, 3] as const;
  const [train, test] = [
    middleOf(await picturesOf(training), shape),
    middleOf(await picturesOf(heldOut), shape),
  ];
  const labels = Array.from({ length: count }, (_, k) => (told > 0 ? k % told : 0));
  const origins = labels.map((label, k) => ({
    noise: noiseAt(model, seed, k),
    classes: oneClass(model, label),
  }));
  onProgress?.(0, count, "samples");
  const images = await drawPictures(model, origins, signal);
  const data = new Uint8Array(count * size * size * 3);
  for (const [k, image] of images.entries()) data.set(image.data, k * size * size * 3);
  const classifier = await classifierFor(dataset, host);
  const samples: Pictures = { count, shape, data, ...(told > 0 && { labels }) };
  const scores = await judge(
    { samples, train, heldOut: test, ...(classifier && { classifier }), classes: Math.max(told, 1) },
    { progress: (part) => onProgress?.(0, 1, part) },
  );
  onProgress?.(0, 1, "multi-scale Parzen window");
  return {
    scores: [...scores.map(judged), await multiScale(model, train, test, seed)],
    notes: [...scores.flatMap(noteOf), PARZEN_CAVEAT],
  };
}

async function multiScale(
  model: LapganModel,
  train: Pictures,
  test: Pictures,
  seed: number,
): Promise<Judged> {
  const { pictures, base, draws } = MULTI_SCALE;
  const pyramid = await pyramidModel(model, { base, seed });
  const [known, unknown] = await Promise.all(
    [train, test].map((some) => inDeviations(model, firstOf(some, pictures))),
  );
  const estimate = await multiScaleParzen(pyramid, known as PictureArray, unknown as PictureArray, { draws });
  return judged({
    name: "multi-scale Parzen log-likelihood",
    value: estimate.mean,
    standardError: estimate.standardError,
  });
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

function judged({ name, value, standardError }: Score): Judged {
  const paper = PAPER[name];
  return {
    name,
    value,
    ...(standardError !== undefined && { error: standardError }),
    ...(paper !== undefined && { paper }),
  };
}

const noteOf = ({ name, note, classes, real }: Score): string[] => [
  ...(note === undefined ? [] : [`${name}: ${note}`]),
  ...(real === undefined ? [] : [`${name}: real pictures have ${real.toPrecision(4)}`]),
  ...(classes ? [`${name}, by class: ${classes.map((value) => value.toFixed(3)).join(" ")}`] : []),
];
