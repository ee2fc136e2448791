/** Arithmetic and comparisons of two or more tensors, element by element. */
import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Compute, Family } from "../call.ts";
import { reshape } from "../movement.ts";
import { deviceType, floats, pointwise } from "../pointwise.ts";
import { type ElementType, isFloating } from "../types.ts";
import type { Value } from "../value.ts";

const { add, div, eq, ge, gt, le, lt, maximum, minimum, mul, sub, where } = ops;

/** Both operands; before version 7 the second may be said to lie along the first one's axes from `axis` on. */
export function operands(call: Call): [Value, Value] {
  const [a, b] = [call.input(0), call.input(1)];
  if (call.version >= 7 || call.int("broadcast", 0) === 0 || !call.has("axis")) return [a, b];
  const behind = a.rank - call.axis(call.int("axis", 0), a.rank) - b.rank;
  return [a, behind > 0 ? reshape(b, [...b.shape, ...Array.from({ length: behind }, () => 1)]) : b];
}

const arithmetic =
  (
    onHost: (a: number, b: number, type: ElementType) => number,
    onDevice: (a: Tensor, b: Tensor) => Tensor,
  ): Compute =>
  (call) => {
    const [a, b] = operands(call);
    return pointwise(
      a.type,
      [a, b],
      (x, y) => onHost(x as number, y as number, a.type),
      onDevice as (...t: Tensor[]) => Tensor,
    );
  };

const comparison =
  (onHost: (a: number, b: number) => boolean, onDevice: (a: Tensor, b: Tensor) => Tensor): Compute =>
  (call) =>
    pointwise(
      "bool",
      operands(call),
      (a, b) => Number(onHost(a as number, b as number)),
      onDevice as (...t: Tensor[]) => Tensor,
    );

/** Any number of tensors, two by two. */
const folded =
  (onHost: (a: number, b: number) => number, onDevice: (a: Tensor, b: Tensor) => Tensor) =>
  (call: Call): Value =>
    call.inputs
      .map((_, k) => call.input(k))
      .reduce((a, b) =>
        pointwise(
          a.type,
          [a, b],
          onHost as (...n: number[]) => number,
          onDevice as (...t: Tensor[]) => Tensor,
        ),
      );

const total = folded((a, b) => a + b, add);

const larger = (a: number, b: number): number => (Number.isNaN(a) ? a : Number.isNaN(b) ? b : Math.max(a, b));
const smaller = (a: number, b: number): number =>
  Number.isNaN(a) ? a : Number.isNaN(b) ? b : Math.min(a, b);

/** Remainder with the sign of the dividend (C's fmod), or of the divisor (Python's %). */
const remainder = (a: Tensor, b: Tensor, ofDividend: boolean): Tensor => {
  const quotient = div(a, b);
  return sub(a, mul(ofDividend ? ops.trunc(quotient) : ops.floor(quotient), b));
};

/** Truth on a device is f32 0 or 1. */
const TRUTH = {
  both: (a: Tensor, b: Tensor) => mul(a, b),
  any: (a: Tensor, b: Tensor) => maximum(a, b),
  one: (a: Tensor, b: Tensor) => ops.ne(a, b),
};

/** Whole numbers, bit by bit, in host memory alone. */
const bitwise =
  (of: (a: bigint, b: bigint) => bigint): Compute =>
  (call) => {
    const { type } = call.input(0);
    const inputs = call.inputs.map((_, k) => call.input(k));
    const onHost = (a: number, b = 0) => Number(of(BigInt(a), BigInt(b)));
    return pointwise(type, inputs, onHost as (...n: number[]) => number, () =>
      call.refuse("whole numbers that a device has computed cannot be combined bit by bit"),
    );
  };

export const ARITHMETIC: Family = {
  Add: arithmetic((a, b) => a + b, add),
  Sub: arithmetic((a, b) => a - b, sub),
  Mul: arithmetic((a, b) => a * b, mul),
  Div: arithmetic((a, b, type) => (isFloating(type) ? a / b : b === 0 ? 0 : Math.trunc(a / b)), div),
  Mod: (call) => {
    const ofDividend = call.int("fmod", 0) === 1;
    return arithmetic(
      (a, b) => (ofDividend ? a % b : a - Math.floor(a / b) * b),
      (a, b) => floats((x, y) => remainder(x as Tensor, y as Tensor, ofDividend))(a, b).cast(a.dtype),
    )(call);
  },
  Pow: (call) => {
    const [a, b] = operands(call);
    const isSquare = b.isConstant && b.size === 1 && b.host?.[0] === 2;
    const power = floats((x, y) => (isSquare ? ops.square(x as Tensor) : ops.pow(x as Tensor, y as Tensor)));
    return pointwise(
      a.type,
      [a, b],
      (x, y) => (x as number) ** (y as number),
      (x, y) => {
        const result = power(x as Tensor, y as Tensor);
        return deviceType(a.type) === "i32" ? ops.round(result).cast("i32") : result;
      },
    );
  },
  Max: folded(larger, maximum),
  Min: folded(smaller, minimum),
  Sum: total,
  Mean: (call) => {
    const sum = total(call);
    const n = call.inputs.length;
    return pointwise(
      sum.type,
      [sum],
      (a) => (a as number) / n,
      (a) => mul(a as Tensor, 1 / n),
    );
  },
  PRelu: (call) => {
    const [x, slope] = operands(call);
    // Before version 7 a vector of slopes is one a channel.
    const along =
      call.version < 7 && slope.rank === 1 && slope.size > 1 && x.rank > 2
        ? reshape(slope, [slope.size, ...Array.from({ length: x.rank - 2 }, () => 1)])
        : slope;
    return pointwise(
      x.type,
      [x, along],
      (a, s) => ((a as number) < 0 ? (a as number) * (s as number) : (a as number)),
      (a, s) =>
        a?.dtype === "f32"
          ? ops.prelu(a, s as Tensor)
          : where(lt(a as Tensor, 0), mul(a as Tensor, s as Tensor), a as Tensor),
    );
  },
  Equal: comparison((a, b) => a === b, eq),
  Greater: comparison((a, b) => a > b, gt),
  GreaterOrEqual: comparison((a, b) => a >= b, ge),
  Less: comparison((a, b) => a < b, lt),
  LessOrEqual: comparison((a, b) => a <= b, le),
  And: comparison((a, b) => a !== 0 && b !== 0, TRUTH.both),
  Or: comparison((a, b) => a !== 0 || b !== 0, TRUTH.any),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0), TRUTH.one),
  Where: (call) => {
    const [condition, a, b] = [call.input(0), call.input(1), call.input(2)];
    return pointwise(
      a.type,
      [condition, a, b],
      (c, x, y) => (c !== 0 ? (x as number) : (y as number)),
      (c, x, y) => where(c as Tensor, x as Tensor, y as Tensor),
    );
  },
  BitwiseAnd: bitwise((a, b) => a & b),
  BitwiseOr: bitwise((a, b) => a | b),
  BitwiseXor: bitwise((a, b) => a ^ b),
  BitwiseNot: bitwise((a) => ~a),
  BitShift: (call) => {
    const isLeft = call.string("direction", "LEFT", ["LEFT", "RIGHT"]) === "LEFT";
    return bitwise((a, b) => (isLeft ? a << b : a >> b))(call);
  },
};
