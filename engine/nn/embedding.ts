/** Learned vectors for whole numbers. */
import { checkOptions } from "../options.ts";
import { whole } from "../ops/pair.ts";
import { embedding } from "../ops/indexing.ts";
import type { Tensor } from "../tensor.ts";
import { expectInitializer, Initializer } from "./init.ts";
import { Module, Weight } from "./module.ts";

/** One learned vector for each of `count` classes (labels, characters, words). */
export class Embedding extends Module {
  /** [count, features]. */
  readonly weight: Weight;

  /** @param options.std of the normal numbers that the vectors are drawn from; 1 by default */
  constructor(
    count: number,
    features: number,
    init: Initializer = new Initializer(),
    options: { readonly std?: number } = {},
  ) {
    super();
    expectInitializer("Embedding", init);
    checkOptions("Embedding", options, ["std"]);
    whole("Embedding", "count", count, 1);
    whole("Embedding", "features", features, 1);
    const shape = [count, features];
    this.weight = new Weight("embedding table", shape, init.normal(shape, options.std ?? 1));
  }

  /**
   * @param index any shape, i32 or u32, from 0 to count - 1
   * @returns [...index, features]
   * @throws GanvasError for an index known to JavaScript that has no vector; others get zeros
   */
  forward(index: Tensor): Tensor {
    return embedding(this.weight, index);
  }
}
