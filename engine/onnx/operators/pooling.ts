/** Pooling over windows of any number of axes: averages, norms and maxima, one axis after the other. */
import { abs, gt, maximum, mul, pow, where } from "../../ops/pointwise.ts";
import { maxPool2d } from "../../ops/max-pool.ts";
import { max, mean } from "../../ops/reduce.ts";
import { sum as sumOf } from "../../ops/broadcast.ts";
import { resample, tapsOf } from "../../ops/taps.ts";
import { slice } from "../../ops/slice.ts";
import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { filled, like, padded, reshape, storedAxis, take } from "../movement.ts";
import { coordinatesOf } from "../strides.ts";
import { Value } from "../value.ts";
import { type Windows, windowsOf } from "../windows.ts";

const kernelOf = (call: Call): readonly number[] =>
  call.list("kernel_shape") ?? call.refuse("kernel_shape is missing");

const poolWindows = (call: Call, x: Value): Windows[] => {
  call.expectRank(x, 3);
  return windowsOf(call, x.shape.slice(2), kernelOf(call));
};

/** A weighted sum over the windows of each axis. @param x channels last */
function weighted(
  x: Tensor,
  axes: readonly Windows[],
  weightOf: (axis: Windows, k: number) => number,
): Tensor {
  return axes.reduce(
    (y, axis, a) =>
      resample(
        y,
        a + 1,
        tapsOf(axis.size, axis.count, (k, put) => {
          const weight = weightOf(axis, k);
          for (const at of positions(axis, k)) if (at >= 0 && at < axis.size) put(at, weight);
        }),
      ),
    x,
  );
}

const positions = ({ kernel, stride, dilation, before }: Windows, k: number): number[] =>
  Array.from({ length: kernel }, (_, j) => k * stride - before + j * dilation);

function average(call: Call): Value {
  const x = call.input(0);
  const axes = poolWindows(call, x);
  const countsPads = call.int("count_include_pad", 0) === 1;
  // The pads count, but not what a last window of `ceil_mode` covers beyond them.
  const divisor = (axis: Windows, k: number) => {
    const [least, most] = countsPads ? [-axis.before, axis.size + axis.after] : [0, axis.size];
    return positions(axis, k).filter((at) => at >= least && at < most).length;
  };
  return Value.channelsLast(
    x.type,
    weighted(x.channelsLast, axes, (axis, k) => 1 / divisor(axis, k)),
  );
}

/** (Σ |x|^p)^(1/p). */
function rootOfPowers(x: Tensor, p: number, total: (powers: Tensor) => Tensor): Tensor {
  const magnitudes = abs(x);
  if (p === 1) return total(magnitudes);
  const powers = p === 2 ? mul(x, x) : pow(magnitudes, p);
  return pow(total(powers), 1 / p);
}

function normPool(call: Call): Value {
  const x = call.input(0);
  const axes = poolWindows(call, x);
  const p = call.float("p", 2);
  return Value.channelsLast(
    x.type,
    rootOfPowers(x.channelsLast, p, (powers) => weighted(powers, axes, () => 1)),
  );
}

/** Maxima along one axis, from the taps of all its windows. */
function maximaAlong(x: Tensor, axis: number, windows: Windows): Tensor {
  const { kernel, stride, dilation, count } = windows;
  const part = (j: number) => {
    const at = (n: number) => x.shape.map((size, k) => (k === axis ? n : size));
    return slice(
      x,
      at(j * dilation).map((n, k) => (k === axis ? n : 0)),
      at(j * dilation + (count - 1) * stride + 1),
      at(stride).map((n, k) => (k === axis ? n : 1)),
    );
  };
  return Array.from({ length: kernel }, (_, j) => part(j)).reduce(maximum);
}

/** Minus infinity as far as the windows reach. */
function framed(x: Tensor, axes: readonly Windows[]): Tensor {
  const behind = ({ size, before, kernel, stride, dilation, count }: Windows) =>
    Math.max((count - 1) * stride + (kernel - 1) * dilation + 1 - size - before, 0);
  return padded(
    x,
    [0, ...axes.map(({ before }) => before), 0],
    [0, ...axes.map(behind), 0],
    Number.NEGATIVE_INFINITY,
  );
}

function maxima(call: Call): Value[] {
  const x = call.input(0);
  const axes = poolWindows(call, x);
  const own =
    axes.length === 2 &&
    axes.every(
      ({ size, kernel, stride, dilation, before, after, count }) =>
        dilation === 1 &&
        before === after &&
        2 * before <= kernel &&
        count === Math.floor((size + 2 * before - kernel) / stride) + 1,
    );
  const pair = (of: (w: Windows) => number) => axes.map(of) as unknown as [number, number];
  const y = own
    ? maxPool2d(x.channelsLast, {
        kernel: pair((w) => w.kernel),
        stride: pair((w) => w.stride),
        padding: pair((w) => w.before),
      })
    : axes.reduce((part, w, a) => maximaAlong(part, a + 1, w), framed(x.channelsLast, axes));
  const pooled = Value.channelsLast(x.type, y);
  return call.wants(1) ? [pooled, placesOfMaxima(call, x, axes)] : [pooled];
}

/** The place of each window's first maximum in the whole of x, by rows or (storage_order 1) by columns. */
function placesOfMaxima(call: Call, x: Value, axes: readonly Windows[]): Value {
  const byColumns = call.int("storage_order", 0) === 1;
  const strides = stridesOf(x.shape);
  if (byColumns) {
    let stride = 1;
    for (let k = 2; k < x.rank; k++) {
      strides[k] = stride;
      stride *= x.shape[k] as number;
    }
  }
  const shape = [...x.shape.slice(0, 2), ...axes.map(({ count }) => count)];
  const flat = x.tensor;
  let best: Tensor | undefined;
  let place: Tensor | undefined;
  for (const tap of coordinatesOf(axes.map(({ kernel }) => kernel))) {
    const from = new Int32Array(sizeOf(shape));
    const names = new Int32Array(sizeOf(shape));
    let k = 0;
    for (const at of coordinatesOf(shape)) {
      const source = at.map((c, a) => {
        const w = axes[a - 2];
        return w ? c * w.stride - w.before + (tap[a - 2] as number) * w.dilation : c;
      });
      const isInside = source.every((c, a) => c >= 0 && c < (x.shape[a] as number));
      from[k] = isInside ? source.reduce((sum, c, a) => sum + c * (stridesOf(x.shape)[a] as number), 0) : -1;
      names[k++] = source.reduce((sum, c, a) => sum + c * (strides[a] as number), 0);
    }
    const outside = tensor(
      Float32Array.from(from, (at) => (at < 0 ? 1 : 0)),
      shape,
    );
    const values = where(
      outside,
      Number.NEGATIVE_INFINITY,
      take(Value.computed(x.type, flat), from, shape).tensor,
    );
    const better = best ? gt(values, best) : undefined;
    const name = tensor(names, shape);
    place = better && place ? where(better, name, place) : name;
    best = better && best ? where(better, values, best) : values;
  }
  return Value.computed("int64", place as Tensor);
}

/** Values back at the places that they were taken from, zeros elsewhere. */
function unpool(call: Call): Value {
  const [x, places] = [call.input(0), call.numbers(1)];
  const kernel = kernelOf(call);
  const strides = call.list("strides") ?? kernel.map(() => 1);
  const pads = call.list("pads") ?? [...kernel, ...kernel].map(() => 0);
  const own = [
    ...x.shape.slice(0, 2),
    ...kernel.map(
      (taps, k) =>
        ((x.shape[k + 2] as number) - 1) * (strides[k] as number) +
        taps -
        (pads[k] as number) -
        (pads[k + kernel.length] as number),
    ),
  ];
  const shape: Shape = call.wholes(2) ?? own;
  // The places count through the image that was pooled, whose corner lies in the larger one that is asked for.
  const [inner, outer] = [stridesOf(own), stridesOf(shape)];
  const from = new Int32Array(sizeOf(shape)).fill(-1);
  places.forEach((place, k) => {
    let rest = place;
    const to = inner.reduce((sum, stride, axis) => {
      const c = Math.floor(rest / stride);
      rest -= c * stride;
      return sum + c * (outer[axis] as number);
    }, 0);
    from[to] = k;
  });
  return x.size === 0 ? filled(x.type, shape, 0) : take(reshape(x, [x.size]), from, shape);
}

const overImage =
  (of: (x: Tensor, axes: readonly number[]) => Tensor) =>
  (call: Call): Value => {
    const x = call.input(0);
    call.expectRank(x, 3);
    const axes = x.shape.slice(2).map((_, k) => storedAxis(x, k + 2));
    return like(x, of(x.stored, axes));
  };

export const POOLING: Family = {
  AveragePool: average,
  LpPool: normPool,
  MaxPool: maxima,
  MaxUnpool: reading([1, 2], unpool),
  GlobalAveragePool: overImage((x, axes) => mean(x, axes, { keepDims: true })),
  GlobalMaxPool: overImage((x, axes) => max(x, axes, { keepDims: true })),
  GlobalLpPool: (call) =>
    overImage((x, axes) =>
      rootOfPowers(x, call.float("p", 2), (powers) => sumOf(powers, axes, { keepDims: true })),
    )(call),
};
