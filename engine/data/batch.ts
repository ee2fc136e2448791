/** One array of a batch; the first axis counts the items. */
export interface BatchField {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** One training batch: a set of named arrays. Which there are is the source's to say. */
export interface Batch<Name extends string = string> {
  /** The number of the batch: its content is a function of the seed and this. */
  readonly index: number;
  /** Items in the batch. */
  readonly count: number;
  readonly fields: Readonly<Record<Name, BatchField>>;
}

/** Where a training loop gets its batches from: made on the spot, or ahead of time (`Prefetcher`). */
export interface BatchSource<Name extends string = string> {
  /** Batch `index`, counted from 0; asking twice gives the same. */
  batch(index: number): Promise<Batch<Name>>;
  /** Lets go of workers and images. Batches asked for later are refused. */
  close(): Promise<void>;
}
