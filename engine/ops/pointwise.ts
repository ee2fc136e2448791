/** Arithmetic, functions and comparisons, element by element. A new op is one definition here, and nothing else anywhere. */
import { isFloat } from "../dtype.ts";
import { GanvasError, shown } from "../errors.ts";
import { infinityOf, isFiniteOf, isNaNOf, literal, passNaN } from "../graph/codegen.ts";
import { checkOptions } from "../options.ts";
import { Tensor } from "../tensor.ts";
import { atanOf, erfcOf, erfOf, expm1Of, log1pOf, powerOf, SINE, sineOf } from "./approximations.ts";
import {
  type Binary,
  binary,
  DEAR,
  type Definition,
  method,
  type Operand,
  pointwise,
  type Unary,
  unary,
} from "./pointwise-op.ts";

const flag =
  (test: string): Definition<2>["wgsl"] =>
  ([a, b], t) =>
    `select(${t}(0), ${t}(1), ${a} ${test} ${b})`;

/** The winner takes the gradient; where both are equal each takes half (PyTorch's rule). */
function extremumGradient(dy: Tensor, wins: Tensor, ties: Tensor): Tensor[] {
  const share = add(wins, mul(ties, 0.5));
  return [mul(dy, share), mul(dy, sub(1, share))];
}

/** a + b. */
export const add: Binary = binary("add", {
  integers: "all",
  wgsl: ([a, b]) => `${a} + ${b}`,
  gradient: (dy) => [dy, dy],
});

/** a - b. */
export const sub: Binary = binary("sub", {
  integers: "all",
  // Compilers take the difference of a number and itself for 0, which it is not where that is NaN or infinite.
  wgsl: ([a, b], t) =>
    a === b && t.includes("f")
      ? `select(${infinityOf(a, t, "0x7fffffff")}, ${t}(0), ${isFiniteOf(a, t)})`
      : `${a} - ${b}`,
  gradient: (dy) => [dy, neg(dy)],
});

/** a · b. */
export const mul: Binary = binary("mul", {
  integers: "all",
  hidesZero: true,
  wgsl: ([a, b]) => `${a} * ${b}`,
  gradient: (dy, _y, [a, b]) => [mul(dy, b), mul(dy, a)],
});

/** a / b; whole numbers are rounded towards 0, and divided by 0 they stay what they are. */
export const div: Binary = binary("div", {
  integers: "all",
  hidesZero: true,
  wgsl: ([a, b]) => `${a} / ${b}`,
  gradient: (dy, y, [, b]) => [div(dy, b), neg(div(mul(dy, y), b))],
  cost: 2,
});

/** a^b as IEEE and PyTorch have it: x^0 and 1^x are 1 whatever x is; a negative base has powers by whole exponents only, else NaN. */
export const pow: Binary = binary("pow", {
  wgsl: ([a, b], t) => powerOf(a, b, t),
  gradient: (dy, y, [a, b]) => {
    const isZero = eq(b, 0);
    // 0 to this is 0, and so is its logarithm times it.
    const vanishes = mul(eq(a, 0), ge(b, 0));
    return [
      // 0 times an infinite power of 0 would be no number.
      mul(dy, where(isZero, 0, mul(b, pow(a, where(isZero, 1, sub(b, 1)))))),
      mul(dy, where(vanishes, 0, mul(y, log(where(vanishes, 1, a))))),
    ];
  },
  cost: 2 * DEAR,
});

/** The larger of a and b, NaN where one of them is; equal ones share the gradient. */
export const maximum: Binary = binary("maximum", {
  integers: "all",
  wgsl: ([a, b], t) => passNaN(`max(${a}, ${b})`, [a, b], t),
  gradient: (dy, _y, [a, b]) => extremumGradient(dy, gt(a, b), eq(a, b)),
});

/** The smaller of a and b, NaN where one of them is; equal ones share the gradient. */
export const minimum: Binary = binary("minimum", {
  integers: "all",
  wgsl: ([a, b], t) => passNaN(`min(${a}, ${b})`, [a, b], t),
  gradient: (dy, _y, [a, b]) => extremumGradient(dy, lt(a, b), eq(a, b)),
});

/** -a. */
export const neg: Unary = unary("neg", {
  integers: "signed",
  wgsl: ([a]) => `-${a}`,
  gradient: (dy) => [neg(dy)],
});

/** e^a. */
export const exp: Unary = unary("exp", {
  wgsl: ([a], t) => passNaN(`exp(${a})`, [a], t),
  gradient: (dy, y) => [mul(dy, y)],
  cost: DEAR,
});

/** Natural logarithm. */
export const log: Unary = unary("log", {
  wgsl: ([a], t) => passNaN(`log(${a})`, [a], t),
  gradient: (dy, _y, [a]) => [div(dy, a)],
  cost: DEAR,
});

/** e^a - 1, precise where a is small. */
export const expm1: Unary = unary("expm1", {
  wgsl: ([a], t) => passNaN(expm1Of(a, t), [a], t),
  gradient: (dy, _y, [a]) => [mul(dy, exp(a))],
  cost: DEAR,
  check: { f64: Math.expm1, on: [-2, 2] },
});

/** log(1 + a), precise where a is small. */
export const log1p: Unary = unary("log1p", {
  wgsl: ([a], t) => passNaN(log1pOf(a, t), [a], t),
  gradient: (dy, _y, [a]) => [div(dy, add(a, 1))],
  cost: DEAR,
  check: { f64: Math.log1p, on: [-0.5, 3] },
});

/** 2^a. */
export const exp2: Unary = unary("exp2", {
  wgsl: ([a], t) => passNaN(`exp2(${a})`, [a], t),
  gradient: (dy, y) => [mul(dy, mul(y, Math.LN2))],
  cost: DEAR,
  check: { f64: (x) => 2 ** x, on: [-3, 3] },
});

/** Logarithm to base 2. */
export const log2: Unary = unary("log2", {
  wgsl: ([a], t) => passNaN(`log2(${a})`, [a], t),
  gradient: (dy, _y, [a]) => [div(dy, mul(a, Math.LN2))],
  cost: DEAR,
  check: { f64: Math.log2, on: [0.5, 4] },
});

/** √a. */
export const sqrt: Unary = unary("sqrt", {
  wgsl: ([a]) => `sqrt(${a})`,
  gradient: (dy, y) => [div(mul(dy, 0.5), y)],
  cost: 4,
});

/** 1 / √a. */
export const rsqrt: Unary = unary("rsqrt", {
  wgsl: ([a]) => `1 / sqrt(${a})`,
  gradient: (dy, y) => [mul(mul(dy, -0.5), mul(y, mul(y, y)))],
  cost: 4,
});

/** |a|; its derivative at 0 is 0. */
export const abs: Unary = unary("abs", {
  integers: "all",
  wgsl: ([a]) => `abs(${a})`,
  gradient: (dy, _y, [a]) => [mul(dy, sign(a))],
});

/** -1, 0 or 1. Not differentiable (the gradient is zero). */
export const sign: Unary = unary("sign", {
  integers: "signed",
  wgsl: ([a]) => `sign(${a})`,
  check: { f64: Math.sign, on: [-2, 2] },
});

/** a². */
export const square: Unary = unary("square", {
  integers: "all",
  wgsl: ([a]) => `${a} * ${a}`,
  gradient: (dy, _y, [a]) => [mul(dy, mul(a, 2))],
});

/** The sine of a in radians. */
export const sin: Unary = unary("sin", {
  wgsl: ([a], t) => sineOf(a, t, 0),
  library: SINE,
  gradient: (dy, _y, [a]) => [mul(dy, cos(a))],
  cost: DEAR,
});

/** The cosine of a in radians. */
export const cos: Unary = unary("cos", {
  wgsl: ([a], t) => sineOf(a, t, 1),
  library: SINE,
  gradient: (dy, _y, [a]) => [neg(mul(dy, sin(a)))],
  cost: DEAR,
});

/** The angle from -π/2 to π/2 whose tangent is a. */
export const atan: Unary = unary("atan", {
  wgsl: ([a], t) => atanOf(a, t),
  gradient: (dy, _y, [a]) => [div(dy, add(square(a), 1))],
  cost: 2 * DEAR,
  check: { f64: Math.atan, on: [-4, 4] },
});

const bell = (a: Tensor): Tensor => mul(exp(neg(square(a))), 2 / Math.sqrt(Math.PI));

/** The error function. */
export const erf: Unary = unary("erf", {
  wgsl: ([a], t) => erfOf(a, t),
  gradient: (dy, _y, [a]) => [mul(dy, bell(a))],
  cost: 3 * DEAR,
});

/** 1 - erf(a), precise where it is small. */
export const erfc: Unary = unary("erfc", {
  wgsl: ([a], t) => erfcOf(a, t),
  gradient: (dy, _y, [a]) => [neg(mul(dy, bell(a)))],
  cost: 3 * DEAR,
});

/** 1 / a. */
export const reciprocal: Unary = unary("reciprocal", {
  wgsl: ([a]) => `1 / ${a}`,
  gradient: (dy, y) => [neg(mul(dy, square(y)))],
  cost: 2,
});

/** The largest whole number not above a. Not differentiable (the gradient is zero). */
export const floor: Unary = unary("floor", {
  wgsl: ([a]) => `floor(${a})`,
  check: { f64: Math.floor, on: [1.1, 1.9] },
});

/** The smallest whole number not below a. Not differentiable (the gradient is zero). */
export const ceil: Unary = unary("ceil", {
  wgsl: ([a]) => `ceil(${a})`,
  check: { f64: Math.ceil, on: [1.1, 1.9] },
});

/** The nearest whole number, of two as near the even one. Not differentiable (the gradient is zero). */
export const round: Unary = unary("round", {
  wgsl: ([a]) => `round(${a})`,
  check: { f64: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)), on: [0.6, 1.4] },
});

/** a without its fraction. Not differentiable (the gradient is zero). */
export const trunc: Unary = unary("trunc", {
  wgsl: ([a]) => `trunc(${a})`,
  check: { f64: Math.trunc, on: [-1.9, -1.1] },
});

/** 1 where a is NaN, else 0. Not differentiable (the gradient is zero). */
export const isnan: Unary = unary("isnan", {
  wgsl: ([a], t) => `select(${t}(0), ${t}(1), ${isNaNOf(a, t)})`,
  check: { f64: (x) => (Number.isNaN(x) ? 1 : 0), on: [-2, 2] },
});

// By its bits: compilers may take arithmetic for free of infinities and NaN.
/** 1 where a is a number, 0 where it is infinite or NaN. Not differentiable (the gradient is zero). */
export const finite: Unary = unary("finite", {
  wgsl: ([a], t) => `select(${t}(0), ${t}(1), ${isFiniteOf(a, t)})`,
  check: { f64: (x) => (Number.isFinite(x) ? 1 : 0), on: [-2, 2] },
});

const CLAMP = pointwise<1>("clamp", {
  integers: "all",
  wgsl: ([a], t, { low, high }) => {
    const type = t.includes("f") ? "f32" : t.includes("i") ? "i32" : "u32";
    const [least, most] = [low, high].map((limit) => `${t}(${literal(limit as number, type)})`);
    const hasLeast = low !== Number.NEGATIVE_INFINITY;
    if (hasLeast && high !== Number.POSITIVE_INFINITY)
      return passNaN(`clamp(${a}, ${least}, ${most})`, [a], t);
    return passNaN(hasLeast ? `max(${a}, ${least})` : `min(${a}, ${most})`, [a], t);
  },
  gradient: (dy, _y, [a], { low, high }) => [mul(dy, mul(ge(a, low as number), le(a, high as number)))],
});

/** Limits of `clamp`, either of which may be left out. */
export interface ClampLimits {
  readonly min?: number;
  readonly max?: number;
}

/**
 * a held within [least, most], NaN where it is; the gradient is 0 outside. Where least is above most everything is most.
 * @param least number or, alone, both limits as `{ min, max }`; on a side without a limit there is none
 * @throws GanvasError for a limit that is no number
 */
export const clamp = method("clamp", (a: Operand, least?: number | ClampLimits, most?: number): Tensor => {
  const limits = typeof least === "object" && most === undefined ? least : { min: least, max: most };
  checkOptions("clamp", limits, ["min", "max"]);
  const limit = (name: "min" | "max", none: number): number => {
    const value = limits[name] ?? none;
    if (typeof value !== "number" || Number.isNaN(value))
      throw new GanvasError(`clamp: ${name} must be a number, got ${shown(value)}`);
    return Math.fround(value) === none ? none : value;
  };
  let [low, high] = [limit("min", Number.NEGATIVE_INFINITY), limit("max", Number.POSITIVE_INFINITY)];
  if (a instanceof Tensor && !isFloat(a.dtype)) [low, high] = [Math.ceil(low), Math.floor(high)];
  if (low === -high && high === Number.POSITIVE_INFINITY) return maximum(a, low);
  const isOrdered = low <= high && low < Number.POSITIVE_INFINITY && high > Number.NEGATIVE_INFINITY;
  return isOrdered ? CLAMP([a], { low, high }) : minimum(maximum(a, low), high);
});

/** 1 where a = b, else 0. Comparisons are not differentiable: their gradient is zero. */
export const eq: Binary = binary("eq", { wgsl: flag("=="), integers: "all", dtype: "f32" });

/** 1 where a ≠ b, else 0. */
export const ne: Binary = binary("ne", {
  // WGSL's own says that NaN is not unequal to anything.
  wgsl: ([a, b], t) => `select(${t}(1), ${t}(0), ${a} == ${b})`,
  integers: "all",
  dtype: "f32",
});

/** 1 where a < b, else 0. */
export const lt: Binary = binary("lt", { wgsl: flag("<"), integers: "all", dtype: "f32" });

/** 1 where a ≤ b, else 0. */
export const le: Binary = binary("le", { wgsl: flag("<="), integers: "all", dtype: "f32" });

/** 1 where a > b, else 0. */
export const gt: Binary = binary("gt", { wgsl: flag(">"), integers: "all", dtype: "f32" });

/** 1 where a ≥ b, else 0. */
export const ge: Binary = binary("ge", { wgsl: flag(">="), integers: "all", dtype: "f32" });

const WHERE = pointwise<3>("where", {
  integers: "all",
  chooses: true,
  wgsl: ([c, a, b], t) => `select(${b}, ${a}, ${t.startsWith("vec4") ? "vec4<bool>" : "bool"}(${c}))`,
  gradient: (dy, _y, [c]) => [undefined, where(c, dy, 0), where(c, 0, dy)],
});
/** `a` where `condition` is not 0, else `b`; the condition may be of any type. */
export const where = method(
  "where",
  (condition: Operand, a: Operand, b: Operand): Tensor => WHERE([condition, a, b]),
);
