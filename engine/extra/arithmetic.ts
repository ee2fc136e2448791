/** Division with a rest, and angles. */
import { abs, add, atan, div, eq, floor, ge, gt, lt, mul, sign, sub, where } from "../ops/pointwise.ts";
import type { Operand } from "../ops/pointwise-op.ts";
import type { Tensor } from "../tensor.ts";

/** ⌊a / b⌋ and what is left of a, which has b's sign; mended where the quotient, rounded, is one too large or small. */
function divided(a: Operand, b: Operand): readonly [quotient: Tensor, rest: Tensor] {
  const first = floor(div(a, b));
  const rest = sub(a, mul(first, b));
  const along = mul(rest, sign(b));
  const off = sub(ge(along, abs(b)), lt(along, 0));
  return [add(first, off), sub(rest, mul(off, b))];
}

/** ⌊a / b⌋ of floats (PyTorch's `floor_divide`); its derivative is 0. */
export const floorDivide = (a: Operand, b: Operand): Tensor => divided(a, b)[0];

/** a - ⌊a / b⌋ b of floats, which has b's sign (PyTorch's `remainder`); exact up to quotients of 2^23. */
export const mod = (a: Operand, b: Operand): Tensor => divided(a, b)[1];

/** The angle of the point (x, y) from the x axis, in (-π, π]; 0 at the origin. */
export function atan2(y: Operand, x: Operand): Tensor {
  const steep = gt(abs(y), abs(x));
  const isOrigin = mul(eq(x, 0), eq(y, 0));
  // The quotient is at most 1, and no division by 0 meets a derivative.
  const over = where(isOrigin, 1, where(steep, y, x));
  const angle = atan(div(where(steep, x, y), over));
  const up = where(lt(y, 0), -1, 1);
  const flat = add(angle, mul(lt(x, 0), mul(up, Math.PI)));
  return where(isOrigin, 0, where(steep, sub(mul(up, Math.PI / 2), angle), flat));
}
