/** Functions of one tensor, element by element. */
import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Compute, Family } from "../call.ts";
import { floats, pointwise } from "../pointwise.ts";
import { isFloating } from "../types.ts";

const { add, div, exp, gt, lt, maximum, minimum, mul, neg, sqrt, square, sub, where } = ops;

/** A function of floats; whole numbers are computed in host memory where they are constant. */
const unary =
  (onHost: (a: number) => number, onDevice: (a: Tensor) => Tensor): Compute =>
  (call) => {
    const x = call.input(0);
    return pointwise(x.type, [x], onHost, (a) => ofType(a, onDevice));
  };

/** Engine functions of floats take whole numbers as floats too. */
function ofType(a: Tensor, of: (a: Tensor) => Tensor): Tensor {
  return a.dtype === "i32" ? of(a.cast("f32")).cast("i32") : of(a);
}

/** A function with parameters that are attributes. */
const shaped =
  (make: (call: Call) => { host: (a: number) => number; device: (a: Tensor) => Tensor }): Compute =>
  (call) => {
    const { host, device } = make(call);
    return unary(host, device)(call);
  };

const halves = (a: Tensor): Tensor => mul(a, 0.5);

/** An odd function by its values from 0 on; the slope at 0 comes half from either side. */
const odd =
  (positive: (a: Tensor) => Tensor) =>
  (a: Tensor): Tensor =>
    sub(positive(maximum(a, 0)), positive(maximum(neg(a), 0)));

const asinh = odd((a) => ops.log1p(add(a, div(square(a), add(sqrt(add(square(a), 1)), 1)))));
const arcsine = (a: Tensor): Tensor => mul(ops.atan(div(a, add(sqrt(sub(1, square(a))), 1))), 2);
const arccosine = (a: Tensor): Tensor => mul(ops.atan(sqrt(div(sub(1, a), add(a, 1)))), 2);
const acosh = (a: Tensor): Tensor => {
  const t = sub(a, 1);
  return ops.log1p(add(t, sqrt(mul(t, add(t, 2)))));
};

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** The nearest whole number, of two as near the even one. */
export const roundEven = (a: number): number =>
  Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a);

/** The error function to double precision: its series, or the continued fraction of 1 - erf. */
export function erf(a: number): number {
  const x = Math.abs(a);
  if (Number.isNaN(a) || x > 6) return x > 6 ? Math.sign(a) : a;
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let k = 1; k < 80; k++) {
      term *= (-x * x) / k;
      sum += term / (2 * k + 1);
    }
    return (Math.sign(a) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.sign(a) * (1 - Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI)));
}

const clamp = (a: number, low: number, high: number): number => Math.min(Math.max(a, low), high);

/** Values from a test, as truth. */
const test =
  (onHost: (a: number) => boolean, onDevice: (a: Tensor) => Tensor): Compute =>
  (call) =>
    pointwise("bool", [call.input(0)], (a) => Number(onHost(a)), onDevice);

/** Element by element, of one tensor. */
export const FUNCTIONS: Family = {
  Abs: (call) => pointwise(call.input(0).type, [call.input(0)], Math.abs, ops.abs),
  Neg: (call) => pointwise(call.input(0).type, [call.input(0)], (a) => -a, neg),
  Sign: (call) => pointwise(call.input(0).type, [call.input(0)], Math.sign, ops.sign),
  Floor: unary(Math.floor, ops.floor),
  Ceil: unary(Math.ceil, ops.ceil),
  Round: unary(roundEven, ops.round),
  Sqrt: unary(Math.sqrt, sqrt),
  Exp: unary(Math.exp, exp),
  Log: unary(Math.log, ops.log),
  Reciprocal: unary((a) => 1 / a, ops.reciprocal),
  Sin: unary(Math.sin, ops.sin),
  Cos: unary(Math.cos, ops.cos),
  Tan: unary(Math.tan, (a) => div(ops.sin(a), ops.cos(a))),
  Asin: unary(Math.asin, arcsine),
  Acos: unary(Math.acos, arccosine),
  Atan: unary(Math.atan, ops.atan),
  Sinh: unary(Math.sinh, (a) => halves(sub(ops.expm1(a), ops.expm1(neg(a))))),
  Cosh: unary(Math.cosh, (a) => halves(add(exp(a), exp(neg(a))))),
  Tanh: unary(Math.tanh, ops.tanh),
  Asinh: unary(Math.asinh, asinh),
  Acosh: unary(Math.acosh, acosh),
  Atanh: unary(Math.atanh, (a) => halves(sub(ops.log1p(a), ops.log1p(neg(a))))),
  Erf: unary(erf, ops.erf),
  Sigmoid: unary(sigmoid, ops.sigmoid),
  Relu: (call) => {
    const x = call.input(0);
    const positive = (a: Tensor) => (a.dtype === "f32" ? ops.relu(a) : maximum(a, 0));
    return pointwise(x.type, [x], (a) => Math.max(a, 0), positive);
  },
  Softplus: unary(softplus, ops.softplus),
  Softsign: unary(
    (a) => a / (1 + Math.abs(a)),
    (a) => div(a, add(ops.abs(a), 1)),
  ),
  HardSwish: unary(
    (a) => a * clamp(a / 6 + 0.5, 0, 1),
    (a) => mul(a, ops.clamp(add(mul(a, 1 / 6), 0.5), 0, 1)),
  ),
  Mish: unary(
    (a) => a * Math.tanh(softplus(a)),
    (a) => mul(a, ops.tanh(ops.softplus(a))),
  ),
  Elu: shaped((call) => {
    const alpha = call.float("alpha", 1);
    return { host: (a) => (a > 0 ? a : alpha * Math.expm1(a)), device: (a) => ops.elu(a, alpha) };
  }),
  Celu: shaped((call) => {
    const alpha = call.float("alpha", 1);
    return {
      host: (a) => (a > 0 ? a : alpha * Math.expm1(a / alpha)),
      device: (a) => mul(ops.elu(div(a, alpha), 1), alpha),
    };
  }),
  Selu: shaped((call) => {
    const alpha = call.float("alpha", call.version < 6 ? 1.6732 : 1.6732632423543772);
    const gamma = call.float("gamma", call.version < 6 ? 1.0507 : 1.0507009873554805);
    return {
      host: (a) => gamma * (a > 0 ? a : alpha * Math.expm1(a)),
      device: (a) => mul(ops.elu(a, alpha), gamma),
    };
  }),
  LeakyRelu: shaped((call) => {
    const alpha = call.float("alpha", 0.01);
    return { host: (a) => (a < 0 ? alpha * a : a), device: (a) => ops.leakyRelu(a, alpha) };
  }),
  ThresholdedRelu: shaped((call) => {
    const alpha = call.float("alpha", 1);
    return { host: (a) => (a > alpha ? a : 0), device: (a) => where(gt(a, alpha), a, 0) };
  }),
  HardSigmoid: shaped((call) => {
    const [alpha, beta] = [call.float("alpha", 0.2), call.float("beta", 0.5)];
    return {
      host: (a) => clamp(alpha * a + beta, 0, 1),
      device: (a) => ops.clamp(add(mul(a, alpha), beta), 0, 1),
    };
  }),
  Swish: shaped((call) => {
    const alpha = call.float("alpha", 1);
    return { host: (a) => a * sigmoid(alpha * a), device: (a) => mul(a, ops.sigmoid(mul(a, alpha))) };
  }),
  Gelu: shaped((call) => {
    const approximate = call.string("approximate", "none", ["none", "tanh"]);
    const inner = (a: number) => Math.sqrt(2 / Math.PI) * (a + 0.044715 * a ** 3);
    return {
      host: (a) => 0.5 * a * (1 + (approximate === "tanh" ? Math.tanh(inner(a)) : erf(a * Math.SQRT1_2))),
      device: (a) => ops.gelu(a, { approximate }),
    };
  }),
  Shrink: shaped((call) => {
    const [bias, lambd] = [call.float("bias", 0), call.float("lambd", 0.5)];
    return {
      host: (a) => (a < -lambd ? a + bias : a > lambd ? a - bias : 0),
      device: (a) => where(lt(a, -lambd), add(a, bias), where(gt(a, lambd), sub(a, bias), 0)),
    };
  }),
  Not: test(
    (a) => a === 0,
    (a) => sub(1, a),
  ),
  IsNaN: test(Number.isNaN, ops.isnan),
  IsInf: (call) => {
    const [up, down] = [call.int("detect_positive", 1), call.int("detect_negative", 1)];
    const isOne = (a: number) => Math.abs(a) === Number.POSITIVE_INFINITY && (a > 0 ? up !== 0 : down !== 0);
    const side = (a: Tensor) => (up && down ? 1 : up ? gt(a, 0) : down ? lt(a, 0) : 0);
    return test(isOne, (a) => mul(mul(sub(1, ops.finite(a)), sub(1, ops.isnan(a))), side(a)))(call);
  },
  Clip: {
    reads: (call) => call.inputs.flatMap((v, k) => (k > 0 && v?.host ? [k] : [])),
    compute: (call) => {
      const x = call.input(0);
      const limit = (k: number, name: string, none: number) =>
        call.version < 11 ? call.float(name, none) : call.inputs[k] ? undefined : none;
      const known = (k: number) => (call.inputs[k]?.isConstant ? call.inputs[k]?.host?.[0] : undefined);
      const low = limit(1, "min", Number.NEGATIVE_INFINITY) ?? known(1);
      const high = limit(2, "max", Number.POSITIVE_INFINITY) ?? known(2);
      if (low !== undefined && high !== undefined) {
        const isFloat = isFloating(x.type);
        const within = (a: Tensor) =>
          isFloat ? ops.clamp(a, low, high) : floats((f) => ops.clamp(f, low, high))(a).cast("i32");
        return pointwise(x.type, [x], (a) => Math.min(Math.max(a, low), high), within);
      }
      let y = x;
      for (const [k, host, device] of [
        [1, Math.max, maximum],
        [2, Math.min, minimum],
      ] as const)
        if (call.inputs[k]) y = pointwise(x.type, [y, call.input(k)], host, device);
      return y;
    },
  },
};
