/** The update rules in float64, as PyTorch defines them, for one parameter and scripted gradients. */
import type { AdamOptions, RMSpropOptions, SGDOptions } from "../../../engine/index.ts";

/** One step on all entries; `t` counts from 1. */
type Step = (p: number[], g: readonly number[], t: number) => void;

export function adamRule(options: Required<AdamOptions>, decoupled: boolean): Step {
  const { lr, betas, eps, weightDecay, amsgrad } = options;
  const [b1, b2] = betas;
  const m: number[] = [];
  const v: number[] = [];
  const most: number[] = [];
  return (p, gradient, t) => {
    p.forEach((value, i) => {
      const g = (gradient[i] as number) + (decoupled ? 0 : weightDecay * value);
      m[i] = b1 * (m[i] ?? 0) + (1 - b1) * g;
      v[i] = b2 * (v[i] ?? 0) + (1 - b2) * g * g;
      const mHat = m[i] / (1 - b1 ** t);
      most[i] = Math.max(most[i] ?? 0, v[i]);
      const vHat = (amsgrad ? most[i] : v[i]) / (1 - b2 ** t);
      p[i] = (decoupled ? 1 - lr * weightDecay : 1) * value - (lr * mHat) / (Math.sqrt(vHat) + eps);
    });
  };
}

export function sgdRule({ lr, momentum, dampening, nesterov, weightDecay }: Required<SGDOptions>): Step {
  const b: number[] = [];
  return (p, gradient, t) => {
    p.forEach((value, i) => {
      const g = (gradient[i] as number) + weightDecay * value;
      b[i] = t === 1 ? g : momentum * (b[i] as number) + (1 - dampening) * g;
      const direction = momentum === 0 ? g : nesterov ? g + momentum * b[i] : b[i];
      p[i] = value - lr * direction;
    });
  };
}

export function rmspropRule({
  lr,
  alpha,
  eps,
  momentum,
  weightDecay,
  centered,
}: Required<RMSpropOptions>): Step {
  const v: number[] = [];
  const m: number[] = [];
  const b: number[] = [];
  return (p, gradient) => {
    p.forEach((value, i) => {
      const g = (gradient[i] as number) + weightDecay * value;
      v[i] = alpha * (v[i] ?? 0) + (1 - alpha) * g * g;
      m[i] = alpha * (m[i] ?? 0) + (1 - alpha) * g;
      const spread = centered ? v[i] - m[i] * m[i] : v[i];
      b[i] = momentum * (b[i] ?? 0) + g / (Math.sqrt(spread) + eps);
      p[i] = value - lr * b[i];
    });
  };
}
