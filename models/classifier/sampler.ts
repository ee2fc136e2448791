/** A classifier where the table expects something that makes pictures, and how it is judged. */
import { InputError } from "../../engine/errors.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Classifier } from "../features/classifier.ts";
import { partsOf } from "../judging/evidence.ts";
import { lookAt } from "../judging/look.ts";
import { picturesOf } from "../judging/pictures.ts";
import type { Judgement, JudgeRequest, Sampler } from "../system.ts";

export class ClassifierSampler implements Sampler {
  readonly title = "classifier";
  readonly classes = [];
  readonly net: Classifier;

  /** @param net in evaluation mode */
  constructor(net: Classifier) {
    this.net = net;
  }

  /** @throws InputError always: it names pictures and makes none */
  async sample(): Promise<never> {
    throw new InputError("a classifier makes no pictures; it names them: `ganvas eval FILE --data DIR`");
  }
}

/** Which share of a set's pictures is named rightly: of all, and of each class. */
export async function shareNamed(
  net: Classifier,
  dataset: Dataset,
): Promise<{ readonly all: number; readonly of: readonly number[] }> {
  const pictures = await picturesOf(dataset);
  const labels = pictures.labels as readonly number[];
  const named = (await lookAt(net, pictures)).classes;
  const right = dataset.classes.map(() => 0);
  const there = dataset.classes.map(() => 0);
  for (const [k, label] of labels.entries()) {
    there[label] = (there[label] as number) + 1;
    if (named[k] === label) right[label] = (right[label] as number) + 1;
  }
  const total = right.reduce((a, b) => a + b, 0);
  return {
    all: total / Math.max(labels.length, 1),
    of: right.map((count, label) => count / Math.max(there[label] as number, 1)),
  };
}

/** @throws InputError where the data's pictures or classes are not this classifier's */
export async function judgeClassifier(sampler: Sampler, { host, path }: JudgeRequest): Promise<Judgement> {
  const { net } = sampler as ClassifierSampler;
  const { channels, classes } = net.config;
  const { heldOut } = await partsOf(host, path, { channels: channels as 1 | 3 });
  if (heldOut.classes.length !== classes)
    throw new InputError(
      `${path} has ${heldOut.classes.length} classes, the classifier was trained on ${classes}`,
    );
  const { all, of } = await shareNamed(net, heldOut);
  return {
    scores: [
      {
        name: `named rightly of ${heldOut.size} held-out pictures, %`,
        value: 100 * all,
        error: 100 * Math.sqrt((all * (1 - all)) / Math.max(heldOut.size, 1)),
        classes: of.map((share) => 100 * share),
      },
    ],
    notes: [`Classes: ${heldOut.classes.join(", ")}.`],
  };
}
