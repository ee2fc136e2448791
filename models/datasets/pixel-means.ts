/** The mean picture of a set. */
import type { Dataset } from "./dataset.ts";

/** The mean of every pixel over a set, [h · w · c], in [0, 1]. */
export async function pixelMeans({ size, shape, item }: Dataset): Promise<Float64Array> {
  const sums = new Float64Array(shape[0] * shape[1] * shape[2]);
  for (let k = 0; k < size; k++) {
    const { picture } = await item(k);
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) + (picture[at] as number);
  }
  return sums.map((sum) => sum / (255 * size));
}
