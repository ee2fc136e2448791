/** Losses: one scalar, the mean or the sum over all elements. */

import { type RefTensor, sizeOf } from "./array.ts";
import { forms } from "./form.ts";
import type { LossOptions, Operand, Ops } from "./ops.ts";
import { lift, pointwise, zip } from "./pointwise.ts";
import { reductions } from "./reduce.ts";
import * as scalar from "./scalars.ts";
import { constant, mul, primal, type Scalar, sub } from "./tape.ts";

const reduced = (x: RefTensor, options: LossOptions | undefined): RefTensor =>
  options?.reduction === "sum" ? reductions.sum(x) : reductions.mean(x);

const lossOf =
  (f: (prediction: Scalar, target: Scalar) => Scalar) =>
  (prediction: RefTensor, target: Operand<RefTensor>, options?: LossOptions) =>
    reduced(zip(prediction, target, f), options);

export const losses = {
  mse: lossOf((x, t) => scalar.square(sub(x, t))),
  l1: lossOf((x, t) => scalar.abs(sub(x, t))),
  /** d²/2β below β, d - β/2 above. */
  smoothL1: (prediction, target, options) => {
    const beta = options?.beta ?? 1;
    const loss = lossOf((x, t) => {
      const d = scalar.abs(sub(x, t));
      return primal(d) < beta ? mul(constant(0.5 / beta), scalar.square(d)) : sub(d, constant(0.5 * beta));
    });
    return loss(prediction, target, options);
  },
  /** -t·log σ(x) - (1 - t)·log σ(-x). */
  bceWithLogits: lossOf((x, t) => sub(scalar.softplus(x), mul(x, t))),
  crossEntropy(logits, target, options) {
    const n = sizeOf(target.shape);
    const chosen = forms.gather(reductions.logSoftmax(logits, -1), forms.reshape(lift(target), [n, 1]), 1);
    return reduced(pointwise.neg(chosen), options);
  },
} satisfies Partial<Ops<RefTensor>>;
