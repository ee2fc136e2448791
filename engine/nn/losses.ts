/**
 * Losses of predictions against targets: single numbers, means over all elements unless said otherwise. They are f32 also
 * where the prediction is f16.
 */
import { GanvasError, ShapeError } from "../errors.ts";
import { softplus } from "../ops/activations.ts";
import { reshape, sum } from "../ops/broadcast.ts";
import { gather } from "../ops/indexing.ts";
import { abs, add, clamp, div, mul, neg, square, sub } from "../ops/pointwise.ts";
import type { Operand } from "../ops/pointwise-op.ts";
import { logSoftmax, mean } from "../ops/reduce.ts";
import { wide } from "../precision.ts";
import { sameShape, showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** Options of losses. */
export interface LossOptions {
  /** How the losses of all elements become one number; mean by default, none leaves them as they are. */
  readonly reduction?: "mean" | "sum" | "none";
}

function reduced(x: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  return reduction === "mean" ? mean(x) : reduction === "sum" ? sum(x) : x;
}

/** The prediction in f32, after comparing shapes. */
function checked(loss: string, prediction: Tensor, target: Operand): Tensor {
  if (target instanceof Tensor && target.rank > 0 && !sameShape(prediction.shape, target.shape))
    throw new ShapeError(
      `${loss}: prediction ${showShape(prediction.shape)} and target ${showShape(target.shape)} differ`,
    );
  return wide(prediction);
}

/** (prediction - target)². */
export function mse(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  return reduced(square(sub(checked("mse", prediction, target), target)), options);
}

/** |prediction - target|. */
export function l1(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  return reduced(abs(sub(checked("l1", prediction, target), target)), options);
}

/**
 * With d = |prediction - target|: d² / (2 beta) below beta, d - beta / 2 above (Girshick 2015).
 * @param options.beta at least 0, where the loss is |prediction - target|; default 1
 */
export function smoothL1(
  prediction: Tensor,
  target: Operand,
  options: LossOptions & { readonly beta?: number } = {},
): Tensor {
  const { beta = 1 } = options;
  const p = checked("smoothL1", prediction, target);
  if (!(beta >= 0)) throw new GanvasError(`smoothL1: beta must be at least 0, got ${beta}`);
  if (beta === 0) return l1(prediction, target, options);
  const d = sub(p, target);
  const held = clamp(d, -beta, beta);
  return reduced(div(mul(held, sub(d, mul(held, 0.5))), beta), options);
}

/**
 * Cross entropy of a logit s against a target t between 0 and 1: -t log σ(s) - (1 - t) log(1 - σ(s)), which is
 * t softplus(-s) + (1 - t) softplus(s) and keeps its precision where σ(s) is almost 0 or 1.
 */
export function bceWithLogits(logits: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  const s = checked("bceWithLogits", logits, target);
  if (target === 1) return reduced(softplus(neg(s)), options);
  if (target === 0) return reduced(softplus(s), options);
  const [yes, no] = [softplus(neg(s)), softplus(s)];
  return reduced(add(mul(target, yes), mul(sub1(target), no)), options);
}

const sub1 = (target: Operand): Operand => (typeof target === "number" ? 1 - target : sub(1, target));

/**
 * -log softmax(logits) at the target class.
 * @param logits [n, classes]
 * @param target [n] of type i32 or u32: class numbers
 * @throws GanvasError when a class known to JavaScript is not among them
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [n = 0] = logits.shape;
  if (logits.rank !== 2 || !sameShape(target.shape, [n]))
    throw new ShapeError(
      `crossEntropy: needs logits [n, classes] and target [n], got ${showShape(logits.shape)} and ${showShape(target.shape)}`,
    );
  const chosen = gather(logSoftmax(wide(logits), 1), reshape(target, [n, 1]), 1); // [n, 1]
  return reduced(neg(reshape(chosen, [n])), options);
}
