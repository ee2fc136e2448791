/** Operators that make tensors from sizes and numbers, or change their type. */
import { rand, randn, Rng } from "../../ops/random.ts";
import { cast } from "../../ops/cast.ts";
import * as ops from "../../ops/index.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, type Compute, type Family, reading } from "../call.ts";
import { expectRoom, filled, like, made } from "../movement.ts";
import { deviceType, pointwise } from "../pointwise.ts";
import { coordinatesOf } from "../strides.ts";
import { type ElementType, storedAs, typeOf } from "../types.ts";
import { Value } from "../value.ts";

function constant(call: Call): Value {
  const tensor = call.of("value", "tensor")?.value;
  if (tensor) return Value.known(tensor.type, tensor.shape, tensor.numbers);
  const float = call.of("value_float", "float")?.value;
  if (float !== undefined) return Value.known("float32", [], Float32Array.of(float));
  const int = call.of("value_int", "int")?.value;
  if (int !== undefined) return Value.wholes([int], []);
  const [floats, ints] = [call.of("value_floats", "floats")?.value, call.of("value_ints", "ints")?.value];
  if (floats) return Value.known("float32", [floats.length], Float32Array.from(floats));
  if (ints) return Value.wholes(ints);
  return call.refuse("has no value that can be computed with");
}

/** The same numbers as elements of another type. */
export function converted(x: Value, type: ElementType): Value {
  if (x.type === type) return x;
  const wanted = deviceType(type);
  const onDevice = (a: Tensor): Tensor => {
    if (type === "bool") return ops.ne(a, 0);
    // Small whole numbers wrap, which nothing on a device does by itself.
    return cast(a, wanted);
  };
  const numbers = () => storedAs(type, x.host as NonNullable<typeof x.host>);
  if (x.prefersLast) return like(x, onDevice(x.channelsLast), type);
  return made(type, x.shape, [x], numbers, () => onDevice(x.tensor));
}

function range(call: Call): Value {
  const { type } = call.input(0);
  const [start, limit, delta] = [call.scalar(0, 0), call.scalar(1, 0), call.scalar(2, 1)];
  const length = Math.max(Math.ceil((limit - start) / delta), 0);
  if (!Number.isFinite(length)) call.refuse(`there is no end of ${start} to ${limit} by ${delta}`);
  expectRoom([length]);
  return Value.known(
    type,
    [length],
    storedAs(
      type,
      Float64Array.from({ length }, (_, k) => start + k * delta),
    ),
  );
}

const dtypeOf = (call: Call, otherwise: ElementType): ElementType =>
  call.has("dtype") ? typeOf(call.int("dtype", 1), "onnx") : otherwise;

function eye(call: Call): Value {
  const { shape, type } = call.input(0);
  const [rows = 0, columns = 0] = shape;
  const shift = call.int("k", 0);
  const numbers = Float64Array.from({ length: rows * columns }, (_, k) =>
    Number((k % columns) - Math.floor(k / columns) === shift),
  );
  const made = dtypeOf(call, type);
  return Value.known(made, shape, storedAs(made, numbers));
}

/** The triangle of each matrix on one side of a diagonal, zeros elsewhere. */
function triangle(call: Call): Value {
  const x = call.input(0);
  call.expectRank(x, 2);
  const shift = call.scalar(1, 0);
  const isUpper = call.int("upper", 1) === 1;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const mask = Value.known(
    "bool",
    [rows, columns],
    Float64Array.from(coordinatesOf([rows, columns]), ([row = 0, column = 0]) =>
      Number(isUpper ? column - row >= shift : column - row <= shift),
    ),
  );
  return pointwise(
    x.type,
    [mask, x],
    (m, a) => (m ? a : 0),
    (m, a) => ops.where(m, a, 0),
  );
}

/** A seed of its own where the file gives one, else numbers of the session. */
const rngOf = (call: Call): Rng =>
  call.has("seed") ? new Rng(Math.abs(Math.trunc(call.float("seed", 0)))) : new Rng();

const random =
  (shapeOf: (call: Call) => Shape, draw: (call: Call, shape: Shape) => Tensor): Compute =>
  (call) =>
    Value.computed(dtypeOf(call, "float32"), draw(call, shapeOf(call)));

const uniform = (call: Call, shape: Shape): Tensor =>
  rand(shape, rngOf(call), call.float("low", 0), call.float("high", 1));
const normal = (call: Call, shape: Shape): Tensor =>
  randn(shape, rngOf(call), call.float("mean", 0), call.float("scale", 1));
const given = (call: Call): Shape => call.list("shape") ?? [];
const asInput = (call: Call): Shape => call.input(0).shape;

/** Classes, one where the index says so; outside of the classes there is none. */
function oneHot(call: Call): Value {
  const indices = call.input(0);
  const depth = call.scalar(1, 0);
  const [off, on] = [0, 1].map((k) => call.numbers(2)[k] as number) as [number, number];
  const { type } = call.input(2);
  const axis = call.axis(call.int("axis", -1), indices.rank + 1);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  expectRoom(shape);
  const inner = indices.shape.slice(axis).reduce((a, b) => a * b, 1);
  const numbers = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(off);
  call.numbers(0).forEach((index, k) => {
    const at = Math.trunc(index < 0 ? index + depth : index);
    if (at >= 0 && at < depth) numbers[(Math.floor(k / inner) * depth + at) * inner + (k % inner)] = on;
  });
  return Value.known(type, shape, storedAs(type, numbers));
}

export const CONSTANTS: Family = {
  Constant: constant,
  ConstantOfShape: reading([0], (call) => {
    const value = call.of("value", "tensor")?.value;
    return filled(value?.type ?? "float32", call.wholes(0) ?? [], value?.numbers[0] ?? 0);
  }),
  Cast: (call) => converted(call.input(0), typeOf(call.int("to", 1), "onnx: Cast")),
  CastLike: (call) => converted(call.input(0), call.input(1).type),
  Range: reading([0, 1, 2], range),
  EyeLike: eye,
  Trilu: reading([1], triangle),
  OneHot: reading([0, 1, 2], oneHot),
  RandomUniform: random(given, uniform),
  RandomUniformLike: random(asInput, uniform),
  RandomNormal: random(given, normal),
  RandomNormalLike: random(asInput, normal),
  Bernoulli: (call) => {
    const p = call.input(0);
    return Value.computed(
      dtypeOf(call, p.type),
      cast(ops.lt(rand(p.shape, rngOf(call)), p.tensor), deviceType(dtypeOf(call, p.type))),
    );
  },
};
