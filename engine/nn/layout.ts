/** The order of axes in memory and in PyTorch's files, which differ for images' weights. */
import { type Shape, stridesOf } from "../shape.ts";

/**
 * - `plain`: the same in both
 * - `conv`: [kh, kw, in, out] here, [out, in, kh, kw] in a file
 * - `conv1d`: [k, in, out] here, [out, in, k] in a file
 * - `convTranspose`: [kh, kw, in, out] here, [in, out, kh, kw] in a file
 * - `linear`: [in, out] here, [out, in] in a file
 */
export type Layout = "plain" | "conv" | "conv1d" | "convTranspose" | "linear";

/** Axis k of the file's order is axis `AXES[layout][k]` of ours. */
const AXES: Readonly<Record<Exclude<Layout, "plain">, readonly number[]>> = {
  conv: [3, 2, 0, 1],
  conv1d: [2, 1, 0],
  convTranspose: [2, 3, 0, 1],
  linear: [1, 0],
};

export const fileShape = (shape: Shape, layout: Layout): Shape =>
  layout === "plain" ? shape : AXES[layout].map((axis) => shape[axis] as number);

/** Numbers in our order, row by row, to the file's order. */
export const toFile = (data: Float32Array, shape: Shape, layout: Layout): Float32Array =>
  layout === "plain" ? data : permuted(data, shape, AXES[layout]);

/** Numbers in the file's order to ours; `shape` is ours. */
export function fromFile(data: Float32Array, shape: Shape, layout: Layout): Float32Array {
  if (layout === "plain") return data;
  const axes = AXES[layout];
  return permuted(
    data,
    fileShape(shape, layout),
    axes.map((_, axis) => axes.indexOf(axis)),
  );
}

/** The numbers of an array of this shape with its axes in this order. */
function permuted(data: Float32Array, shape: Shape, axes: readonly number[]): Float32Array {
  const strides = stridesOf(shape);
  const out = new Float32Array(data.length);
  let next = 0;
  const walk = (depth: number, at: number) => {
    const axis = axes[depth];
    if (axis === undefined) out[next++] = data[at] as number;
    else
      for (let i = 0; i < (shape[axis] as number); i++) walk(depth + 1, at + i * (strides[axis] as number));
  };
  walk(0, 0);
  return out;
}
