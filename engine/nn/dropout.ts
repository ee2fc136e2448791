/** Regularisation by leaving out. */
import { dropout, expectProbability, expectRng, Rng } from "../ops/random.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/**
 * In training sets each element to 0 with probability p and divides the others by 1 - p; in evaluation does nothing
 * (Srivastava et al. 2014). Layers that share an `Rng` drop different elements, each call anew.
 */
export class Dropout extends Module {
  private readonly p: number;
  private readonly rng: Rng;

  /** @throws GanvasError when p is no probability */
  constructor(p: number, rng: Rng = new Rng()) {
    super();
    expectProbability("Dropout", p);
    expectRng("Dropout", rng);
    this.p = p;
    this.rng = rng;
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.p, this.rng) : x;
  }
}
