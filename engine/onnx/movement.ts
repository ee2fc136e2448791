/** Moving elements, once for numbers in host memory and for tensors of the engine: what most operators on shapes are made of. */
import { InputError } from "../errors.ts";
import { constant, expand as expandTensor, reshape as reshapeTensor } from "../ops/broadcast.ts";
import { indexSelect } from "../ops/indexing.ts";
import { concat as concatTensors, flip, permute as permuteTensor } from "../ops/movement.ts";
import { where } from "../ops/pointwise.ts";
import { padZeros, slice as sliceTensor } from "../ops/slice.ts";
import { type Shape, showShape, sizeOf, stridesOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { broadcastStrides, placesOf, taken } from "./strides.ts";
import { type ElementType, isFloating, type Numbers, numbersOf } from "./types.ts";
import { fromLast, toLast, Value } from "./value.ts";

/** Of weights, only as many numbers are computed in host memory too: sizes and factors, not kernels. */
const FEW = 1024;

/** A file cannot make the host run out of memory by one operator. */
const MOST_NUMBERS = 2 ** 27;

/** Checks that numbers of this shape can be made in host memory. */
export function expectRoom(shape: Shape): void {
  if (sizeOf(shape) > MOST_NUMBERS)
    throw new InputError(
      `onnx: a constant of shape ${showShape(shape)} is larger than the ${MOST_NUMBERS} numbers allowed`,
    );
}

/**
 * A value made of others: in host memory where it is constant, else by the engine, and both where few numbers of weights are
 * all it depends on.
 */
export function made(
  type: ElementType,
  shape: Shape,
  inputs: readonly Value[],
  onHost: () => Numbers,
  onDevice: () => Tensor,
): Value {
  if (inputs.every((input) => input.isConstant)) {
    expectRoom(shape);
    return Value.known(type, shape, onHost());
  }
  const size = sizeOf(shape);
  if (size === 0) return Value.known(type, shape, numbersOf(type, 0));
  const isKnown = size <= FEW && inputs.every((input) => input.host);
  return Value.computed(type, onDevice(), isKnown ? onHost() : undefined);
}

const hostOf = (value: Value): Numbers => value.host as Numbers;

/** The elements at these places of the flat array, in this shape; 0 at place -1. Any movement can be said so. */
export function take(x: Value, places: Int32Array<ArrayBuffer>, shape: Shape): Value {
  return made(
    x.type,
    shape,
    [x],
    () => taken(hostOf(x), places),
    () => {
      const hasGaps = places.includes(-1);
      const inside = hasGaps ? places.map((place) => Math.max(place, 0)) : places;
      const flat = indexSelect(reshapeTensor(x.tensor, [x.size]), tensor(inside));
      const mask = () => tensor(Float32Array.from(places, (place) => (place < 0 ? 0 : 1)));
      return reshapeTensor(hasGaps ? where(mask(), flat, 0) : flat, shape);
    },
  );
}

export function reshape(x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== x.size)
    throw new InputError(`onnx: ${showShape(x.shape)} cannot become ${showShape(shape)}`);
  return made(
    x.type,
    shape,
    [x],
    () => hostOf(x),
    () => reshapeTensor(x.tensor, shape),
  );
}

/** Axis k of the result is axis `axes[k]` of x. */
export function permute(x: Value, axes: readonly number[]): Value {
  const shape = axes.map((axis) => x.shape[axis] as number);
  const strides = stridesOf(x.shape);
  return made(
    x.type,
    shape,
    [x],
    () =>
      taken(
        hostOf(x),
        placesOf(
          shape,
          axes.map((axis) => strides[axis] as number),
        ),
      ),
    () => permuteTensor(x.tensor, axes),
  );
}

/** `shape[a]` elements of each axis, from `starts[a]` on, `steps[a]` apart; steps may be negative. */
export function slice(x: Value, starts: readonly number[], steps: readonly number[], shape: Shape): Value {
  const strides = stridesOf(x.shape);
  if (shape.every((n, axis) => n === x.shape[axis] && steps[axis] === 1)) return x;
  if (x.prefersLast && steps.every((step) => step > 0) && sizeOf(shape) > 0) {
    const [s, t, z] = [starts, steps, shape].map((list) =>
      toLast(x.rank).map((axis) => list[axis] as number),
    );
    return Value.channelsLast(x.type, sliced(x.channelsLast, s ?? [], t ?? [], z ?? []));
  }
  return made(
    x.type,
    shape,
    [x],
    () => {
      const offset = starts.reduce((sum, start, axis) => sum + start * (strides[axis] as number), 0);
      return taken(
        hostOf(x),
        placesOf(
          shape,
          strides.map((stride, axis) => stride * (steps[axis] as number)),
          offset,
        ),
      );
    },
    () => sliced(x.tensor, starts, steps, shape),
  );
}

function sliced(x: Tensor, starts: readonly number[], steps: readonly number[], shape: Shape): Tensor {
  const backwards = steps.flatMap((step, axis) => (step < 0 ? [axis] : []));
  const turned = backwards.length > 0 ? flip(x, backwards) : x;
  const from = starts.map((start, axis) =>
    backwards.includes(axis) ? (x.shape[axis] as number) - 1 - start : start,
  );
  const apart = steps.map(Math.abs);
  const to = from.map((start, axis) => start + ((shape[axis] as number) - 1) * (apart[axis] as number) + 1);
  return sliceTensor(turned, from, to, apart);
}

/** Elements `start` to, without, `end` of one axis. */
export function sliceAxis(x: Value, axis: number, start: number, end: number): Value {
  return slice(
    x,
    x.shape.map((_, k) => (k === axis ? start : 0)),
    x.shape.map(() => 1),
    x.shape.map((n, k) => (k === axis ? end - start : n)),
  );
}

export function concat(list: readonly Value[], axis: number): Value {
  const parts = list.filter((part) => part.shape[axis] !== 0);
  const [first = list[0] as Value] = parts;
  if (parts.length <= 1) return first;
  for (const part of parts)
    if (part.rank !== first.rank || part.shape.some((n, k) => k !== axis && n !== first.shape[k]))
      throw new InputError(
        `onnx: ${parts.map((p) => showShape(p.shape)).join(", ")} cannot be put one behind the other along axis ${axis}`,
      );
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0);
  const shape = first.shape.map((n, k) => (k === axis ? total : n));
  if (parts.some((part) => part.prefersLast)) {
    const place = toLast(first.rank).indexOf(axis);
    return Value.channelsLast(
      first.type,
      concatTensors(
        parts.map((part) => part.channelsLast),
        place,
      ),
    );
  }
  return made(
    first.type,
    shape,
    parts,
    () => joined(parts, axis, shape),
    () =>
      concatTensors(
        parts.map((part) => part.tensor),
        axis,
      ),
  );
}

function joined(parts: readonly Value[], axis: number, shape: Shape): Numbers {
  const out = numbersOf((parts[0] as Value).type, sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  const row = sizeOf(shape.slice(axis));
  let front = 0;
  for (const part of parts) {
    const length = sizeOf(part.shape.slice(axis));
    const numbers = hostOf(part);
    for (let k = 0; k < outer; k++) out.set(numbers.subarray(k * length, (k + 1) * length), k * row + front);
    front += length;
  }
  return out;
}

/** Stretches axes of size 1, and adds leading ones. */
export function expand(x: Value, shape: Shape): Value {
  return made(
    x.type,
    shape,
    [x],
    () => taken(hostOf(x), placesOf(shape, broadcastStrides(x.shape, shape))),
    () => expandTensor(x.tensor, shape),
  );
}

/** A border of one value; negative amounts cut off. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const starts = before.map((n) => Math.max(-n, 0));
  const rest = x.shape.map((n, k) =>
    Math.max(n + Math.min(before[k] ?? 0, 0) + Math.min(after[k] ?? 0, 0), 0),
  );
  const cut = slice(
    x,
    starts,
    x.shape.map(() => 1),
    rest,
  );
  const [front, behind] = [before, after].map((list) => list.map((n) => Math.max(n, 0))) as [
    number[],
    number[],
  ];
  const shape = cut.shape.map((n, k) => n + (front[k] as number) + (behind[k] as number));
  if (shape.every((n, k) => n === cut.shape[k])) return cut;
  if (cut.size === 0) return filled(x.type, shape, value);
  if (cut.prefersLast) {
    const [f, b] = [front, behind].map((list) => toLast(x.rank).map((axis) => list[axis] as number));
    return Value.channelsLast(x.type, padded(cut.channelsLast, f ?? [], b ?? [], value));
  }
  return made(
    x.type,
    shape,
    [cut],
    () => {
      const out = numbersOf(x.type, sizeOf(shape)).fill(value);
      const offset = front.reduce((sum, n, k) => sum + n * (stridesOf(shape)[k] as number), 0);
      placesOf(cut.shape, stridesOf(shape), offset).forEach((place, k) => {
        out[place] = hostOf(cut)[k] as number;
      });
      return out;
    },
    () => padded(cut.tensor, front, behind, value),
  );
}

/** Border of one value, infinite ones too. */
export function padded(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Tensor {
  const zeros = padZeros(x, before, after);
  if (value === 0 || zeros === x) return zeros;
  return where(padZeros(constant(1, x.shape), before, after), zeros, constant(value, [], x.dtype));
}

/** The same number everywhere. */
export function filled(type: ElementType, shape: Shape, value: number): Value {
  expectRoom(shape);
  return Value.known(type, shape, numbersOf(type, sizeOf(shape)).fill(value));
}

/** Axes of a value, in the order in which the engine has it. */
export const storedAxis = (x: Value, axis: number): number =>
  x.prefersLast ? toLast(x.rank).indexOf(axis) : axis;

/** A value of the same layout as x. */
export const like = (x: Value, result: Tensor, type: ElementType = x.type): Value =>
  x.prefersLast ? Value.channelsLast(type, result) : Value.computed(type, result);

/** Floats as they are, whole numbers and truth as floats. */
export const asFloats = (x: Value): Tensor =>
  isFloating(x.type) || x.type === "bool" ? x.tensor : x.tensor.cast("f32");

export { fromLast, toLast };
