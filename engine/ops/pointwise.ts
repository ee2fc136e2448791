/**
 * Element-by-element ops: a table of WGSL expressions and derivatives. Shapes are broadcast as in NumPy, numbers stand
 * for scalars. A new op is one row here and one line among the exports.
 */
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { literal } from "../graph/codegen.ts";
import type { PointwiseOp } from "../graph/node.ts";
import { broadcastShapes } from "../shape.ts";
import { record, Tensor } from "../tensor.ts";
import { constant, expand } from "./broadcast.ts";

/** A tensor, or a number that stands for a scalar. */
export type Operand = Tensor | number;

interface Row {
  /** WGSL over the arguments for element type `t` (a scalar or a vector of four). */
  readonly wgsl: (
    args: readonly string[],
    t: string,
    attributes: Readonly<Record<string, unknown>>,
  ) => string;
  /** Gradients of the arguments; absent where there is none (comparisons: the gradient is zero everywhere). */
  readonly gradient?: (
    dy: Tensor,
    y: Tensor,
    args: readonly Tensor[],
    attributes: Readonly<Record<string, number>>,
  ) => readonly (Tensor | undefined)[];
  /** Price in additions. */
  readonly cost?: number;
  /** Element type of the result where it is not that of the first argument. */
  readonly dtype?: DType;
}

const DEAR = 8;
const flag =
  (test: string): Row["wgsl"] =>
  ([a, b], t) =>
    `select(${t}(0), ${t}(1), ${a} ${test} ${b})`;

/** Abramowitz-Stegun-like rational forms are too coarse for gradients: erf is a degree-10 fit in t = 1 / (1 + |x| / 2). */
const ERF = (x: string, t: string) => {
  const u = `(${t}(1) / (${t}(1) + ${t}(0.5) * abs(${x})))`;
  const c = [
    1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const poly = c.reduceRight((sum, k) => (sum ? `(${t}(${k}) + ${u} * ${sum})` : `${t}(${k})`), "");
  return `(sign(${x}) * (${t}(1) - ${u} * exp(-${x} * ${x} - ${t}(1.26551223) + ${u} * ${poly})))`;
};

/**
 * sin(x + shift): WGSL promises its own only to 2^-11 and only near 0. The nearest multiple of π is taken off in three
 * parts (Cody and Waite), then an odd polynomial of degree 11 serves [-π/2, π/2].
 */
const SINE = (x: string, t: string, shift: number) => {
  const n = `round(${x} * ${t}(${1 / Math.PI})${shift ? ` - ${t}(0.5)` : ""})`;
  const turns = shift ? `(${n} + ${t}(0.5))` : n;
  const r = `(((${x} - ${turns} * ${t}(3.140625)) - ${turns} * ${t}(0.000967025756835938)) - ${turns} * ${t}(6.278329e-7))`;
  const r2 = `(${r} * ${r})`;
  const c = [-1.6666667e-1, 8.3333333e-3, -1.984127e-4, 2.7557319e-6, -2.5052108e-8];
  const poly = c.reduceRight((sum, k) => (sum ? `(${t}(${k}) + ${r2} * ${sum})` : `${t}(${k})`), "");
  const sign = `(${t}(1) - ${t}(2) * abs(${n} - ${t}(2) * floor(${n} * ${t}(0.5))))`;
  return `${shift ? "-" : ""}(${sign} * (${r} + ${r} * ${r2} * ${poly}))`;
};

const TABLE = {
  add: { wgsl: ([a, b]) => `${a} + ${b}`, gradient: (dy) => [dy, dy] },
  sub: { wgsl: ([a, b]) => `${a} - ${b}`, gradient: (dy) => [dy, neg(dy)] },
  mul: {
    wgsl: ([a, b]) => `${a} * ${b}`,
    gradient: (dy, _y, [a, b]) => [mul(dy, b as Tensor), mul(dy, a as Tensor)],
  },
  div: {
    wgsl: ([a, b]) => `${a} / ${b}`,
    gradient: (dy, y, [, b]) => [div(dy, b as Tensor), neg(div(mul(dy, y), b as Tensor))],
    cost: 2,
  },
  // The sign of a negative base survives for whole exponents; 0^0 is 1 as in PyTorch.
  pow: {
    wgsl: ([a, b], t) =>
      `select(pow(abs(${a}), ${b}) * select(${t}(1), ${t}(-1), (${a} < ${t}(0)) & (abs(${b} - ${t}(2) * floor(${b} * ${t}(0.5))) == ${t}(1))), ${t}(1), ${b} == ${t}(0))`,
    gradient: (dy, y, [a, b]) => [
      mul(dy, mul(b as Tensor, pow(a as Tensor, sub(b as Tensor, 1)))),
      mul(dy, where(gt(a as Tensor, 0), mul(y, log(maximum(a as Tensor, 1e-38))), 0)),
    ],
    cost: 2 * DEAR,
  },
  maximum: {
    wgsl: ([a, b]) => `max(${a}, ${b})`,
    gradient: (dy, _y, [a, b]) =>
      extremumGradient(dy, gt(a as Tensor, b as Tensor), eq(a as Tensor, b as Tensor)),
  },
  minimum: {
    wgsl: ([a, b]) => `min(${a}, ${b})`,
    gradient: (dy, _y, [a, b]) =>
      extremumGradient(dy, lt(a as Tensor, b as Tensor), eq(a as Tensor, b as Tensor)),
  },
  neg: { wgsl: ([a]) => `-${a}`, gradient: (dy) => [neg(dy)] },
  exp: { wgsl: ([a]) => `exp(${a})`, gradient: (dy, y) => [mul(dy, y)], cost: DEAR },
  log: { wgsl: ([a]) => `log(${a})`, gradient: (dy, _y, [a]) => [div(dy, a as Tensor)], cost: DEAR },
  sqrt: { wgsl: ([a]) => `sqrt(${a})`, gradient: (dy, y) => [div(mul(dy, 0.5), y)], cost: 4 },
  rsqrt: {
    wgsl: ([a], t) => `${t}(1) / sqrt(${a})`,
    gradient: (dy, y) => [mul(mul(dy, -0.5), mul(y, mul(y, y)))],
    cost: 4,
  },
  abs: { wgsl: ([a]) => `abs(${a})`, gradient: (dy, _y, [a]) => [mul(dy, sign(a as Tensor))] },
  sign: { wgsl: ([a]) => `sign(${a})` },
  // Beyond 15 tanh is 1 in f32, while some drivers overflow on the way there.
  tanh: {
    wgsl: ([a], t) => `tanh(clamp(${a}, ${t}(-15), ${t}(15)))`,
    gradient: (dy, y) => [mul(dy, sub(1, mul(y, y)))],
    cost: DEAR,
  },
  sigmoid: {
    wgsl: ([a], t) => `${t}(1) / (${t}(1) + exp(-clamp(${a}, ${t}(-87), ${t}(87))))`,
    gradient: (dy, y) => [mul(dy, mul(y, sub(1, y)))],
    cost: DEAR,
  },
  // max(x, 0) + log(1 + e^-|x|), with the logarithm's series where the exponential is lost in the 1.
  softplus: {
    wgsl: ([a], t) => {
      const e = `exp(-abs(${a}))`;
      return `max(${a}, ${t}(0)) + select(log(${t}(1) + ${e}), ${e} * (${t}(1) - ${t}(0.5) * ${e}), ${e} < ${t}(1e-3))`;
    },
    gradient: (dy, _y, [a]) => [mul(dy, sigmoid(a as Tensor))],
    cost: 2 * DEAR,
  },
  relu: { wgsl: ([a], t) => `max(${a}, ${t}(0))`, gradient: (dy, _y, [a]) => [mul(dy, gt(a as Tensor, 0))] },
  square: { wgsl: ([a]) => `${a} * ${a}`, gradient: (dy, _y, [a]) => [mul(dy, mul(a as Tensor, 2))] },
  sin: {
    wgsl: ([a], t) => SINE(a as string, t, 0),
    gradient: (dy, _y, [a]) => [mul(dy, cos(a as Tensor))],
    cost: DEAR,
  },
  cos: {
    wgsl: ([a], t) => SINE(a as string, t, 1),
    gradient: (dy, _y, [a]) => [neg(mul(dy, sin(a as Tensor)))],
    cost: DEAR,
  },
  erf: {
    wgsl: ([a], t) => ERF(a as string, t),
    gradient: (dy, _y, [a]) => [mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(square(a as Tensor)))))],
    cost: 3 * DEAR,
  },
  reciprocal: { wgsl: ([a], t) => `${t}(1) / ${a}`, gradient: (dy, y) => [neg(mul(dy, square(y)))], cost: 2 },
  floor: { wgsl: ([a]) => `floor(${a})` },
  leakyRelu: {
    wgsl: ([a], t, { slope }) => `max(${a}, ${t}(0)) + ${t}(${slope}) * min(${a}, ${t}(0))`,
    gradient: (dy, _y, [a], { slope }) => [mul(dy, where(gt(a as Tensor, 0), 1, slope as number))],
    cost: 3,
  },
  clamp: {
    wgsl: ([a], t, { low, high }) =>
      `clamp(${a}, ${t}(${literal(low as number, "f32")}), ${t}(${literal(high as number, "f32")}))`,
    gradient: (dy, _y, [a], { low, high }) => [
      mul(dy, mul(ge(a as Tensor, low as number), le(a as Tensor, high as number))),
    ],
  },
  /** max(x, 0) + slope · min(x, 0), the slope a tensor (He et al. 2015). */
  prelu: {
    wgsl: ([a, s], t) => `max(${a}, ${t}(0)) + ${s} * min(${a}, ${t}(0))`,
    gradient: (dy, _y, [a, s]) => [
      mul(dy, where(gt(a as Tensor, 0), 1, s as Tensor)),
      mul(dy, minimum0(a as Tensor)),
    ],
    cost: 3,
  },
  elu: {
    wgsl: ([a], t, { alpha }) =>
      `select(${t}(${alpha}) * (exp(min(${a}, ${t}(0))) - ${t}(1)), ${a}, ${a} > ${t}(0))`,
    gradient: (dy, y, [a], { alpha }) => [mul(dy, where(gt(a as Tensor, 0), 1, add(y, alpha as number)))],
    cost: DEAR,
  },
  eq: { wgsl: flag("=="), dtype: "f32" },
  ne: { wgsl: flag("!="), dtype: "f32" },
  lt: { wgsl: flag("<"), dtype: "f32" },
  le: { wgsl: flag("<="), dtype: "f32" },
  gt: { wgsl: flag(">"), dtype: "f32" },
  ge: { wgsl: flag(">="), dtype: "f32" },
  /** The second argument where the first is not 0, else the third. */
  where: {
    wgsl: ([c, a, b], t) => `select(${b}, ${a}, ${c} != ${t}(0))`,
    gradient: (dy, _y, [c]) => [undefined, where(c as Tensor, dy, 0), where(c as Tensor, 0, dy)],
  },
} satisfies Record<string, Row>;

export type PointwiseName = keyof typeof TABLE;

const OPS = new Map<string, PointwiseOp>(
  Object.entries(TABLE as Record<string, Row>).map(([name, row]) => {
    const op: PointwiseOp = {
      kind: "pointwise",
      name,
      cost: row.cost ?? 1,
      expression: row.wgsl,
      ...(row.gradient && {
        gradient: (dy, node) =>
          (row.gradient as NonNullable<Row["gradient"]>)(
            new Tensor(dy),
            new Tensor(node),
            node.inputs.map((input) => new Tensor(input)),
            node.attributes as Readonly<Record<string, number>>,
          ).map((g) => g?.node),
      }),
    };
    return [name, op];
  }),
);

/** Names of all pointwise ops, for tests that want to see every one of them. */
export const pointwiseNames: readonly string[] = [...OPS.keys()];

function apply(
  name: PointwiseName,
  operands: readonly Operand[],
  attributes: Readonly<Record<string, number>> = {},
): Tensor {
  const op = OPS.get(name) as PointwiseOp;
  const tensors = operands.map((o) => (typeof o === "number" ? constant(o, [], leading(operands)) : o));
  for (const t of tensors)
    if (t.dtype !== (tensors[0] as Tensor).dtype)
      throw new ShapeError(
        `${name}: operands have the types ${tensors.map((o) => o.dtype).join(" and ")}; they must agree`,
      );
  const shape = tensors.map((t) => t.shape).reduce((a, b) => broadcastShapes(name, a, b));
  const dtype = (TABLE[name] as Row).dtype ?? (tensors[0] as Tensor).dtype;
  return record(
    op,
    tensors.map((t) => expand(t, shape)),
    shape,
    { attributes, dtype },
  );
}

const leading = (operands: readonly Operand[]): DType => {
  const first = operands.find((o) => typeof o !== "number") as Tensor | undefined;
  return first?.dtype ?? "f32";
};

/** The winner takes the gradient; where both are equal each takes half (PyTorch's rule). */
function extremumGradient(dy: Tensor, wins: Tensor, ties: Tensor): Tensor[] {
  const share = add(wins, mul(ties, 0.5));
  return [mul(dy, share), mul(dy, sub(1, share))];
}

const minimum0 = (a: Tensor): Tensor => mul(a, le(a, 0));

export const add = (a: Operand, b: Operand): Tensor => apply("add", [a, b]);
export const sub = (a: Operand, b: Operand): Tensor => apply("sub", [a, b]);
export const mul = (a: Operand, b: Operand): Tensor => apply("mul", [a, b]);
export const div = (a: Operand, b: Operand): Tensor => apply("div", [a, b]);
/** a^b; a negative base with a fractional exponent has no value (NaN is avoided: the absolute value is used). */
export const pow = (a: Operand, b: Operand): Tensor => apply("pow", [a, b]);
export const maximum = (a: Operand, b: Operand): Tensor => apply("maximum", [a, b]);
export const minimum = (a: Operand, b: Operand): Tensor => apply("minimum", [a, b]);
export const neg = (a: Operand): Tensor => apply("neg", [a]);
export const exp = (a: Operand): Tensor => apply("exp", [a]);
/** Natural logarithm. */
export const log = (a: Operand): Tensor => apply("log", [a]);
export const sqrt = (a: Operand): Tensor => apply("sqrt", [a]);
/** 1 / √a. */
export const rsqrt = (a: Operand): Tensor => apply("rsqrt", [a]);
/** |a|; its derivative at 0 is 0. */
export const abs = (a: Operand): Tensor => apply("abs", [a]);
/** -1, 0 or 1. Not differentiable (the gradient is zero). */
export const sign = (a: Operand): Tensor => apply("sign", [a]);
export const tanh = (a: Operand): Tensor => apply("tanh", [a]);
/** 1 / (1 + e^-a). */
export const sigmoid = (a: Operand): Tensor => apply("sigmoid", [a]);
/** log(1 + e^a), right for large |a|. */
export const softplus = (a: Operand): Tensor => apply("softplus", [a]);
/** max(a, 0); its derivative at 0 is 0. */
export const relu = (a: Operand): Tensor => apply("relu", [a]);
export const square = (a: Operand): Tensor => apply("square", [a]);
export const sin = (a: Operand): Tensor => apply("sin", [a]);
export const cos = (a: Operand): Tensor => apply("cos", [a]);
/** The error function, to about 1e-7. */
export const erf = (a: Operand): Tensor => apply("erf", [a]);
export const reciprocal = (a: Operand): Tensor => apply("reciprocal", [a]);
/** The largest whole number not above a. Not differentiable (the gradient is zero). */
export const floor = (a: Operand): Tensor => apply("floor", [a]);
/** a for a > 0, else `slope`·a (Maas et al. 2013). */
export const leakyRelu = (a: Operand, slope = 0.01): Tensor => apply("leakyRelu", [a], { slope });
/** a for a > 0, else `alpha`·(e^a - 1). */
export const elu = (a: Operand, alpha = 1): Tensor => apply("elu", [a], { alpha });
/** a held within [low, high]; the gradient is 0 outside. */
export const clamp = (a: Operand, low: number, high: number): Tensor => apply("clamp", [a], { low, high });
/** a for a > 0, else slope·a; `slope` is broadcast, e.g. [c] against [n, h, w, c] (He et al. 2015). */
export const prelu = (a: Operand, slope: Operand): Tensor => apply("prelu", [a, slope]);
/** a·Φ(a) with the normal distribution function Φ (Hendrycks and Gimpel 2016), exact form. */
export const gelu = (a: Operand): Tensor => mul(mul(a, 0.5), add(erf(mul(a, Math.SQRT1_2)), 1));
/** log(sigmoid(a)). */
export const logSigmoid = (a: Operand): Tensor => neg(softplus(neg(a)));
export const eq = (a: Operand, b: Operand): Tensor => apply("eq", [a, b]);
export const ne = (a: Operand, b: Operand): Tensor => apply("ne", [a, b]);
export const lt = (a: Operand, b: Operand): Tensor => apply("lt", [a, b]);
export const le = (a: Operand, b: Operand): Tensor => apply("le", [a, b]);
export const gt = (a: Operand, b: Operand): Tensor => apply("gt", [a, b]);
export const ge = (a: Operand, b: Operand): Tensor => apply("ge", [a, b]);
/** `a` where `condition` is not 0, else `b`. */
export const where = (condition: Operand, a: Operand, b: Operand): Tensor =>
  apply("where", [condition, a, b]);
