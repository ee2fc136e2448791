/** Stochastic gradient descent with momentum. */
import { GanvasError } from "../errors.ts";
import sgdSource from "../../shaders/sgd.wgsl";
import {
  checkSetting,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type Parameters,
} from "./optimizer.ts";

/** Settings of `SGD`. */
export interface SGDOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr?: number;
  /** How much of the velocity is kept at each step; default 0. */
  readonly momentum?: number;
  /** How much of the gradient does not enter the velocity (from the second step on); default 0. */
  readonly dampening?: number;
  /** Looks ahead along the velocity (Sutskever et al. 2013); default false. Takes no dampening. */
  readonly nesterov?: boolean;
}

/**
 * SGD with PyTorch's conventions: v = momentum · v + (1 - dampening) · g, the first velocity being the gradient itself, then
 * p -= lr · v; weight decay (default 0) is an L2 penalty in the gradient.
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(parameters: Parameters | readonly ParameterGroup<SGDOptions>[], options: SGDOptions = {}) {
    const rule = { name: "sgd", source: sgdSource, slots: ["momentum_buffer"], flops: 8 };
    const defaults = { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 };
    super(rule, parameters, defaults, options);
  }

  protected override coefficients(options: Required<SGDOptions>, t: number): readonly number[] {
    const { lr, momentum, dampening, nesterov, weightDecay } = options;
    checkSetting("sgd", "momentum", momentum, 0);
    checkSetting("sgd", "dampening", dampening, 0);
    if (nesterov && dampening !== 0)
      throw new GanvasError(`sgd: nesterov takes no dampening, got dampening ${dampening}`);
    const isFirst = t === 1 || momentum === 0;
    return [
      lr,
      momentum,
      isFirst ? 1 : 1 - dampening,
      nesterov ? 1 : 0,
      nesterov ? momentum : 1,
      weightDecay,
    ];
  }
}
