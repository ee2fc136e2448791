/** Scalar functions known only by their values: derivatives by central differences of fourth order, in float64. */

import { binary, primal, type Scalar, unary } from "./tape.ts";

type F = (...x: number[]) => number;

/** Steps that balance the truncation error (h⁴) with rounding (ε/h and ε/h²). */
const FIRST = 1e-3;
const SECOND = 5e-3;

/** f'(x) from f at x ± h and x ± 2h. */
function slope(f: (x: number) => number, x: number): number {
  const h = FIRST * Math.max(1, Math.abs(x));
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

/** f''(x) from the same points. */
function curvature(f: (x: number) => number, x: number): number {
  const h = SECOND * Math.max(1, Math.abs(x));
  return (16 * (f(x + h) + f(x - h)) - (f(x + 2 * h) + f(x - 2 * h)) - 30 * f(x)) / (12 * h * h);
}

/** f of one or two scalars, as a differentiable function of the tape. f must be smooth around every point it is used at. */
export function numeric(f: F): (...xs: Scalar[]) => Scalar {
  return (a, b) => {
    const x = primal(a as Scalar);
    if (b === undefined) return unary(a as Scalar, f(x), slope(f, x), () => curvature(f, x));
    const y = primal(b);
    const byX = (y: number) => slope((x) => f(x, y), x);
    return binary(a as Scalar, b, f(x, y), [byX(y), slope((y) => f(x, y), y)], () => [
      curvature((x) => f(x, y), x),
      slope(byX, y),
      curvature((y) => f(x, y), y),
    ]);
  };
}
