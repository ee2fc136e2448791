/** Batches of points, drawn anew for each: batch k is a function of the seed and k. */
import type { Batch, BatchSource } from "../../engine/data/index.ts";
import type { Distribution } from "./distributions.ts";

/** x and y in turn of `count` points from `first` on. */
export function drawPoints(
  distribution: Distribution,
  seed: number,
  count: number,
  first = 0,
  stream = 0,
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(2 * count);
  for (let k = 0; k < count; k++) data.set(distribution.draw(seed, first + k, stream), 2 * k);
  return data;
}

/** Field "point", [n, 2]. */
export class PointSource implements BatchSource<"point"> {
  private readonly distribution: Distribution;
  private readonly options: { readonly seed: number; readonly batchSize: number };

  constructor(distribution: Distribution, options: { readonly seed: number; readonly batchSize: number }) {
    this.distribution = distribution;
    this.options = options;
  }

  async batch(index: number): Promise<Batch<"point">> {
    const { seed, batchSize: n } = this.options;
    const data = drawPoints(this.distribution, seed, n, 0, index);
    return { index, count: n, fields: { point: { shape: [n, 2], data } } };
  }

  /** There is nothing to let go of. */
  async close(): Promise<void> {}
}
