/** How conditional GANs are judged: by the paper's Parzen window, by a classifier of our own, by how far samples lie apart. */
import { InputError } from "../../engine/errors.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { parseClassifier } from "../features/classifier.ts";
import { judge, type Score } from "../judging/judge.ts";
import { picturesOf } from "../judging/pictures.ts";
import { PARZEN_CAVEAT } from "../judging/table.ts";
import type { Judgement, JudgeRequest } from "../system.ts";
import type { Host } from "../training/host.ts";
import { type CganSampler, drawPlaces, noiseAt, oneClass } from "./sampler.ts";

/** Names digits; trained and shipped by this project. */
const DIGITS_CLASSIFIER = "models/weights/mnist-classifier.safetensors";
/** Mirza and Osindero 2014, table 1: this network, and Goodfellow et al. 2014, which is told no class. */
const PAPER = { "Parzen log-likelihood": "132 ± 1.8 (GAN without classes: 225 ± 2)" };

/** The classifier that knows a set's classes, where there is one. */
export async function classifierFor({ name }: Dataset, host: Host) {
  if (name !== "MNIST") return undefined;
  return { name: "mnist", net: parseClassifier(await host.shipped(DIGITS_CLASSIFIER), DIGITS_CLASSIFIER) };
}

/** Samples with classes asked in turn against the test part of the data. @throws InputError where they do not go together */
export async function judgeCgan(sampler: CganSampler, request: JudgeRequest): Promise<Judgement> {
  const { path, host, count, seed, signal, onProgress } = request;
  const { form } = sampler.file;
  const { height, width, classes } = form;
  const open = async (split: "train" | "test") =>
    (await host.openDataset(path, { channels: 1, split })).dataset;
  const [train, test] = [await open("train"), await open("test")];
  if (train.classes.length !== classes || train.shape[0] !== height || train.shape[1] !== width)
    throw new InputError(
      `these weights make pictures of ${width}×${height} pixels in ${classes} classes; ${path} holds ${train.shape[1]}×${train.shape[0]} in ${train.classes.length}`,
    );
  const labels = Array.from({ length: count }, (_, k) => k % classes);
  const places = labels.map((label, k) => ({
    noise: noiseAt(form, seed, k),
    classes: oneClass(form, label),
  }));
  const values = await drawPlaces(sampler.file, places, signal);
  const classifier = await classifierFor(train, host);
  const scores = await judge(
    {
      samples: {
        count,
        shape: [height, width, 1],
        data: Uint8Array.from(values, (value) => Math.round(value * 255)),
        labels,
      },
      train: await picturesOf(train),
      heldOut: await picturesOf(test),
      ...(classifier && { classifier }),
      classes,
    },
    { progress: (part) => onProgress?.(0, 1, part) },
  );
  return { scores: scores.map(judged), notes: [...scores.flatMap(noteOf), PARZEN_CAVEAT] };
}

function judged({ name, value, standardError }: Score) {
  const paper = PAPER[name as keyof typeof PAPER];
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
