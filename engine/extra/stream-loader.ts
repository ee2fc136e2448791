/** Batches of items that come one after the other: from files, a network, or a generator. */
import { GanvasError, shown } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { BATCHES, type BatchOptions, batchSettings } from "./batches.ts";
import { type Collated, together } from "./collate.ts";

/** What gives items one after the other. */
export type Stream<Item> = AsyncIterable<Item> | Iterable<Item>;

/**
 * `for await (const { image } of new StreamLoader(read, { batchSize: 64 }))`, in the order in which the items come; see `collate` for what
 * they may be. As many are held as a batch has.
 */
export class StreamLoader<Item, Batch = Collated<Item>> implements AsyncIterable<Batch> {
  private readonly source: Stream<Item> | ((epoch: number) => Stream<Item>);
  private readonly options: BatchOptions<Item, Batch>;
  private epochs = 0;

  /**
   * @param source an async iterable, an iterable, or what makes one for each epoch: a generator's function rather than a generator, which
   *   can be gone through only once
   * @throws GanvasError for another source, or an option out of range
   */
  constructor(
    source: Stream<Item> | ((epoch: number) => Stream<Item>),
    options: BatchOptions<Item, Batch> = {},
  ) {
    checkOptions("StreamLoader", options, BATCHES);
    batchSettings("StreamLoader", options);
    if (typeof source !== "function") expectStream(source);
    this.source = source;
    this.options = options;
  }

  /** The batches of epoch k, counted from 0. @throws GanvasError (rejects) where no items come */
  async *epoch(k: number): AsyncGenerator<Batch> {
    if (!Number.isSafeInteger(k) || k < 0)
      throw new GanvasError(`StreamLoader: an epoch is a whole number from 0 on, got ${shown(k)}`);
    const { batchSize, dropLast } = batchSettings("StreamLoader", this.options);
    const make =
      this.options.collate ?? ((items: readonly Item[]) => together("StreamLoader", items) as Batch);
    const stream = typeof this.source === "function" ? this.source(k) : this.source;
    expectStream(stream);
    let items: Item[] = [];
    let count = 0;
    for await (const item of stream) {
      count++;
      if (items.push(item) < batchSize) continue;
      yield make(items);
      items = [];
    }
    if (items.length > 0 && !dropLast) yield make(items);
    if (count === 0)
      throw new GanvasError(
        "StreamLoader: no items came; a generator gives them only once, so hand over the function that makes it",
      );
  }

  /** The next epoch each time. */
  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this.epoch(this.epochs++);
  }
}

function expectStream(source: unknown): void {
  const isStream =
    typeof source === "object" &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (!isStream)
    throw new GanvasError(
      `StreamLoader: needs an iterable or async iterable, or a function that makes one for each epoch, got ${shown(source)}`,
    );
}
