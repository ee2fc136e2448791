/**
 * Mixed precision: which products are computed on half-precision copies. Weights, their updates, statistics and losses
 * stay in f32 (Micikevicius et al. 2018, "Mixed Precision Training").
 */
import { isFloat } from "./dtype.ts";
import { expectFunction } from "./errors.ts";
import { castNode } from "./graph/cast.ts";
import type { Node } from "./graph/node.ts";
import { Scope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

/** The copies made since the outermost `autocast` began, so that a weight that is used twice is rounded once. */
const copies = new Scope<WeakMap<Node, Node> | undefined>(undefined);

/**
 * Records what `work` computes with f16 copies of the arguments of every convolution and matrix product, whose results
 * are f16 too, as PyTorch's `autocast` does. Other ops take what they get: f16 beside f32 gives f32; layers (biases,
 * activations with weights, normalisation) keep their input's type; statistics, sums and losses are computed in f32.
 * Gradients follow the types of the forward pass, so that only that needs to lie within.
 */
export function autocast<T>(work: () => T): T {
  expectFunction("autocast", "work", work);
  return copies.during(copies.current ?? new WeakMap(), work);
}

/** The factors of a product in one type: f16 within `autocast`, else f32 unless both are f16. For those who write ops. */
export function factors(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const known = copies.current;
  if (known) return [half(a, known), half(b, known)];
  return a.dtype === b.dtype ? [a, b] : [wide(a), wide(b)];
}

function half(x: Tensor, known: WeakMap<Node, Node>): Tensor {
  const { node } = x;
  if (!isFloat(node.dtype) || node.dtype === "f16") return x;
  const copy = known.get(node) ?? castNode(node, "f16");
  known.set(node, copy);
  return new Tensor(copy);
}

/** The same numbers as f32, where they are f16. */
export const wide = (x: Tensor): Tensor => (x.dtype === "f16" ? new Tensor(castNode(x.node, "f32")) : x);

/** y in the type of x, where both are floats: what a layer makes of x and its f32 weights. */
export const inTypeOf = (x: Tensor, y: Tensor): Tensor =>
  isFloat(x.dtype) ? new Tensor(castNode(y.node, x.dtype)) : y;

/** What `compute` makes of x; where x is f16 it gets x as f32, and its result becomes f16. */
export const inF32 = (x: Tensor, compute: (x: Tensor) => Tensor): Tensor =>
  x.dtype === "f16" ? new Tensor(castNode(compute(wide(x)).node, "f16")) : compute(x);
