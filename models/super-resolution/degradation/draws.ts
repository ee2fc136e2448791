/** Random numbers for one picture, one after the other, each a pure function of (seed, batch, place, how many came before). */
import { integer, normalPair, randomBits, uniform } from "../../../engine/random.ts";

/** What the random numbers of a seed are for (the last counter word). */
const DEGRADATION = 0x5a04;

export class Draws {
  private readonly at: readonly [seed: number, batch: number, place: number];
  private count = 0;
  private words: readonly number[] = [];

  constructor(seed: number, batch: number, place: number) {
    this.at = [seed, batch, place];
  }

  private next(): number {
    const word = this.count % 4;
    if (word === 0) this.words = randomBits(...this.at, this.count / 4, DEGRADATION);
    this.count++;
    return this.words[word] as number;
  }

  /** In [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * uniform(this.next());
  }

  /** An integer in [low, high]. */
  whole(low: number, high: number): number {
    return low + integer(this.next(), high - low + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return uniform(this.next()) < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[integer(this.next(), values.length)] as T;
  }

  /** Fisher and Yates; a new array. */
  shuffled<T>(values: readonly T[]): T[] {
    const order = [...values];
    for (let k = order.length - 1; k > 0; k--) {
      const other = this.whole(0, k);
      [order[k], order[other]] = [order[other] as T, order[k] as T];
    }
    return order;
  }

  /** Standard normal numbers, two at a time. */
  normals(): [number, number] {
    return normalPair(this.next(), this.next());
  }
}
