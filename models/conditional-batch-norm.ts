/** Batch norm that is told what it is of: a class, a sentence. */
import {
  add,
  BatchNorm,
  type Initializer,
  Linear,
  Module,
  mul,
  reshape,
  type Tensor,
} from "../engine/index.ts";

/**
 * Batch norm, then a scale and a shift that are linear in a condition (Dumoulin et al. 2017; DF-GAN's affine modulation). Both begin
 * as those of all conditions: 1 and 0.
 */
export class ConditionalBatchNorm extends Module {
  readonly norm: BatchNorm;
  readonly gain: Linear;
  readonly shift: Linear;

  /** @param told numbers of a condition */
  constructor(told: number, channels: number, init: Initializer) {
    super();
    const none = { bias: false, weightInit: { bound: 0 } };
    this.norm = new BatchNorm(channels);
    this.gain = new Linear(told, channels, init, none);
    this.shift = new Linear(told, channels, init, none);
  }

  /** @param x [n, h, w, channels] @param condition [n, told] @returns [n, h, w, channels] */
  forward(x: Tensor, condition: Tensor): Tensor {
    const perPicture = (layer: Linear) => reshape(layer.forward(condition), [x.shape[0] as number, 1, 1, -1]); // [n, 1, 1, channels]
    return add(mul(this.norm.forward(x), add(perPicture(this.gain), 1)), perPicture(this.shift));
  }
}
