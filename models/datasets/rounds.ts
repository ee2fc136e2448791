/** The order in which training goes through a set. */
import { permutation } from "../../engine/random.ts";

/** An endless sequence of shuffled rounds, each holding every item once; any place of it can be asked for. */
export class Rounds {
  private readonly size: number;
  private readonly seed: number;
  private readonly stream: number;
  private readonly orders = new Map<number, Uint32Array>();

  /** @param stream the purpose of the random numbers */
  constructor(size: number, seed: number, stream: number) {
    this.size = size;
    this.seed = seed;
    this.stream = stream;
  }

  /** The item at a place of the sequence. */
  at(position: number): number {
    const round = Math.floor(position / this.size);
    let order = this.orders.get(round);
    if (!order) {
      order = permutation(this.size, this.seed, this.stream, round);
      if (this.orders.size >= 2) this.orders.clear();
      this.orders.set(round, order);
    }
    return order[position % this.size] as number;
  }
}
