/**
 * Convolutions of one, two and three axes and more. The engine's are of two; of one they are of an image of height 1, and each further axis is
 * a sum over the taps along it.
 */
import { conv2d, convTranspose2d } from "../../ops/conv.ts";
import { add } from "../../ops/pointwise.ts";
import { permute } from "../../ops/movement.ts";
import { reshape } from "../../ops/broadcast.ts";
import { padZeros, slice } from "../../ops/slice.ts";
import { type Shape, showShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Family } from "../call.ts";
import { Value } from "../value.ts";
import { type Windows, windowsOf } from "../windows.ts";

type Axis = Pick<Windows, "kernel" | "stride" | "dilation" | "before" | "after">;

const axesFrom = (x: Tensor): number => x.rank - 2;

/** Zeros around the axes between the first and the last. */
const surround = (x: Tensor, axes: readonly Axis[]): Tensor =>
  padZeros(x, [0, ...axes.map((a) => a.before), 0], [0, ...axes.map((a) => a.after), 0]);

/**
 * @param x [n, ...axes, i]
 * @param w [...kernel, i / groups, o]
 */
export function convolve(x: Tensor, w: Tensor, axes: readonly Axis[], groups: number): Tensor {
  if (axesFrom(x) === 1) {
    const [n, width, i] = x.shape as [number, number, number];
    const y = convolve(reshape(x, [n, 1, width, i]), reshape(w, [1, ...w.shape]), [POINT, ...axes], groups);
    return reshape(y, [n, y.shape[2] as number, y.shape[3] as number]);
  }
  if (axesFrom(x) > 2) return convolveAlong(x, w, axes, groups);
  const isEven = axes.every(({ before, after }) => before === after);
  return conv2d(isEven ? x : surround(x, axes), w, {
    stride: axes.map((a) => a.stride) as unknown as [number, number],
    dilation: axes.map((a) => a.dilation) as unknown as [number, number],
    padding: isEven ? (axes.map((a) => a.before) as unknown as [number, number]) : 0,
    groups,
  });
}

const POINT: Axis = { kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };

/** The first axis goes into the batch, once for each tap along it. */
function convolveAlong(x: Tensor, w: Tensor, [first, ...rest]: readonly Axis[], groups: number): Tensor {
  const { kernel, stride, dilation } = first as Axis;
  const image = surround(x, [first as Axis, ...rest.map(() => POINT)]);
  const [n, depth, ...inner] = image.shape as [number, number, ...number[]];
  const count = Math.floor((depth - (kernel - 1) * dilation - 1) / stride) + 1;
  let total: Tensor | undefined;
  for (let k = 0; k < kernel; k++) {
    const start = k * dilation;
    const part = slice(image, [0, start], [n, start + (count - 1) * stride + 1], [1, stride]);
    const flat = reshape(part, [n * count, ...inner]);
    const y = convolve(flat, tapOf(w, k), rest, groups);
    total = total ? add(total, y) : y;
  }
  const sum = total as Tensor;
  return reshape(sum, [n, count, ...sum.shape.slice(1)]);
}

const tapOf = (w: Tensor, k: number): Tensor => reshape(slice(w, [k], [k + 1]), w.shape.slice(1));

/**
 * The whole result of a transposed convolution, nothing cut off: of each axis (size - 1) stride + (kernel - 1) dilation + 1.
 * @param x [n, ...axes, i]
 * @param w [...kernel, i, o / groups]
 */
function spreadOut(x: Tensor, w: Tensor, axes: readonly Axis[], groups: number): Tensor {
  if (axesFrom(x) === 1) {
    const [n, width, i] = x.shape as [number, number, number];
    const y = spreadOut(reshape(x, [n, 1, width, i]), reshape(w, [1, ...w.shape]), [POINT, ...axes], groups);
    return reshape(y, [n, y.shape[2] as number, y.shape[3] as number]);
  }
  if (axesFrom(x) === 2)
    return convTranspose2d(x, w, {
      stride: axes.map((a) => a.stride) as unknown as [number, number],
      dilation: axes.map((a) => a.dilation) as unknown as [number, number],
      groups,
    });
  const [{ kernel, stride, dilation }, ...rest] = axes as [Axis, ...Axis[]];
  const [n, depth, ...inner] = x.shape as [number, number, ...number[]];
  let total: Tensor | undefined;
  for (let k = 0; k < kernel; k++) {
    const y = spreadOut(reshape(x, [n * depth, ...inner]), tapOf(w, k), rest, groups);
    const size = y.shape.slice(1);
    // [n, depth, 1, ...] -> [n, depth, stride, ...] -> [n, depth stride, ...], without the zeros behind the last
    const apart = reshape(y, [n, depth, 1, ...size]);
    const zeros = (after: number) => apart.shape.map((_, axis) => (axis === 2 ? after : 0));
    const wide = reshape(padZeros(apart, zeros(0), zeros(stride - 1)), [n, depth * stride, ...size]);
    const reach = (depth - 1) * stride + 1;
    const line = slice(wide, [0, 0], [n, reach]);
    const around = (front: number) => line.shape.map((_, axis) => (axis === 1 ? front : 0));
    const placed = padZeros(line, around(k * dilation), around((kernel - 1 - k) * dilation));
    total = total ? add(total, placed) : placed;
  }
  return total as Tensor;
}

/** ONNX's weights [o, i, ...kernel] as the engine's [...kernel, i, o]. */
const kernelLast = (w: Tensor, [i, o]: readonly [number, number]): Tensor =>
  permute(w, [...Array.from({ length: w.rank - 2 }, (_, k) => k + 2), i, o]);

function withBias(call: Call, y: Tensor): Tensor {
  const bias = call.inputs[2];
  return bias ? add(y, bias.tensor) : y;
}

export function checkChannels(call: Call, x: Value, taken: number): void {
  if (x.shape[1] !== taken)
    call.refuse(`the input ${showShape(x.shape)} should have ${taken} channels for its weights`);
}

function convolution(call: Call): Value {
  const [x, w] = [call.input(0), call.input(1)];
  call.expectRank(x, 3);
  if (w.rank !== x.rank) call.refuse(`weights ${showShape(w.shape)} do not fit ${showShape(x.shape)}`);
  const groups = call.int("group", 1);
  checkChannels(call, x, (w.shape[1] as number) * groups);
  const axes = windowsOf(call, x.shape.slice(2), w.shape.slice(2));
  const y = convolve(x.channelsLast, kernelLast(w.tensor, [1, 0]), axes, groups);
  return Value.channelsLast(x.type, withBias(call, y));
}

/** What is cut off in front and behind (or added, where negative) of the whole result. */
function cuts(call: Call, whole: Shape, x: Value): readonly (readonly [number, number])[] {
  const rank = whole.length;
  const strides = call.list("strides") ?? whole.map(() => 1);
  const extra = call.list("output_padding") ?? whole.map(() => 0);
  const pads = call.list("pads") ?? [...whole, ...whole].map(() => 0);
  const auto = call.string("auto_pad", "NOTSET", ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const isSame = auto === "SAME_UPPER" || auto === "SAME_LOWER";
  const wanted =
    call.list("output_shape")?.slice(-rank) ??
    (isSame ? whole.map((_, k) => (x.shape[k + 2] as number) * (strides[k] as number)) : undefined);
  return whole.map((size, k) => {
    const more = size + (extra[k] as number);
    if (!wanted) {
      const [before, after] = auto === "VALID" ? [0, 0] : [pads[k] as number, pads[k + rank] as number];
      return [before, after - (extra[k] as number)];
    }
    const total = Math.max(more - (wanted[k] as number), 0);
    const small = Math.floor(total / 2);
    const before = auto === "SAME_UPPER" ? small : total - small;
    return [before, size - (wanted[k] as number) - before];
  });
}

function transposedConvolution(call: Call): Value {
  const [x, w] = [call.input(0), call.input(1)];
  call.expectRank(x, 3);
  checkChannels(call, x, w.shape[0] as number);
  const kernel = w.shape.slice(2);
  const list = (name: string) => call.list(name) ?? kernel.map(() => 1);
  const [strides, dilations] = [list("strides"), list("dilations")];
  const axes = kernel.map((taps, k) => ({
    ...POINT,
    kernel: taps,
    stride: strides[k] as number,
    dilation: dilations[k] as number,
  }));
  const y = spreadOut(x.channelsLast, kernelLast(w.tensor, [0, 1]), axes, call.int("group", 1));
  const limits = cuts(call, y.shape.slice(1, -1), x);
  const inner = slice(
    y,
    [0, ...limits.map(([before]) => Math.max(before, 0))],
    [y.shape[0] as number, ...limits.map(([, after], k) => (y.shape[k + 1] as number) - Math.max(after, 0))],
  );
  const added = (side: 0 | 1) => [0, ...limits.map((limit) => Math.max(-limit[side], 0)), 0];
  const result = padZeros(inner, added(0), added(1));
  if (sizeOf(result.shape) === 0) call.refuse("its pads leave nothing of the result");
  return Value.channelsLast(x.type, withBias(call, result));
}

export const CONVOLUTION: Family = { Conv: convolution, ConvTranspose: transposedConvolution };
