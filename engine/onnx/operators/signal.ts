/** Windows and Fourier transforms of signals. */
import * as ops from "../../ops/index.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { type ElementType, storedAs, typeOf } from "../types.ts";
import { Value } from "../value.ts";

/** Σ a_k cos(2π k t / n): the windows differ in their few coefficients. */
const window =
  (coefficients: readonly number[]) =>
  (call: Call): Value => {
    const n = call.scalar(0, 0);
    const length = call.int("periodic", 1) === 1 ? n : n - 1;
    const type: ElementType = typeOf(call.int("output_datatype", 1), "onnx");
    const numbers = Array.from({ length: n }, (_, t) =>
      coefficients.reduce((sum, a, k) => sum + a * Math.cos((2 * Math.PI * k * t) / length), 0),
    );
    return Value.known(type, [n], storedAs(type, numbers));
  };

/** Cosines and sines, [n, bins]. */
function waves(n: number, bins: number, sign: number): readonly [Tensor, Tensor] {
  const of = (f: (angle: number) => number) =>
    tensor(
      Float32Array.from({ length: n * bins }, (_, k) => {
        // The angle is reduced while it is still exact.
        const turn = (Math.floor(k / bins) * (k % bins)) % n;
        return f((sign * 2 * Math.PI * turn) / n);
      }),
      [n, bins],
    );
  return [of(Math.cos), of(Math.sin)];
}

/** The transform along the last axis, of a real and (where there is one) an imaginary part. */
function transform(real: Tensor, imaginary: Tensor | undefined, n: number, bins: number, sign: number) {
  const [cosines, sines] = waves(n, bins, sign);
  const by = (x: Tensor, w: Tensor) => ops.matmul(x, w);
  if (!imaginary) return [by(real, cosines), by(real, sines)] as const;
  return [
    ops.sub(by(real, cosines), by(imaginary, sines)),
    ops.add(by(real, sines), by(imaginary, cosines)),
  ] as const;
}

function fourier(call: Call): Value {
  const x = call.input(0);
  const isOld = call.version < 20;
  const rank = x.rank;
  const axis = call.axis(isOld ? call.int("axis", 1) : call.scalar(2, -2), rank);
  const isInverse = call.int("inverse", 0) === 1;
  const n = call.scalar(1, x.shape[axis] as number);
  const isOneSided = call.int("onesided", 0) === 1;
  // [..., n, ..., parts] -> each part with the axis last
  const others = x.shape.flatMap((_, k) => (k === axis || k === rank - 1 ? [] : [k]));
  const moved = ops.permute(x.tensor, [rank - 1, ...others, axis]);
  const parts = moved.shape[0] as number;
  const had = moved.shape.at(-1) as number;
  const sized = (t: Tensor) => {
    const cut = ops.slice(
      t,
      [],
      t.shape.map((size, k) => (k === t.rank - 1 ? Math.min(size, n) : size)),
    );
    return n <= had
      ? cut
      : ops.pad(
          cut,
          cut.shape.map(() => 0),
          cut.shape.map((_, k) => (k === cut.rank - 1 ? n - had : 0)),
        );
  };
  const partAt = (k: number) => sized(ops.reshape(ops.slice(moved, [k], [k + 1]), moved.shape.slice(1)));
  const real = partAt(0);
  const imaginary = parts === 2 ? partAt(1) : undefined;
  const back = (list: readonly Tensor[]) => {
    const stacked = ops.stack(list, list[0]?.rank as number); // [...others, bins, parts]
    const order = [...others, axis, rank - 1];
    return ops.permute(
      stacked,
      order.map((_, k) => order.indexOf(k)),
    );
  };
  if (isInverse && isOneSided) {
    // The half that is not there mirrors the half that is.
    const length = call.inputs[1] ? n : 2 * (had - 1);
    const last = Math.floor((length - 1) / 2);
    const half = [0, 1].map((k) => ops.reshape(ops.slice(moved, [k], [k + 1]), moved.shape.slice(1))) as [
      Tensor,
      Tensor,
    ];
    const mirror = (t: Tensor, sign: number) => {
      const inner = ops.slice(
        t,
        t.shape.map((_, k) => (k === t.rank - 1 ? 1 : 0)),
        t.shape.map((size, k) => (k === t.rank - 1 ? 1 + last : size)),
      );
      return ops.concat([t, ops.mul(ops.flip(inner, t.rank - 1), sign)], t.rank - 1);
    };
    const [whole] = transform(mirror(half[0], 1), mirror(half[1], -1), length, length, 1);
    return Value.computed(x.type, back([ops.mul(whole, 1 / length)]));
  }
  const bins = isOneSided ? Math.floor(n / 2) + 1 : n;
  const both = transform(real, imaginary, n, bins, isInverse ? 1 : -1);
  return Value.computed(x.type, back(isInverse ? both.map((t) => ops.mul(t, 1 / n)) : both));
}

/** Transforms of overlapping pieces: [n, length, 1] to [n, frames, bins, 2]. */
function shortTime(call: Call): Value {
  const x = call.input(0);
  if (x.shape.length === 3 && x.shape[2] === 2) call.refuse("of complex signals is not known");
  const [batch, length] = x.shape as [number, number];
  const step = call.scalar(1, 1);
  const weights = call.inputs[2]?.tensor;
  const size = call.inputs[3]
    ? call.scalar(3, 1)
    : (weights?.size ?? call.refuse("has neither window nor length"));
  const frames = Math.floor((length - size) / step) + 1;
  const flat = ops.reshape(x.tensor, [batch, length]);
  const pieces = Array.from({ length: frames }, (_, k) =>
    ops.slice(flat, [0, k * step], [batch, k * step + size]),
  );
  const stacked = ops.stack(pieces, 1); // [n, frames, size]
  const windowed = weights ? ops.mul(stacked, weights) : stacked;
  const bins = call.int("onesided", 1) === 1 ? Math.floor(size / 2) + 1 : size;
  const both = transform(windowed, undefined, size, bins, -1);
  return Value.computed(x.type, ops.stack([...both], 3));
}

export const SIGNAL: Family = {
  HannWindow: reading([0], window([0.5, -0.5])),
  HammingWindow: reading([0], window([25 / 46, -21 / 46])),
  BlackmanWindow: reading([0], window([0.42, -0.5, 0.08])),
  DFT: reading([1, 2], fourier),
  STFT: reading([1, 3], shortTime),
};
