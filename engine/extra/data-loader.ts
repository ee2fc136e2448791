/** Shuffled batches of arrays that lie in memory. For files, and for batches made ahead by workers, see `engine/data`. */
import { GanvasError, shown } from "../errors.ts";
import { indexSelect } from "../ops/indexing.ts";
import { checkOptions } from "../options.ts";
import { permutation, seedKey } from "../random.ts";
import { showShape } from "../shape.ts";
import { expectTensors, type Tensor, tensor } from "../tensor.ts";

/** Options of a `DataLoader`. */
export interface DataLoaderOptions {
  /** Items a batch: 1. */
  readonly batchSize?: number;
  /** In another order in every epoch; by default in that of the arrays. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch where it is not full. */
  readonly dropLast?: boolean;
  /** Of the orders: 0. */
  readonly seed?: number;
}

/** The purpose of the random numbers that orders are made of. */
const ORDERS = 0x6c6f6164;

/**
 * Batches of tensors whose first axis counts the items:
 * `for (const { image, label } of new DataLoader({ image, label }, { batchSize: 64, shuffle: true }).epoch(k))`.
 * They stay on the device; the order of epoch k is a function of the seed and k alone, so that a resumed run sees what an unbroken one would.
 */
export class DataLoader<Name extends string> implements Iterable<Record<Name, Tensor>> {
  /** Items in all. */
  readonly count: number;
  /** Batches an epoch. */
  readonly length: number;
  private readonly fields: Readonly<Record<Name, Tensor>>;
  private readonly options: Required<DataLoaderOptions>;
  private epochs = 0;

  /** @throws GanvasError when the tensors hold different numbers of items, or an option is out of range */
  constructor(fields: Readonly<Record<Name, Tensor>>, options: DataLoaderOptions = {}) {
    checkOptions("DataLoader", options, ["batchSize", "shuffle", "dropLast", "seed"]);
    if (typeof fields !== "object" || fields === null || Array.isArray(fields))
      throw new GanvasError(
        `DataLoader: needs an object of tensors by name, such as { image, label }, got ${shown(fields)}`,
      );
    expectTensors("DataLoader", fields);
    const all = { batchSize: 1, shuffle: false, dropLast: false, seed: 0, ...options };
    const entries: [string, Tensor][] = Object.entries(fields);
    const [first] = entries;
    if (!first || entries.some(([, { shape }]) => shape[0] === undefined || shape[0] !== first[1].shape[0]))
      throw new GanvasError(
        `DataLoader: needs tensors with as many items each, got ${entries.map(([name, { shape }]) => `${name} ${showShape(shape)}`).join(", ") || "none"}`,
      );
    if (!Number.isInteger(all.batchSize) || all.batchSize < 1)
      throw new GanvasError(
        `DataLoader: batchSize must be a whole number from 1 on, got ${shown(all.batchSize)}`,
      );
    seedKey(all.seed);
    this.fields = fields;
    this.options = all;
    this.count = first[1].shape[0] as number;
    this.length = (all.dropLast ? Math.floor : Math.ceil)(this.count / all.batchSize);
    for (const [, field] of entries) field.keep();
  }

  /** The batches of epoch k, counted from 0. */
  *epoch(k: number): Generator<Record<Name, Tensor>> {
    if (!Number.isSafeInteger(k) || k < 0)
      throw new GanvasError(`DataLoader: an epoch is a whole number from 0 on, got ${shown(k)}`);
    const { batchSize, shuffle, seed } = this.options;
    const order = shuffle
      ? permutation(this.count, seed, ORDERS, k)
      : Uint32Array.from({ length: this.count }, (_, item) => item);
    for (let b = 0; b < this.length; b++) {
      const items = tensor(order.slice(b * batchSize, (b + 1) * batchSize));
      const entries: [string, Tensor][] = Object.entries(this.fields);
      yield Object.fromEntries(entries.map(([name, field]) => [name, indexSelect(field, items)])) as Record<
        Name,
        Tensor
      >;
    }
  }

  /** The next epoch each time: `for (const batch of loader)`. */
  [Symbol.iterator](): Iterator<Record<Name, Tensor>> {
    return this.epoch(this.epochs++);
  }
}
