/** Samples of Stacked MNIST: how many of the 1,000 triples of digits a generator reaches (Metz et al. 2017). */
import { GanvasError } from "../../engine/errors.ts";
import { DIGITS } from "../datasets/idx.ts";
import { type Classifier, parseClassifier } from "../features/classifier.ts";
import { classifierOf } from "../features/shipped.ts";
import { countModes, modesOfStacks } from "../metrics/index.ts";
import type { Judged, Judgement, JudgeRequest } from "../system.ts";
import { lookAt } from "./look.ts";
import type { Pictures } from "./pictures.ts";

/** Makes pictures with a digit a channel. */
interface PictureSource {
  pictures(count: number, seed: number, signal?: AbortSignal): Promise<Pictures>;
}

/** As many samples as are asked for (26,000 in the literature), named by our classifier of digits. */
export async function judgeStackSampler(
  source: PictureSource,
  { host, count, seed, signal, onProgress }: JudgeRequest,
): Promise<Judgement> {
  const entry = classifierOf(DIGITS, 1);
  if (!entry) throw new GanvasError("no classifier of digits comes with the project");
  const net = parseClassifier(await host.shipped(entry.file), entry.file);
  onProgress?.(0, 2, "samples");
  const samples = await source.pictures(count, seed, signal);
  onProgress?.(1, 2, "names of digits");
  const scores = await modesReached(samples, net);
  return {
    scores,
    notes: [`by ${count} samples (26000 in the literature) and the ${entry.title} of this project`],
  };
}

/** @param samples [n, h, w, channels] @param net names digits */
export async function modesReached(samples: Pictures, net: Classifier): Promise<Judged[]> {
  const { classes } = await lookAt(net, channelsApart(samples));
  const [, , channels] = samples.shape;
  const of = 10 ** channels;
  const { reached, reverseKL } = countModes(modesOfStacks(classes, channels), of);
  // Of modes that are all alike, as many as so many draws reach on average.
  const expected = of * (1 - (1 - 1 / of) ** samples.count);
  return [
    { name: `modes reached of ${of}`, value: reached, real: expected },
    { name: "reverse KL to equal shares, nats", value: reverseKL },
  ];
}

/** Each channel as a grey picture of its own, those of one picture side by side. */
export function channelsApart({ count, shape: [h, w, c], data }: Pictures): Pictures {
  const size = h * w;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < count; i++)
    for (let at = 0; at < size; at++)
      for (let k = 0; k < c; k++) out[(i * c + k) * size + at] = data[(i * size + at) * c + k] as number;
  return { count: count * c, shape: [h, w, 1], data: out };
}
