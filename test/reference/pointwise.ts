/** Pointwise ops: one function of scalars each, carried over arrays with broadcasting. */

import { at, broadcastShape, build, type RefTensor } from "./array.ts";
import type { Operand, Ops } from "./ops.ts";
import * as scalar from "./scalars.ts";
import * as tape from "./tape.ts";
import { constant, primal, type Scalar } from "./tape.ts";

/** A number as an array of rank 0. */
export function lift(x: Operand<RefTensor>): RefTensor {
  return typeof x === "number" ? { shape: [], data: [constant(x)] } : x;
}

/** Applies f to every element. */
export function map(x: RefTensor, f: (x: Scalar) => Scalar): RefTensor {
  return { shape: x.shape, data: x.data.map(f) };
}

/** Applies f to every pair of elements of the broadcast operands. */
export function zip(
  a: Operand<RefTensor>,
  b: Operand<RefTensor>,
  f: (a: Scalar, b: Scalar) => Scalar,
): RefTensor {
  const x = lift(a);
  const y = lift(b);
  return build(broadcastShape(x.shape, y.shape), (index) => f(at(x, index), at(y, index)));
}

const unary = (f: (x: Scalar) => Scalar) => (x: RefTensor) => map(x, f);
const binary = (f: (a: Scalar, b: Scalar) => Scalar) => (a: Operand<RefTensor>, b: Operand<RefTensor>) =>
  zip(a, b, f);
const comparison = (holds: (a: number, b: number) => boolean) =>
  binary((a, b) => constant(holds(primal(a), primal(b)) ? 1 : 0));

export const pointwise = {
  add: binary(tape.add),
  sub: binary(tape.sub),
  mul: binary(tape.mul),
  div: binary(tape.div),
  pow: (a, b) => (typeof b === "number" ? map(lift(a), (x) => scalar.power(x, b)) : zip(a, b, tape.pow)),
  maximum: binary((a, b) => scalar.largest([a, b])),
  minimum: binary((a, b) => scalar.smallest([a, b])),
  eq: comparison((a, b) => a === b),
  ne: comparison((a, b) => a !== b),
  lt: comparison((a, b) => a < b),
  le: comparison((a, b) => a <= b),
  gt: comparison((a, b) => a > b),
  ge: comparison((a, b) => a >= b),
  where(condition, a, b) {
    const x = lift(a);
    const y = lift(b);
    const shape = broadcastShape(condition.shape, broadcastShape(x.shape, y.shape));
    return build(shape, (index) => at(primal(at(condition, index)) !== 0 ? x : y, index));
  },
  neg: unary(scalar.neg),
  exp: unary(scalar.exp),
  log: unary(scalar.log),
  sqrt: unary(scalar.sqrt),
  rsqrt: unary(scalar.rsqrt),
  abs: unary(scalar.abs),
  tanh: unary(scalar.tanh),
  sigmoid: unary(scalar.sigmoid),
  softplus: unary(scalar.softplus),
  relu: unary(scalar.relu),
  square: unary(scalar.square),
  sin: unary(scalar.sin),
  cos: unary(scalar.cos),
  erf: unary(scalar.erf),
  erfc: unary(scalar.erfc),
  reciprocal: unary(scalar.reciprocal),
  leakyRelu: (x, slope) => map(x, (v) => scalar.leakyRelu(v, slope)),
  elu: (x, alpha = 1) => map(x, (v) => scalar.elu(v, alpha)),
  clamp: (x, low, high) => map(x, (v) => scalar.clamp(v, low, high)),
  gelu: (x, options = {}) => map(x, (v) => scalar.gelu(v, options.approximate ?? "none")),
  prelu: (x, slope) => zip(x, slope, (v, s) => (primal(v) > 0 ? v : tape.mul(s, v))),
} satisfies Partial<Ops<RefTensor>>;
