/** Samples of Stacked MNIST: how many of the 1,000 triples of digits a generator reaches (Metz et al. 2017). */
import type { Classifier } from "../features/classifier.ts";
import { countModes, modesOfStacks } from "../metrics/index.ts";
import { lookAt } from "./look.ts";
import type { Pictures } from "./pictures.ts";
import type { Score } from "./score.ts";

/** Pictures of the literature's count. */
const USUAL = 26_000;

/** @param net names digits @param samples [n, h, w, 3]: a digit a channel */
export async function judgeStacks(samples: Pictures, net: Classifier): Promise<Score[]> {
  const { classes } = await lookAt(net, channelsApart(samples));
  const channels = samples.shape[2];
  const of = 10 ** channels;
  const { reached, reverseKL } = countModes(modesOfStacks(classes, channels), of);
  const note = `of ${of}, by ${samples.count} samples (${USUAL} in the literature) and our classifier of digits`;
  return [
    { name: "modes reached", value: reached, note },
    { name: "reverse KL to equal shares", value: reverseKL, note: "nats; 0 where all modes are alike" },
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
