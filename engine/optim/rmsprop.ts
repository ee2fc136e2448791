/** RMSprop. */
import rmspropSource from "../../shaders/rmsprop.wgsl";
import {
  checkSetting,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type Parameters,
} from "./optimizer.ts";

/** Settings of `RMSprop`. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Default 1e-2. */
  readonly lr?: number;
  /** How much of the running mean of squared gradients is kept at each step; default 0.99. */
  readonly alpha?: number;
  /** Added to the root in the denominator; default 1e-8. */
  readonly eps?: number;
  /** How much of the velocity is kept at each step; default 0. */
  readonly momentum?: number;
  /** Divides by the root of the variance (Graves 2013); settled when the optimiser is made, default false. */
  readonly centered?: boolean;
}

const CENTERED = `@group(0) @binding(6) var<storage, read_write> average: array<vec4f>;
fn spread(i: u32, v: vec4f, g: vec4f, s: Group) -> vec4f {
  let m = s.alpha * average[i] + s.rest * g;
  average[i] = m;
  return max(v - m * m, vec4f(0.0)); // below 0 by rounding alone
}`;

/**
 * RMSprop (Tieleman and Hinton 2012) with PyTorch's conventions: eps outside the root, the learning rate outside the velocity,
 * weight decay (default 0) as an L2 penalty in the gradient.
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(
    parameters: Parameters | readonly ParameterGroup<RMSpropOptions>[],
    options: RMSpropOptions = {},
  ) {
    const centered = options?.centered === true;
    const slots = ["square_avg", "momentum_buffer", ...(centered ? ["grad_avg"] : [])];
    const hooks = centered ? { spread: CENTERED } : {};
    const rule = { name: "rmsprop", source: rmspropSource, slots, flops: 10, hooks };
    const defaults = { lr: 1e-2, alpha: 0.99, eps: 1e-8, momentum: 0, weightDecay: 0, centered: false };
    super(rule, parameters, defaults, options);
  }

  protected override coefficients(options: Required<RMSpropOptions>): readonly number[] {
    const { lr, alpha, eps, momentum, weightDecay } = options;
    checkSetting("rmsprop", "alpha", alpha, 0, 1);
    checkSetting("rmsprop", "eps", eps, 0);
    checkSetting("rmsprop", "momentum", momentum, 0);
    return [lr, alpha, 1 - alpha, eps, momentum, weightDecay];
  }
}
