/** Shuffled batches of what lies in memory. For files, and for batches made ahead by workers, see `engine/data`. */
import { GanvasError, shown } from "../errors.ts";
import { indexSelect } from "../ops/indexing.ts";
import { checkOptions } from "../options.ts";
import { permutation, seedKey } from "../random.ts";
import { showShape } from "../shape.ts";
import { expectTensors, type Tensor, tensor } from "../tensor.ts";
import { BATCHES, type BatchOptions, batchSettings } from "./batches.ts";
import { type Collated, together } from "./collate.ts";

/** An array, or what counts and finds its items as one does. */
export interface Items<Item> {
  readonly length: number;
  at(index: number): Item | undefined;
}

/** Tensors whose first axis counts the items. */
type Fields = Readonly<Record<string, Tensor>>;

type ItemOf<Source> = Source extends Items<infer Item> ? Item : never;
type BatchOf<Source> =
  Source extends Items<infer Item> ? Collated<Item> : { readonly [Name in keyof Source]: Tensor };

/** Options of a `DataLoader`. */
export interface DataLoaderOptions<Item = never, Batch = unknown> extends BatchOptions<Item, Batch> {
  /** In another order in every epoch; by default in that of the source. */
  readonly shuffle?: boolean;
  /** Of the orders: 0. */
  readonly seed?: number;
}

/** The purpose of the random numbers that orders are made of. */
const ORDERS = 0x6c6f6164;

/**
 * Batches of an array's items (see `collate` for what they may be; any, where the option says what a batch is), or of tensors by name, whose
 * first axis counts the items:
 * `for (const { image, label } of new DataLoader({ image, label }, { batchSize: 64, shuffle: true }).epoch(k))`.
 * Tensors stay on the device; the order of epoch k is a function of the seed and k alone, so that a resumed run sees what an unbroken one
 * would. What comes one after the other, such as an async iterable, goes through a `StreamLoader`.
 */
export class DataLoader<Source extends Fields | Items<unknown>, Batch = BatchOf<Source>>
  implements Iterable<Batch>
{
  /** Items in all. */
  readonly count: number;
  /** Batches an epoch. */
  readonly length: number;
  private readonly pick: (order: Uint32Array) => Batch;
  private readonly options: { readonly batchSize: number; readonly shuffle: boolean; readonly seed: number };
  private epochs = 0;

  /** @throws GanvasError where there are no items, tensors hold different numbers of them, or an option is out of range */
  constructor(source: Source, options: DataLoaderOptions<ItemOf<Source>, Batch> = {}) {
    checkOptions("DataLoader", options, [...BATCHES, "shuffle", "seed"]);
    const { batchSize, dropLast } = batchSettings("DataLoader", options);
    const { shuffle = false, seed = 0 } = options;
    seedKey(seed);
    this.options = { batchSize, shuffle, seed };
    if (isItems(source)) {
      const make = options.collate ?? ((items: readonly unknown[]) => together("DataLoader", items));
      this.pick = (order) => make(Array.from(order, (k) => source.at(k) as ItemOf<Source>)) as Batch;
      this.count = source.length;
      if (this.count === 0) throw new GanvasError("DataLoader: needs at least one item, got none");
      // What cannot be put together is told now, not in the first epoch.
      if (!options.collate) this.pick(Uint32Array.of(0));
    } else {
      if (options.collate) throw new GanvasError("DataLoader: collate is for items, not for tensors by name");
      this.count = countOf(source);
      this.pick = (order) => {
        const items = tensor(order);
        return Object.fromEntries(
          Object.entries(source as Fields).map(([name, field]) => [name, indexSelect(field, items)]),
        ) as Batch;
      };
    }
    this.length = (dropLast ? Math.floor : Math.ceil)(this.count / batchSize);
  }

  /** The batches of epoch k, counted from 0. */
  *epoch(k: number): Generator<Batch> {
    if (!Number.isSafeInteger(k) || k < 0)
      throw new GanvasError(`DataLoader: an epoch is a whole number from 0 on, got ${shown(k)}`);
    const { batchSize, shuffle, seed } = this.options;
    const order = shuffle
      ? permutation(this.count, seed, ORDERS, k)
      : Uint32Array.from({ length: this.count }, (_, item) => item);
    for (let b = 0; b < this.length; b++) yield this.pick(order.slice(b * batchSize, (b + 1) * batchSize));
  }

  /** The next epoch each time: `for (const batch of loader)`. */
  [Symbol.iterator](): Iterator<Batch> {
    return this.epoch(this.epochs++);
  }
}

const isItems = (source: unknown): source is Items<never> =>
  typeof source === "object" &&
  typeof (source as Items<unknown> | null)?.length === "number" &&
  typeof (source as Items<unknown>).at === "function";

/** Items of tensors by name, which are kept on the device. */
function countOf(fields: unknown): number {
  if (typeof fields !== "object" || fields === null)
    throw new GanvasError(
      `DataLoader: needs an array of items, or an object of tensors by name such as { image, label }, got ${shown(fields)}`,
    );
  if (Symbol.asyncIterator in fields || Symbol.iterator in fields)
    throw new GanvasError(
      "DataLoader: needs to find items by their number; what gives them one after the other goes through a StreamLoader",
    );
  expectTensors("DataLoader", fields as Fields);
  const entries = Object.entries(fields as Fields);
  const [first] = entries;
  if (!first || entries.some(([, { shape }]) => shape[0] === undefined || shape[0] !== first[1].shape[0]))
    throw new GanvasError(
      `DataLoader: needs tensors with as many items each, got ${entries.map(([name, { shape }]) => `${name} ${showShape(shape)}`).join(", ") || "none"}`,
    );
  for (const [, field] of entries) field.keep();
  return first[1].shape[0] as number;
}
