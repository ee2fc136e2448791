/** One training batch of super-resolution patches, NHWC. */
export interface Batch {
  /** The number of the batch: its content is a function of the seed and this. */
  readonly index: number;
  /** Patches in the batch. */
  readonly count: number;
  /** Low resolution in [0, 1]: [count, patch / 4, patch / 4, 3]. */
  readonly lr: Float32Array<ArrayBuffer>;
  /** High resolution in [-1, 1]: [count, patch, patch, 3]. */
  readonly hr: Float32Array<ArrayBuffer>;
}

/** Where a training loop gets its batches from: made on the spot (`PatchSource`), or ahead of time (`Prefetcher`). */
export interface BatchSource {
  /** Batch `index`, counted from 0; asking twice gives the same. */
  batch(index: number): Promise<Batch>;
  /** Lets go of workers and images. Batches asked for later are refused. */
  close(): Promise<void>;
}
