/** How pictures are judged of which nothing was asked. */
import { InputError } from "../../engine/errors.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { holdOut } from "../datasets/split.ts";
import { parseClassifier } from "../features/classifier.ts";
import type { NoiseSampler } from "../sampling/unconditional.ts";
import type { Judgement, JudgeRequest } from "../system.ts";
import type { Host } from "../training/host.ts";
import { judge } from "./judge.ts";
import { firstOf, picturesOf } from "./pictures.ts";
import { PARZEN_CAVEAT } from "./table.ts";

/** Names digits; trained and shipped by this project. */
const DIGITS_CLASSIFIER = "models/weights/mnist-classifier.safetensors";
/** Pictures kept for comparison where a set has no test part. */
const KEPT = 1000;

/**
 * Samples against the training and the test part of a set.
 * @param paper what the system's paper reports, by the score's name
 * @throws InputError where samples and data do not go together
 */
export async function judgePictures(
  sampler: NoiseSampler,
  { path, host, count, seed, signal, onProgress }: JudgeRequest,
  paper: Readonly<Record<string, string>>,
): Promise<Judgement> {
  const samples = await sampler.pictures(count, seed, signal);
  const [size, , channels] = samples.shape;
  const options = { size, channels: channels as 1 | 3 };
  const { dataset: train } = await host.openDataset(path, options);
  const { test, note } = await testPart(host, path, options, train);
  const classifier =
    train.name === "MNIST"
      ? { name: "mnist", net: parseClassifier(await host.shipped(DIGITS_CLASSIFIER), DIGITS_CLASSIFIER) }
      : undefined;
  const scores = await judge(
    {
      samples,
      train: await picturesOf(train),
      heldOut: firstOf(await picturesOf(test), 10_000),
      ...(classifier && { classifier }),
      classes: train.classes.length,
    },
    { progress: (part) => onProgress?.(0, 1, part) },
  );
  const notes = scores.flatMap(({ name, note, real }) => [
    ...(note === undefined ? [] : [`${name}: ${note}`]),
    ...(real === undefined ? [] : [`${name}: real pictures have ${real.toPrecision(4)}`]),
  ]);
  return {
    scores: scores.map(({ name, value, standardError }) => ({
      name,
      value,
      ...(standardError !== undefined && { error: standardError }),
      ...(paper[name] !== undefined && { paper: paper[name] }),
    })),
    notes: [...notes, ...(note === undefined ? [] : [note]), PARZEN_CAVEAT],
  };
}

/** The test part of a set or, where it has none, some of its pictures. */
async function testPart(
  host: Host,
  path: string,
  options: { readonly size: number; readonly channels: 1 | 3 },
  train: Dataset,
): Promise<{ readonly test: Dataset; readonly note?: string }> {
  try {
    return { test: (await host.openDataset(path, { ...options, split: "test" })).dataset };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const kept = Math.min(KEPT, Math.floor(train.size / 2));
    return {
      test: holdOut(train, kept, 0).heldOut,
      note: `${train.name} has no test part: ${kept} of the training pictures stand for it`,
    };
  }
}
