/**
 * Losses of predictions against targets: single numbers, means over all elements unless said otherwise. They are f32 also
 * where the prediction is f16.
 */
import { GanvasError, ShapeError } from "../errors.ts";
import { softplus } from "../ops/activations.ts";
import { reshape, sum } from "../ops/broadcast.ts";
import { cast } from "../ops/cast.ts";
import { gather } from "../ops/indexing.ts";
import { abs, add, clamp, div, mul, ne, neg, square, sub, where } from "../ops/pointwise.ts";
import type { Operand } from "../ops/pointwise-op.ts";
import { logSoftmax, mean } from "../ops/reduce.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { wide } from "../precision.ts";
import { sameShape, showShape } from "../shape.ts";
import { expectTensors, Tensor } from "../tensor.ts";

/** Options of losses. */
export interface LossOptions {
  /** How the losses of all elements become one number; mean by default, none leaves them as they are. */
  readonly reduction?: "mean" | "sum" | "none";
}

function reduced(loss: string, x: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  expectOneOf(loss, "reduction", reduction, ["mean", "sum", "none"]);
  return reduction === "mean" ? mean(x) : reduction === "sum" ? sum(x) : x;
}

/** The prediction in f32, after comparing shapes. */
function checked(loss: string, prediction: Tensor, target: Operand, options: LossOptions): Tensor {
  expectTensors(loss, { prediction, ...(typeof target !== "number" && { target }) });
  checkOptions(loss, options, loss === "smoothL1" ? ["reduction", "beta"] : ["reduction"]);
  if (target instanceof Tensor && target.rank > 0 && !sameShape(prediction.shape, target.shape))
    throw new ShapeError(
      `${loss}: prediction ${showShape(prediction.shape)} and target ${showShape(target.shape)} differ`,
    );
  return wide(prediction);
}

/** (prediction - target)². */
export function mse(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  return reduced("mse", square(sub(checked("mse", prediction, target, options), target)), options);
}

/** |prediction - target|. */
export function l1(prediction: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  return reduced("l1", abs(sub(checked("l1", prediction, target, options), target)), options);
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
  const p = checked("smoothL1", prediction, target, options);
  const { beta = 1, ...others } = options;
  if (!(beta >= 0)) throw new GanvasError(`smoothL1: beta must be at least 0, got ${beta}`);
  if (beta === 0) return l1(prediction, target, others);
  const d = sub(p, target);
  const held = clamp(d, -beta, beta);
  return reduced("smoothL1", div(mul(held, sub(d, mul(held, 0.5))), beta), options);
}

/**
 * Cross entropy of a logit s against a target t between 0 and 1: -t log σ(s) - (1 - t) log(1 - σ(s)), which is
 * t softplus(-s) + (1 - t) softplus(s) and keeps its precision where σ(s) is almost 0 or 1.
 */
export function bceWithLogits(logits: Tensor, target: Operand, options: LossOptions = {}): Tensor {
  const s = checked("bceWithLogits", logits, target, options);
  if (target === 1) return reduced("bceWithLogits", softplus(neg(s)), options);
  if (target === 0) return reduced("bceWithLogits", softplus(s), options);
  const [yes, no] = [softplus(neg(s)), softplus(s)];
  return reduced("bceWithLogits", add(mul(target, yes), mul(sub1(target), no)), options);
}

const sub1 = (target: Operand): Operand => (typeof target === "number" ? 1 - target : sub(1, target));

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LossOptions {
  /** What an element counts by its class, [classes]; the mean is the weighted one. */
  readonly weight?: Tensor;
  /** Elements of this target count nothing, and it need be no class. */
  readonly ignoreIndex?: number;
}

/**
 * -log softmax(logits) at the target class: of rows, or of each pixel of images.
 * @param logits [..., classes]
 * @param target [...] of type i32 or u32: class numbers
 * @throws GanvasError when a class known to JavaScript is not among them
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  expectTensors("crossEntropy", { logits, target });
  checkOptions("crossEntropy", options, ["reduction", "weight", "ignoreIndex"]);
  const { weight, ignoreIndex, reduction = "mean" } = options;
  const classes = logits.shape.at(-1) ?? 0;
  if (logits.rank < 2 || !sameShape(target.shape, logits.shape.slice(0, -1)))
    throw new ShapeError(
      `crossEntropy: needs logits [..., classes] and target [...], got ${showShape(logits.shape)} and ${showShape(target.shape)}`,
    );
  const own = ignoreIndex === undefined ? undefined : ne(target, ignoreIndex);
  const known = own ? where(own, target, 0) : target;
  const flat = reshape(logSoftmax(wide(logits), -1), [target.size, classes]);
  const chosen = gather(flat, reshape(known, [target.size, 1]), 1); // [n, 1]
  const loss = neg(reshape(chosen, target.shape));
  if (!weight && !own) return reduced("crossEntropy", loss, { reduction });
  if (weight) expectTensors("crossEntropy", { weight });
  if (weight && !sameShape(weight.shape, [classes]))
    throw new ShapeError(`crossEntropy: weight should be [${classes}], got ${showShape(weight.shape)}`);
  const counts = weight && reshape(gather(weight, reshape(known, [target.size]), 0), target.shape);
  const share = counts && own ? mul(counts, cast(own, "f32")) : (counts ?? cast(own as Tensor, "f32"));
  const weighted = mul(loss, share);
  if (reduction !== "mean") return reduced("crossEntropy", weighted, { reduction });
  return div(sum(weighted), sum(share));
}
