/** Regularisation by leaving out. */
import { constant } from "../ops/broadcast.ts";
import { mul } from "../ops/pointwise.ts";
import { dropout, expectProbability, expectRng, Rng } from "../ops/random.ts";
import { expectTensors, type Tensor } from "../tensor.ts";
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
    expectTensors("Dropout", { x });
    return this.training ? dropout(x, this.p, this.rng) : x;
  }
}

/**
 * Dropout of whole feature maps: all pixels of a channel of an image, [n, ..., c], are dropped together (Tompson et al. 2015),
 * since neighbouring pixels tell what a dropped one was.
 */
export class SpatialDropout extends Module {
  private readonly p: number;
  private readonly rng: Rng;

  /** @throws GanvasError when p is no probability */
  constructor(p: number, rng: Rng = new Rng()) {
    super();
    expectProbability("SpatialDropout", p);
    expectRng("SpatialDropout", rng);
    this.p = p;
    this.rng = rng;
  }

  forward(x: Tensor): Tensor {
    expectTensors("SpatialDropout", { x });
    if (!this.training) return x;
    const maps = x.shape.map((size, axis) => (axis === 0 || axis === x.rank - 1 ? size : 1));
    return mul(x, dropout(constant(1, maps), this.p, this.rng));
  }
}
