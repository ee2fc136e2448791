/** Picking and scattering by indices. Which elements go where is worked out in host memory; the elements move on the device. */
import * as ops from "../../ops/index.ts";
import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { concat, reshape, sliceAxis, take } from "../movement.ts";
import { pointwise } from "../pointwise.ts";
import { coordinatesOf } from "../strides.ts";
import { isFloating } from "../types.ts";
import { Value } from "../value.ts";

/** An index from 0 to n - 1; negative ones count from the end. */
function within(call: Call, index: number, n: number): number {
  const at = index < 0 ? index + n : index;
  return at >= 0 && at < n ? at : call.refuse(`index ${index} is outside an axis of ${n}`);
}

/** Slices along one axis, in the order of the indices. */
function gather(call: Call): Value {
  const [x, indices] = [call.input(0), call.input(1)];
  const axis = call.axis(call.int("axis", 0), x.rank);
  const n = x.shape[axis] as number;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (!indices.host) return gatherOnDevice(x, indices, axis, shape);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const rows = Int32Array.from(indices.host, (index) => within(call, index, n));
  const places = new Int32Array(sizeOf(shape));
  for (let k = 0; k < places.length; k++) {
    const [row, rest] = [Math.floor(k / inner), k % inner];
    const outer = Math.floor(row / rows.length);
    places[k] = (outer * n + (rows[row % rows.length] as number)) * inner + rest;
  }
  // Where whole rows are picked the engine need not know the place of each element.
  if (!x.isConstant && sizeOf(shape) > 0)
    return gatherOnDevice(x, Value.known("int64", indices.shape, Float64Array.from(rows)), axis, shape);
  return take(x, places, shape);
}

function gatherOnDevice(x: Value, indices: Value, axis: number, shape: Shape): Value {
  const n = x.shape[axis] as number;
  const index = indices.host
    ? indices.tensor
    : ops.where(ops.lt(indices.tensor, 0), ops.add(indices.tensor, n), indices.tensor);
  const list = ops.reshape(indices.size === 1 ? ops.expand(index, indices.shape) : index, [indices.size]);
  return Value.computed(x.type, ops.reshape(ops.indexSelect(x.tensor, list, axis), shape));
}

/** Where element k of an index of x's rank points to, along one axis. */
function* pointedAt(call: Call, x: Value, indices: Value, axis: number): Generator<number> {
  const strides = stridesOf(x.shape);
  const numbers = indices.host as NonNullable<Value["host"]>;
  let k = 0;
  for (const at of coordinatesOf(indices.shape)) {
    const index = within(call, numbers[k++] as number, x.shape[axis] as number);
    yield at.reduce((sum, c, a) => sum + (a === axis ? index : c) * (strides[a] as number), 0);
  }
}

function gatherElements(call: Call): Value {
  const [x, indices] = [call.input(0), call.input(1)];
  const axis = call.axis(call.int("axis", 0), x.rank);
  return take(x, Int32Array.from(pointedAt(call, x, indices, axis)), indices.shape);
}

/** Where each tuple of an index begins, and how many elements belong to it. */
function tuples(call: Call, x: Value, indices: Value, batch: number) {
  const depth = indices.shape.at(-1) as number;
  const strides = stridesOf(x.shape);
  const numbers = indices.host as NonNullable<Value["host"]>;
  const count = sizeOf(indices.shape.slice(0, -1));
  const batches = sizeOf(x.shape.slice(0, batch));
  const length = sizeOf(x.shape.slice(batch + depth));
  const starts = Int32Array.from({ length: count }, (_, k) => {
    const own = Math.floor(k / (count / batches)) * sizeOf(x.shape.slice(batch));
    let start = own;
    for (let d = 0; d < depth; d++)
      start +=
        within(call, numbers[k * depth + d] as number, x.shape[batch + d] as number) *
        (strides[batch + d] as number);
    return start;
  });
  return { starts, length };
}

const spread = (starts: Int32Array, length: number): Int32Array<ArrayBuffer> =>
  Int32Array.from(
    { length: starts.length * length },
    (_, k) => (starts[Math.floor(k / length)] as number) + (k % length),
  );

function gatherND(call: Call): Value {
  const [x, indices] = [call.input(0), call.input(1)];
  const batch = call.int("batch_dims", 0);
  const depth = indices.shape.at(-1) as number;
  const { starts, length } = tuples(call, x, indices, batch);
  return take(x, spread(starts, length), [...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)]);
}

type Reduction = "none" | "add" | "mul" | "max" | "min";

const COMBINED: Readonly<
  Record<Reduction, readonly [(a: number, b: number) => number, (a: Tensor, b: Tensor) => Tensor]>
> = {
  none: [(_, b) => b, (_, b) => b],
  add: [(a, b) => a + b, ops.add],
  mul: [(a, b) => a * b, ops.mul],
  max: [Math.max, ops.maximum],
  min: [Math.min, ops.minimum],
};

/**
 * x with the updates at these places. Those that meet at one place come one after the other: in each round every place gets at most
 * one, so that gradients flow to x and to all updates.
 */
function scatter(call: Call, x: Value, updates: Value, places: Int32Array): Value {
  const reduction = call.string<Reduction>("reduction", "none", ["none", "add", "mul", "max", "min"]);
  const [onHost, onDevice] = COMBINED[reduction];
  const rounds: Int32Array<ArrayBuffer>[] = [];
  const met = new Int32Array(x.size);
  places.forEach((place, k) => {
    const round = reduction === "none" ? 0 : (met[place] as number);
    met[place] = round + 1;
    rounds[round] ??= new Int32Array(x.size).fill(-1);
    (rounds[round] as Int32Array)[place] = k;
  });
  const flat = reshape(updates, [updates.size]);
  return rounds.reduce((current, from) => {
    const chosen = Value.known(
      "bool",
      x.shape,
      Float64Array.from(from, (k) => Number(k >= 0)),
    );
    const brought = take(flat, from, x.shape);
    return pointwise(
      x.type,
      [chosen, current, brought],
      (c, a, b) => (c ? onHost(a, b) : a),
      (c, a, b) => ops.where(c, onDevice(a, b), a),
    );
  }, x);
}

function scatterElements(call: Call): Value {
  const [x, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  const axis = call.axis(call.int("axis", 0), x.rank);
  return scatter(call, x, updates, Int32Array.from(pointedAt(call, x, indices, axis)));
}

function scatterND(call: Call): Value {
  const [x, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  const { starts, length } = tuples(call, x, indices, 0);
  return scatter(call, x, updates, spread(starts, length));
}

/** The slices along an axis whose condition is true; without an axis, the elements. */
function compress(call: Call): Value {
  const whole = call.input(0);
  const x = call.has("axis") ? whole : reshape(whole, [whole.size]);
  const axis = call.axis(call.int("axis", 0), x.rank);
  const kept = [...call.numbers(1)].flatMap((c, k) => (c !== 0 ? [k] : []));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const n = x.shape[axis] as number;
  const outer = sizeOf(x.shape.slice(0, axis));
  const places = Array.from({ length: outer }, (_, o) =>
    kept.flatMap((k) => Array.from({ length: inner }, (_, i) => (o * n + k) * inner + i)),
  ).flat();
  const shape = x.shape.map((size, k) => (k === axis ? kept.length : size));
  return take(x, Int32Array.from(places), shape);
}

/** The first elements of each sequence the other way round. */
function reverseSequence(call: Call): Value {
  const x = call.input(0);
  const lengths = call.numbers(1);
  const [batch, time] = [call.int("batch_axis", 1), call.int("time_axis", 0)];
  const strides = stridesOf(x.shape);
  const places = Int32Array.from(coordinatesOf(x.shape), (at) => {
    const length = lengths[at[batch] as number] as number;
    return at.reduce((sum, c, a) => {
      const from = a === time && c < length ? length - 1 - c : c;
      return sum + from * (strides[a] as number);
    }, 0);
  });
  return take(x, places, x.shape);
}

/** The order of the elements of each line along an axis. */
function topK(call: Call): Value[] {
  const x = call.input(0);
  const numbers = call.numbers(0);
  const axis = call.axis(call.int("axis", -1), x.rank);
  const k = call.version < 10 ? call.int("k", 1) : call.scalar(1, 1);
  const sign = call.int("largest", 1) === 1 ? -1 : 1;
  const n = x.shape[axis] as number;
  if (k > n) call.refuse(`asks for ${k} of ${n} elements`);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const shape = x.shape.map((size, a) => (a === axis ? k : size));
  const [places, indices] = [new Int32Array(sizeOf(shape)), new Float64Array(sizeOf(shape))];
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const at = (j: number) => (o * n + j) * inner + i;
      const order = Array.from({ length: n }, (_, j) => j).sort(
        (p, q) => sign * ((numbers[at(p)] as number) - (numbers[at(q)] as number)) || p - q,
      );
      for (let j = 0; j < k; j++) {
        const to = (o * k + j) * inner + i;
        indices[to] = order[j] as number;
        places[to] = at(order[j] as number);
      }
    }
  return [take(x, places, shape), Value.known("int64", shape, indices)];
}

/** Coordinates of what is not 0, [rank, count]. */
function nonZero(call: Call): Value {
  const x = call.input(0);
  const numbers = call.numbers(0);
  const found: (readonly number[])[] = [];
  let k = 0;
  for (const at of coordinatesOf(x.shape)) if (numbers[k++] !== 0) found.push([...at]);
  return Value.wholes(
    x.shape.flatMap((_, axis) => found.map((at) => at[axis] as number)),
    [x.rank, found.length],
  );
}

/** Different elements or slices, where each first was, which of them each is, and how often. */
function unique(call: Call): Value[] {
  const whole = call.input(0);
  const x = call.has("axis") ? whole : reshape(whole, [whole.size]);
  const axis = call.axis(call.int("axis", 0), x.rank);
  const numbers = call.numbers(0);
  const [n, inner, outer] = [
    x.shape[axis] as number,
    sizeOf(x.shape.slice(axis + 1)),
    sizeOf(x.shape.slice(0, axis)),
  ];
  const sliceAt = (j: number) =>
    Array.from(
      { length: outer * inner },
      (_, k) => numbers[(Math.floor(k / inner) * n + j) * inner + (k % inner)] as number,
    );
  const kinds: { key: readonly number[]; first: number; count: number }[] = [];
  const kindOf = Array.from({ length: n }, (_, j) => {
    const key = sliceAt(j);
    const known = kinds.find((kind) => kind.key.every((v, k) => Object.is(v, key[k]) || v === key[k]));
    if (known) known.count++;
    const kind = known ?? { key, first: j, count: 1 };
    if (!known) kinds.push(kind);
    return kind;
  });
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((v, k) => v !== b[k]);
    return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
  };
  const order = call.int("sorted", 1) === 1 ? kinds.toSorted((a, b) => compare(a.key, b.key)) : kinds;
  const firsts = order.map(({ first }) => first);
  const places = Array.from({ length: outer }, (_, o) =>
    firsts.flatMap((j) => Array.from({ length: inner }, (_, i) => (o * n + j) * inner + i)),
  ).flat();
  const shape = x.shape.map((size, k) => (k === axis ? order.length : size));
  return [
    take(x, Int32Array.from(places), shape),
    Value.wholes(firsts),
    Value.wholes(kindOf.map((kind) => order.indexOf(kind))),
    Value.wholes(order.map(({ count }) => count)),
  ];
}

/** The index of the largest or smallest along an axis. */
function extremum(call: Call, find: typeof ops.argmax, sign: 1 | -1): Value {
  const x = call.input(0);
  const axis = call.axis(call.int("axis", 0), x.rank);
  const keepDims = call.int("keepdims", 1) === 1;
  const last = call.int("select_last_index", 0) === 1;
  const n = x.shape[axis] as number;
  const shape = x.shape.flatMap((size, k) => (k !== axis ? [size] : keepDims ? [1] : []));
  if (x.isConstant) {
    const inner = sizeOf(x.shape.slice(axis + 1));
    const numbers = x.host as NonNullable<Value["host"]>;
    return Value.wholes(
      Array.from({ length: sizeOf(shape) }, (_, k) => {
        const base = Math.floor(k / inner) * n * inner + (k % inner);
        let best = 0;
        for (let j = 1; j < n; j++) {
          const ahead =
            sign * ((numbers[base + j * inner] as number) - (numbers[base + best * inner] as number));
          if (ahead > 0 || (last && ahead === 0)) best = j;
        }
        return best;
      }),
      shape,
    );
  }
  const found = find(last ? ops.flip(x.tensor, axis) : x.tensor, axis, { keepDims });
  return Value.computed("int64", last ? ops.sub(n - 1, found) : found);
}

/** The running sum, or product, along an axis. */
function running(call: Call, isProduct: boolean): Value {
  const x = call.input(0);
  const axis = call.axis(call.scalar(1, 0), x.rank);
  const [exclusive, reverse] = [call.int("exclusive", 0) === 1, call.int("reverse", 0) === 1];
  if (!x.isConstant && isFloating(x.type) && !isProduct) {
    const turned = reverse ? ops.flip(x.tensor, axis) : x.tensor;
    const sums = ops.cumsum(turned, axis);
    const shifted = exclusive ? ops.sub(sums, turned) : sums;
    return Value.computed(x.type, reverse ? ops.flip(shifted, axis) : shifted);
  }
  const neutral = isProduct ? 1 : 0;
  const n = x.shape[axis] as number;
  const cut = (v: Value, start: number, end: number) => sliceAxis(v, axis, start, end);
  const combine = (a: Value, b: Value) =>
    pointwise(x.type, [a, b], (p, q) => (isProduct ? p * q : p + q), isProduct ? ops.mul : ops.add);
  const order = Array.from({ length: n }, (_, k) => (reverse ? n - 1 - k : k));
  const out: Value[] = [];
  let sum = pointwise(
    x.type,
    [cut(x, 0, 1)],
    () => neutral,
    (a) => ops.add(ops.mul(a, 0), neutral),
  );
  for (const k of order) {
    const next = combine(sum, cut(x, k, k + 1));
    out[k] = exclusive ? sum : next;
    sum = next;
  }
  return n === 0 ? x : concat(out, axis);
}

export const INDICES: Family = {
  Gather: gather,
  GatherElements: reading([1], gatherElements),
  GatherND: reading([1], gatherND),
  Scatter: reading([1], scatterElements),
  ScatterElements: reading([1], scatterElements),
  ScatterND: reading([1], scatterND),
  Compress: reading([1], compress),
  ReverseSequence: reading([1], reverseSequence),
  TopK: reading([0, 1], topK),
  NonZero: reading([0], nonZero),
  Unique: reading([0], unique),
  ArgMax: (call) => extremum(call, ops.argmax, 1),
  ArgMin: (call) => extremum(call, ops.argmin, -1),
  CumSum: reading([1], (call) => running(call, false)),
  CumProd: reading([1], (call) => running(call, true)),
};
