/** Sets of pictures of one size, as networks that make pictures learn from them. */
import { fingerprint } from "./fingerprint.ts";

/** One picture and what is known of it. */
export interface Item {
  /** [h, w, c], from 0 to 255. */
  readonly picture: Uint8Array;
  /** Number of its class; 0 where the set has no classes. */
  readonly label: number;
  /** What people said of it; none where the set has no captions. */
  readonly captions?: readonly string[];
  /** Words that fit it; none where the set has no such words. */
  readonly tags?: readonly string[];
  /** Where captions come from a table: number of the row. Pictures of one row show the same thing. */
  readonly row?: number;
}

export interface Dataset {
  /** For messages and cards. */
  readonly name: string;
  /** Number of pictures, at least 1. */
  readonly size: number;
  /** Of every picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Names of the classes in the order of their numbers; empty where there are none. */
  readonly classes: readonly string[];
  /** The same for the same pictures in the same order: a run goes on with the set that it began with only. */
  readonly fingerprint: string;
  /** Item `index`, counted from 0. @throws InputError where it cannot be read */
  item(index: number): Item | Promise<Item>;
}

/** Several sets as one, or a part of one: items under new numbers. */
export function subset(dataset: Dataset, indices: ArrayLike<number>, name = dataset.name): Dataset {
  return {
    ...dataset,
    name,
    size: indices.length,
    fingerprint: fingerprint(dataset.fingerprint, ...Array.from(indices)),
    item: (index) => dataset.item(indices[index] as number),
  };
}
