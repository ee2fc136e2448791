/** What a classifier sees in pictures. */
import { argmax, concat, tensor } from "../../engine/index.ts";
import type { Classifier } from "../features/classifier.ts";
import type { Samples } from "../metrics/index.ts";
import type { Pictures } from "./pictures.ts";

/** Pictures looked at together. */
const BATCH = 250;

export interface Look {
  /** What the layer before the last says of each picture. */
  readonly features: Samples;
  /** The class that each is named as. */
  readonly classes: Int32Array;
}

/** @param net in evaluation mode */
export async function lookAt(net: Classifier, { count, shape, data }: Pictures): Promise<Look> {
  const size = shape[0] * shape[1] * shape[2];
  const d = net.featureSize;
  const features = new Float32Array(count * d);
  const classes = new Int32Array(count);
  for (let first = 0; first < count; first += BATCH) {
    const n = Math.min(BATCH, count - first);
    const values = new Float32Array(n * size);
    for (let at = 0; at < values.length; at++) values[at] = (data[first * size + at] as number) / 127.5 - 1;
    const seen = net.features(tensor(values, [n, ...shape])); // [n, d]
    const named = argmax(net.head.forward(seen), 1).cast("f32"); // [n]
    // One reading for both.
    const numbers = await concat([seen.reshape([n * d]), named]).data();
    features.set(numbers.subarray(0, n * d) as Float32Array, first * d);
    for (let i = 0; i < n; i++) classes[first + i] = numbers[n * d + i] as number;
  }
  return { features: { count, dimension: d, data: features }, classes };
}
