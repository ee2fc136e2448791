/** Reductions over axes, and what is made of them. */
import * as ops from "../../ops/index.ts";
import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, type Operator, reading } from "../call.ts";
import { like, made, storedAxis } from "../movement.ts";
import { placesOf } from "../strides.ts";
import { isFloating, type Numbers, storedAs } from "../types.ts";
import { Value } from "../value.ts";
import { overAxes } from "./normalisation.ts";

const { abs, log, mul, sqrt, square } = ops;
const KEEP = { keepDims: true } as const;

interface Reduction {
  /** Of all numbers of one result. */
  readonly host: (numbers: readonly number[]) => number;
  /** Over axes that stay, with size 1; they are not empty. */
  readonly device: (x: Tensor, axes: readonly number[]) => Tensor;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const sum = (x: Tensor, axes: readonly number[]): Tensor => ops.sum(x, axes, KEEP);

/** The product, of ever smaller halves. */
function product(x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((y, axis) => {
    let rest = y;
    while ((rest.shape[axis] as number) > 1) {
      const n = rest.shape[axis] as number;
      const half = Math.ceil(n / 2);
      const [a, b] = ops.split(rest, [half, n - half], axis) as [Tensor, Tensor];
      const missing = a.shape.map((size, k) => (k === axis ? 2 * half - n : size));
      rest = mul(a, missing[axis] === 0 ? b : ops.concat([b, ops.ones(missing)], axis));
    }
    return rest;
  }, x);
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: { host: sumOf, device: sum },
  ReduceMean: { host: (n) => sumOf(n) / n.length, device: (x, axes) => ops.mean(x, axes, KEEP) },
  ReduceMax: {
    host: (n) => n.reduce((a, b) => (Number.isNaN(a) || a > b ? a : b), Number.NEGATIVE_INFINITY),
    device: (x, axes) => ops.max(x, axes, KEEP),
  },
  ReduceMin: {
    host: (n) => n.reduce((a, b) => (Number.isNaN(a) || a < b ? a : b), Number.POSITIVE_INFINITY),
    device: (x, axes) => ops.min(x, axes, KEEP),
  },
  ReduceProd: { host: (n) => n.reduce((a, b) => a * b, 1), device: product },
  ReduceL1: { host: (n) => sumOf(n.map(Math.abs)), device: (x, axes) => sum(abs(x), axes) },
  ReduceL2: {
    host: (n) => Math.sqrt(sumOf(n.map((v) => v * v))),
    device: (x, axes) => (isFloat(x) ? ops.norm(x, axes, KEEP) : sqrt(sum(square(x), axes))),
  },
  ReduceSumSquare: { host: (n) => sumOf(n.map((v) => v * v)), device: (x, axes) => sum(square(x), axes) },
  ReduceLogSum: { host: (n) => Math.log(sumOf(n)), device: (x, axes) => log(sum(x, axes)) },
  ReduceLogSumExp: {
    host(n) {
      const peak = n.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const shift = Number.isFinite(peak) ? peak : 0;
      return Math.log(sumOf(n.map((v) => Math.exp(v - shift)))) + shift;
    },
    device: (x, axes) => ops.logsumexp(x, axes, KEEP),
  },
};

const isFloat = (x: Tensor): boolean => x.dtype === "f32";

function reduced(call: Call, { host, device }: Reduction): Value {
  const x = call.input(0);
  const given = call.list("axes") ?? call.wholes(1);
  if ((given?.length ?? 0) === 0 && call.int("noop_with_empty_axes", 0) === 1)
    return untouched(x, device, host);
  const axes =
    given && given.length > 0 ? given.map((axis) => call.axis(axis, x.rank)) : x.shape.map((_, axis) => axis);
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const keepDims = call.int("keepdims", 1) === 1;
  const shape = keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis));
  const isEmpty = x.size === 0;
  if (isEmpty || x.isConstant) return Value.known(x.type, shape, onHost(x, axes, kept, host));
  const isWhole = !isFloating(x.type) && x.type !== "bool";
  const onDevice = (v: Tensor, of: readonly number[]) =>
    isWhole ? device(v.cast("f32"), of).cast("i32") : device(v, of);
  if (x.prefersLast && keepDims)
    return like(
      x,
      onDevice(
        x.channelsLast,
        axes.map((axis) => storedAxis(x, axis)),
      ),
    );
  return made(
    x.type,
    shape,
    [x],
    () => onHost(x, axes, kept, host),
    () =>
      ops.reshape(
        onDevice(
          x.stored,
          axes.map((axis) => storedAxis(x, axis)),
        ),
        shape,
      ),
  );
}

/** Without axes, where that means none, every element is reduced by itself. */
function untouched(x: Value, device: Reduction["device"], host: Reduction["host"]): Value {
  return made(
    x.type,
    x.shape,
    [x],
    () =>
      storedAs(
        x.type,
        Float64Array.from(x.host as Numbers, (v) => host([v])),
      ),
    () => ops.reshape(device(ops.reshape(x.tensor, [...x.shape, 1]), [x.rank]), x.shape),
  );
}

function onHost(x: Value, axes: readonly number[], kept: Shape, of: Reduction["host"]): Numbers {
  const strides = stridesOf(x.shape);
  const along = axes.map((axis) => x.shape[axis] as number);
  const inner = placesOf(
    along,
    axes.map((axis) => strides[axis] as number),
  );
  const outer = placesOf(kept, strides);
  const numbers = x.host ?? new Float64Array(0);
  const out = new Float64Array(sizeOf(kept));
  outer.forEach((start, k) => {
    out[k] = of(Array.from(inner, (place) => numbers[start + place] as number));
  });
  return storedAs(x.type, out);
}

const over =
  (of: (flat: Tensor, axis: number) => Tensor) =>
  (call: Call): Value => {
    const x = call.input(0);
    const { flat, axis, shape } = overAxes(call, x);
    const y = of(flat, axis);
    return call.version < 13 ? Value.computed(x.type, ops.reshape(y, shape)) : like(x, y);
  };

/** 1 at the first largest, 0 elsewhere. */
function hardmax(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis] as number;
  const names = tensor(
    Int32Array.from({ length: n }, (_, k) => k),
    x.shape.map((_, k) => (k === axis ? n : 1)),
  );
  return ops.eq(ops.argmax(x, axis, KEEP), names);
}

const reductions = Object.fromEntries(
  Object.entries(REDUCTIONS).map(([name, reduction]): [string, Operator] => [
    name,
    reading([1], (call) => reduced(call, reduction)),
  ]),
);

export const REDUCING: Family = {
  ...reductions,
  Softmax: over(ops.softmax),
  LogSoftmax: over(ops.logSoftmax),
  Hardmax: over(hardmax),
};
