/** Activations, element by element. A new one is one definition here, and nothing else anywhere. */
import { checkOptions, expectOneOf } from "../options.ts";
import { inF32, inTypeOf } from "../precision.ts";
import { Tensor } from "../tensor.ts";
import { add, erfc, gt, le, mul, neg, square, sub, where } from "./pointwise.ts";
import { expm1Of, reluOf, sigmoidOf, softplusOf, tanhOf } from "./approximations.ts";
import { finiteNumber } from "./pair.ts";
import { DEAR, method, type Operand, pointwise, type Unary, unary } from "./pointwise-op.ts";

/** The hyperbolic tangent. */
export const tanh: Unary = unary("tanh", {
  wgsl: ([a], t) => tanhOf(a, t),
  gradient: (dy, y) => [mul(dy, sub(1, mul(y, y)))],
  cost: DEAR,
});

/** 1 / (1 + e^-a). */
export const sigmoid: Unary = unary("sigmoid", {
  wgsl: ([a], t) => sigmoidOf(a, t),
  // 1 - y, precise where y is nearly 1 too.
  gradient: (dy, y, [a]) => [mul(dy, mul(y, sigmoid(neg(a))))],
  cost: DEAR,
});

/** log(1 + e^a), right for large |a|. */
export const softplus: Unary = unary("softplus", {
  wgsl: ([a], t) => softplusOf(a, t),
  gradient: (dy, _y, [a]) => [mul(dy, sigmoid(a))],
  cost: 2 * DEAR,
});

/** a · sigmoid(a), also called swish (Elfwing et al. 2018; Ramachandran et al. 2017). */
export const silu: Unary = unary("silu", {
  wgsl: ([a], t) => `${a} * ${sigmoidOf(a, t)}`,
  // σ + a σ (1 - σ), which keeps its precision where a is large.
  gradient: (dy, y, [a]) => [mul(dy, add(sigmoid(a), mul(y, sigmoid(neg(a)))))],
  cost: DEAR,
  check: { f64: (x) => x / (1 + Math.exp(-x)), on: [-4, 4] },
});

/** max(a, 0); its derivative at 0 is 0. */
export const relu: Unary = unary("relu", {
  wgsl: ([a], t) => reluOf(a, t),
  gradient: (dy, _y, [a]) => [mul(dy, gt(a, 0))],
});

const LEAKY_RELU = pointwise<1>("leakyRelu", {
  // A product, so that what is no number stays none.
  wgsl: ([a], t, { slope }) => `${a} * select(${t}(1), ${t}(${slope}), ${a} < ${t}(0))`,
  gradient: (dy, _y, [a], { slope }) => [mul(dy, where(gt(a, 0), 1, slope as number))],
  cost: 3,
});
/** a for a > 0, else `slope`·a (Maas et al. 2013). @throws GanvasError for a slope that is no finite number */
export const leakyRelu = method(
  "leakyRelu",
  (a: Operand, slope = 0.01): Tensor => LEAKY_RELU([a], { slope: finiteNumber("leakyRelu", "slope", slope) }),
);

const ELU = pointwise<1>("elu", {
  // Compared this way round, what is no number stays none.
  wgsl: ([a], t, { alpha }) => `select(${a}, ${alpha} * ${expm1Of(a, t)}, ${a} <= ${t}(0))`,
  gradient: (dy, y, [a], { alpha }) => [mul(dy, where(gt(a, 0), 1, add(y, alpha as number)))],
  cost: DEAR,
});
/** a for a > 0, else `alpha`·(e^a - 1). @throws GanvasError for an alpha that is no finite number */
export const elu = method(
  "elu",
  (a: Operand, alpha = 1): Tensor => ELU([a], { alpha: finiteNumber("elu", "alpha", alpha) }),
);

const PRELU = pointwise<2>("prelu", {
  wgsl: ([a, s], t) => `${a} * select(${t}(1), ${s}, ${a} < ${t}(0))`,
  gradient: (dy, _y, [a, s]) => [mul(dy, where(gt(a, 0), 1, s)), mul(dy, mul(a, le(a, 0)))],
  cost: 3,
});
/** a for a > 0, else slope·a, in a's type; `slope` is broadcast, e.g. [c] against [n, h, w, c] (He et al. 2015). */
export const prelu = method("prelu", (a: Operand, slope: Operand): Tensor => {
  const y = PRELU([a, slope]);
  return typeof a === "number" ? y : inTypeOf(a, y);
});

/**
 * a·Φ(a) with the normal distribution function Φ (Hendrycks and Gimpel 2016).
 * @param options.approximate "tanh" for their approximation a·σ(2 √(2/π) (a + 0.044715 a³)); exact by default
 */
export function gelu(a: Operand, options: { readonly approximate?: "none" | "tanh" } = {}): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  expectOneOf("gelu", "approximate", options.approximate ?? "none", ["none", "tanh"]);
  // Its cube overflows in half precision.
  if (a instanceof Tensor && a.dtype === "f16") return inF32(a, (v) => gelu(v, options));
  if (options.approximate !== "tanh") return mul(mul(a, 0.5), erfc(mul(a, -Math.SQRT1_2)));
  const inner = mul(mul(a, 2 * Math.sqrt(2 / Math.PI)), add(mul(square(a), 0.044715), 1));
  return mul(a, sigmoid(inner));
}
method("gelu", gelu);

/** log(sigmoid(a)). */
export const logSigmoid: Unary = method("logSigmoid", (a) => neg(softplus(neg(a))));
