/** Losses: single numbers, means over all elements unless said otherwise. */
import { ShapeError } from "../errors.ts";
import { softplus } from "../ops/activations.ts";
import { abs, mul, square, sub } from "../ops/pointwise.ts";
import type { Operand } from "../ops/pointwise-op.ts";
import { mean } from "../ops/reduce.ts";
import { sum } from "../ops/broadcast.ts";
import { sameShape, showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

export interface LossOptions {
  readonly reduction?: "mean" | "sum" | "none";
}

function reduced(x: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  return reduction === "mean" ? mean(x) : reduction === "sum" ? sum(x) : x;
}

function checkTarget(loss: string, prediction: Tensor, target: Operand): void {
  if (target instanceof Tensor && target.rank > 0 && !sameShape(prediction.shape, target.shape))
    throw new ShapeError(
      `${loss}: prediction ${showShape(prediction.shape)} and target ${showShape(target.shape)} differ`,
    );
}

/** (prediction - target)². */
export function mse(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  checkTarget("mse", prediction, target);
  return reduced(square(sub(prediction, target)), options);
}

/** |prediction - target|. */
export function l1(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  checkTarget("l1", prediction, target);
  return reduced(abs(sub(prediction, target)), options);
}

/** Cross entropy of a logit s against a target t between 0 and 1: softplus(s) - s t. */
export function bceWithLogits(logits: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  checkTarget("bceWithLogits", logits, target);
  return reduced(sub(softplus(logits), mul(logits, target)), options);
}
