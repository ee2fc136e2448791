/** Adam and AdamW. */
import { GanvasError, shown } from "../errors.ts";
import adamSource from "../../shaders/adam.wgsl";
import {
  type Correction,
  checkSetting,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type Parameters,
} from "./optimizer.ts";

/** Settings of `Adam` and `AdamW`. */
export interface AdamOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr?: number;
  /** How much of the running means of gradients and of their squares is kept at each step; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root in the denominator; default 1e-8. */
  readonly eps?: number;
  /** Divides by the largest root so far (Reddi et al. 2018); settled when the optimiser is made, default false. */
  readonly amsgrad?: boolean;
}

const LARGEST = `@group(0) @binding(6) var<storage, read_write> largest: array<vec4f>;
fn bounded(i: u32, v: vec4f) -> vec4f {
  let most = max(largest[i], v);
  largest[i] = most;
  return most;
}`;

const ruleOf = (name: string, amsgrad?: boolean) => ({
  name,
  source: adamSource,
  slots: ["exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])],
  flops: 12,
  ...(amsgrad && { hooks: { bounded: LARGEST } }),
});

/**
 * Adam (Kingma and Ba 2015) with PyTorch's conventions: eps outside the root, bias-corrected moments, weight decay (default 0) as
 * an L2 penalty in the gradient.
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(parameters: Parameters | readonly ParameterGroup<AdamOptions>[], options: AdamOptions = {}) {
    super(ruleOf("adam", options?.amsgrad), parameters, DEFAULTS, options);
  }

  protected override coefficients(options: Required<AdamOptions>, t: number): readonly number[] {
    return adamCoefficients("adam", options, t, options.weightDecay, 1);
  }

  protected override corrections = adamCorrections;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), default 0.01: the decay acts on the parameter itself, by
 * lr · weightDecay, and does not enter the moments.
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(parameters: Parameters | readonly ParameterGroup<AdamOptions>[], options: AdamOptions = {}) {
    super(ruleOf("adamw", options?.amsgrad), parameters, { ...DEFAULTS, weightDecay: 0.01 }, options);
  }

  protected override coefficients(options: Required<AdamOptions>, t: number): readonly number[] {
    return adamCoefficients("adamw", options, t, 0, 1 - options.lr * options.weightDecay);
  }

  protected override corrections = adamCorrections;
}

const DEFAULTS = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false } as const;

/** Those of the rate and of the root. */
const adamCorrections = ({ betas }: Required<AdamOptions>): readonly Correction[] => [
  [0, betas[0], 1],
  [6, betas[1], 0.5],
];

/** The settings of `adam.wgsl` for step `t`, counted from 1. */
function adamCoefficients(
  owner: string,
  { lr, betas, eps }: Required<AdamOptions>,
  t: number,
  decay: number,
  shrink: number,
): readonly number[] {
  if (!Array.isArray(betas)) throw new GanvasError(`${owner}: betas are two numbers, got ${shown(betas)}`);
  const [beta1, beta2] = betas as AdamOptions["betas"] & object;
  checkSetting(owner, "betas[0]", beta1, 0, 1);
  checkSetting(owner, "betas[1]", beta2, 0, 1);
  checkSetting(owner, "eps", eps, 0);
  const rate = lr / (1 - beta1 ** t);
  const root = 1 / Math.sqrt(1 - beta2 ** t);
  return [rate, beta1, 1 - beta1, beta2, 1 - beta2, eps, root, decay, shrink];
}
