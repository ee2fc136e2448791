/** Functions of scalars: value, first and second derivative. Where a derivative jumps, the side is PyTorch's. */

import { add, constant, div, mul, primal, type Scalar, sub, unary } from "./tape.ts";

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/**
 * The error function to double precision: erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·5···(2n+1)),
 * a sum of terms of one sign (Abramowitz & Stegun 7.1.6).
 */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** 1 - erf x, beyond 2 by its continued fraction (Abramowitz & Stegun 7.1.14), since the difference cancels there. */
function complementaryError(x: number): number {
  if (x < 2) return 1 - errorFunction(x);
  let tail = x;
  for (let n = 100; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

function sigmoidOf(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** A function given by its value and two derivatives. */
function elementary(
  f: (x: number) => number,
  first: (x: number) => number,
  second: (x: number) => number,
): (x: Scalar) => Scalar {
  return (x) => {
    const v = primal(x);
    return unary(x, f(v), first(v), () => second(v));
  };
}

const none = (): number => 0;

export const neg = elementary(
  (x) => -x,
  () => -1,
  none,
);
export const exp = elementary(Math.exp, Math.exp, Math.exp);
export const log = elementary(
  Math.log,
  (x) => 1 / x,
  (x) => -1 / (x * x),
);
export const sqrt = elementary(
  Math.sqrt,
  (x) => 0.5 / Math.sqrt(x),
  (x) => -0.25 / (x * Math.sqrt(x)),
);
export const rsqrt = elementary(
  (x) => 1 / Math.sqrt(x),
  (x) => -0.5 / (x * Math.sqrt(x)),
  (x) => 0.75 / (x * x * Math.sqrt(x)),
);
export const reciprocal = elementary(
  (x) => 1 / x,
  (x) => -1 / (x * x),
  (x) => 2 / (x * x * x),
);
export const abs = elementary(Math.abs, Math.sign, none);
export const square = elementary(
  (x) => x * x,
  (x) => 2 * x,
  () => 2,
);
export const sin = elementary(Math.sin, Math.cos, (x) => -Math.sin(x));
export const cos = elementary(
  Math.cos,
  (x) => -Math.sin(x),
  (x) => -Math.cos(x),
);
/** 1 - tanh², computed so that it does not cancel at large arguments. */
const sech2 = (x: number): number => 1 / Math.cosh(x) ** 2;
export const tanh = elementary(Math.tanh, sech2, (x) => -2 * Math.tanh(x) * sech2(x));
const sigmoidSlope = (x: number): number => sigmoidOf(x) * sigmoidOf(-x);
export const sigmoid = elementary(
  sigmoidOf,
  sigmoidSlope,
  (x) => sigmoidSlope(x) * (sigmoidOf(-x) - sigmoidOf(x)),
);
export const softplus = elementary(
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoidOf,
  sigmoidSlope,
);
const gaussian = (x: number): number => TWO_OVER_SQRT_PI * Math.exp(-x * x);
export const erf = elementary(errorFunction, gaussian, (x) => -2 * x * gaussian(x));
export const erfc = elementary(
  complementaryError,
  (x) => -gaussian(x),
  (x) => 2 * x * gaussian(x),
);
export const relu = elementary(
  (x) => Math.max(x, 0),
  (x) => (x > 0 ? 1 : 0),
  none,
);

/** x^p for a constant exponent, defined for negative x where p is whole. */
export function power(x: Scalar, p: number): Scalar {
  const v = primal(x);
  const bend = p === 0 || p === 1 ? 0 : p * (p - 1);
  return unary(x, v ** p, p === 0 ? 0 : p * v ** (p - 1), () => bend && bend * v ** (p - 2));
}

/** slope·x at and below 0. */
export function leakyRelu(x: Scalar, slope: number): Scalar {
  const v = primal(x);
  const factor = v > 0 ? 1 : slope;
  return unary(x, factor * v, factor, none);
}

/** α·(eˣ - 1) at and below 0. */
export function elu(x: Scalar, alpha: number): Scalar {
  const v = primal(x);
  if (v > 0) return x;
  return unary(x, alpha * Math.expm1(v), alpha * Math.exp(v), () => alpha * Math.exp(v));
}

/** x limited to [low, high]; the derivative is 1 on both limits. */
export function clamp(x: Scalar, low: number, high: number): Scalar {
  const v = primal(x);
  return v < low ? constant(low) : v > high ? constant(high) : x;
}

/** x·Φ(x), Φ by the error function or by the tanh approximation of Hendrycks & Gimpel 2016. */
export function gelu(x: Scalar, approximate: "none" | "tanh"): Scalar {
  const half = constant(0.5);
  const inner =
    approximate === "none"
      ? erf(mul(x, constant(Math.SQRT1_2)))
      : tanh(mul(constant(Math.sqrt(2 / Math.PI)), add(x, mul(constant(0.044715), power(x, 3)))));
  return mul(mul(half, x), add(constant(1), inner));
}

/** Sum, started from the first term. */
export function total(xs: readonly Scalar[]): Scalar {
  return xs.length === 0 ? constant(0) : xs.reduce(add);
}

/** Arithmetic mean. */
export function average(xs: readonly Scalar[]): Scalar {
  return div(total(xs), constant(xs.length));
}

/** The largest scalar; where several are equal the derivative is shared evenly among them. */
export function largest(xs: readonly Scalar[]): Scalar {
  const top = Math.max(...xs.map(primal));
  const ties = xs.filter((x) => primal(x) === top);
  return ties.length === 1 ? (ties[0] as Scalar) : average(ties);
}

/** The smallest scalar, ties as in `largest`. */
export function smallest(xs: readonly Scalar[]): Scalar {
  return neg(largest(xs.map(neg)));
}

/** The first of the largest scalars, which alone receives the derivative (pooling). */
export function firstLargest(xs: readonly Scalar[]): Scalar {
  return xs.reduce((best, x) => (primal(x) > primal(best) ? x : best));
}

/** √Σx²; where all are 0 the derivative is 0, as in PyTorch. */
export function norm(xs: readonly Scalar[]): Scalar {
  const squares = total(xs.map(square));
  return primal(squares) === 0 ? constant(0) : sqrt(squares);
}

/** log Σ eˣ, the largest argument taken out. */
export function logSumExp(xs: readonly Scalar[]): Scalar {
  const top = constant(Math.max(...xs.map(primal)));
  return add(top, log(total(xs.map((x) => exp(sub(x, top))))));
}
