/** Numbers of few bits: whole ones stand for floats by a scale and a zero. Rounded results have no gradient. */
import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Family } from "../call.ts";
import { typeOf, type ElementType } from "../types.ts";
import { Value } from "../value.ts";
import { asFloats } from "../movement.ts";
import { convolve } from "./convolution.ts";
import { windowsOf } from "../windows.ts";

const { add, clamp, div, mul, round, sub } = ops;

const LIMITS: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/** A scale or zero along one axis of x, or in blocks of it, or one for all. */
function along(call: Call, x: Value, k: number): Tensor | undefined {
  const value = call.inputs[k];
  if (!value) return undefined;
  const t = asFloats(value);
  const block = call.int("block_size", 0);
  if (block > 0) {
    const axis = call.axis(call.int("axis", 1), x.rank);
    const apart = ops.unsqueeze(t, axis + 1);
    const wide = ops.expand(
      apart,
      apart.shape.map((n, a) => (a === axis + 1 ? block : n)),
    );
    const joined = ops.reshape(
      wide,
      t.shape.map((n, a) => (a === axis ? n * block : n)),
    );
    return ops.slice(joined, [], [...x.shape]);
  }
  if (t.size === 1) return ops.reshape(t, []);
  const axis = call.axis(call.int("axis", 1), x.rank);
  return ops.reshape(
    t,
    x.shape.map((n, a) => (a === axis ? n : 1)),
  );
}

function quantised(call: Call, y: Tensor, zero: Tensor | undefined, type: ElementType): Value {
  const [low, high] = LIMITS[type] ?? call.refuse(`elements of type ${type} cannot be computed with`);
  const shifted = zero ? add(round(y), zero) : round(y);
  return Value.computed(type, clamp(shifted, low, high).cast("i32"));
}

function quantize(call: Call): Value {
  const x = call.input(0);
  const given =
    call.inputs[2]?.type ??
    (call.has("output_dtype") ? typeOf(call.int("output_dtype", 2), "onnx") : "uint8");
  return quantised(call, div(asFloats(x), along(call, x, 1) as Tensor), along(call, x, 2), given);
}

function dequantize(call: Call): Value {
  const x = call.input(0);
  const zero = along(call, x, 2);
  const numbers = asFloats(x);
  return Value.computed(
    call.input(1).type,
    mul(zero ? sub(numbers, zero) : numbers, along(call, x, 1) as Tensor),
  );
}

/** The scale and zero that the numbers themselves ask for. */
function dynamic(call: Call): Value[] {
  const x = call.input(0).tensor;
  const [low, high] = [ops.minimum(ops.min(x), 0), ops.maximum(ops.max(x), 0)];
  const scale = div(sub(high, low), 255);
  const zero = round(clamp(div(ops.neg(low), scale), 0, 255));
  return [
    quantised(call, div(x, scale), zero, "uint8"),
    Value.computed("float32", scale),
    Value.computed("uint8", zero.cast("i32")),
  ];
}

/** A value less its zero, both of them inputs. */
function centred(call: Call, value: number, zero: number, isRows = false): Tensor {
  const x = asFloats(call.input(value));
  const given = call.inputs[zero];
  if (!given) return x;
  const t = asFloats(given);
  // One zero for each row of the first factor, and for each column of the second.
  return sub(x, isRows && t.rank === 1 && t.size > 1 ? ops.unsqueeze(t, 1) : t);
}

/** Sums of products of small whole numbers, exact up to 2^24. */
function convolutionOf(call: Call, x: Tensor, w: Tensor): Tensor {
  const axes = windowsOf(call, x.shape.slice(2), w.shape.slice(2));
  const rank = x.rank;
  const last = [0, ...axes.map((_, k) => k + 2), 1];
  const y = convolve(
    ops.permute(x, last),
    ops.permute(w, [...axes.map((_, k) => k + 2), 1, 0]),
    axes,
    call.int("group", 1),
  );
  return ops.permute(y, [0, rank - 1, ...axes.map((_, k) => k + 1)]);
}

const whole = (y: Tensor): Value => Value.computed("int32", round(y).cast("i32"));

/** A weight less its zero, of which there may be one for each output channel. */
function centredKernel(call: Call, value: number, zero: number): Tensor {
  const w = asFloats(call.input(value));
  const given = call.inputs[zero];
  if (!given) return w;
  const t = asFloats(given);
  return sub(
    w,
    t.size === 1
      ? ops.reshape(t, [])
      : ops.reshape(
          t,
          w.shape.map((n, k) => (k === 0 ? n : 1)),
        ),
  );
}

function quantisedConvolution(call: Call): Value {
  const perChannel = (t: Tensor, rank: number) =>
    t.size === 1
      ? ops.reshape(t, [])
      : ops.reshape(t, [1, t.size, ...Array.from({ length: rank - 2 }, () => 1)]);
  const { rank } = call.input(0);
  const sums = convolutionOf(call, centred(call, 0, 2), centredKernel(call, 3, 5));
  const biased = call.inputs[8] ? add(sums, perChannel(asFloats(call.input(8)), rank)) : sums;
  const scale = div(mul(call.input(1).tensor, perChannel(call.input(4).tensor, rank)), call.input(6).tensor);
  return quantised(call, mul(biased, scale), asFloats(call.input(7)), call.input(7).type);
}

function quantisedProduct(call: Call): Value {
  const product = ops.matmul(centred(call, 0, 2, true), centred(call, 3, 5));
  const scale = div(mul(call.input(1).tensor, call.input(4).tensor), call.input(6).tensor);
  return quantised(call, mul(product, scale), asFloats(call.input(7)), call.input(7).type);
}

export const QUANTISED: Family = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamic,
  ConvInteger: (call) => whole(convolutionOf(call, centred(call, 0, 2), centredKernel(call, 1, 3))),
  MatMulInteger: (call) => whole(ops.matmul(centred(call, 0, 2, true), centred(call, 1, 3))),
  QLinearConv: quantisedConvolution,
  QLinearMatMul: quantisedProduct,
};
