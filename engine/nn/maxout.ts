/** Units that learn their own activation. */
import { whole } from "../ops/pair.ts";
import { maxout } from "../ops/reduce.ts";
import type { Tensor } from "../tensor.ts";
import { Initializer } from "./init.ts";
import { Linear, type LinearOptions } from "./layers.ts";

/**
 * A layer of maxout units (Goodfellow et al. 2013): each is the largest of `pieces` linear functions,
 * [..., in] -> [..., units]. Unit k takes the columns k·pieces … k·pieces + pieces - 1 of the weight.
 */
export class Maxout extends Linear {
  private readonly pieces: number;

  constructor(
    inFeatures: number,
    units: number,
    pieces: number,
    init: Initializer = new Initializer(),
    options: LinearOptions = {},
  ) {
    super(
      inFeatures,
      whole("Maxout", "units", units, 1) * whole("Maxout", "pieces", pieces, 1),
      init,
      options,
    );
    this.pieces = pieces;
  }

  override forward(x: Tensor): Tensor {
    return maxout(super.forward(x), this.pieces);
  }
}
