/** The order of axes in memory and in PyTorch's files, which differ for images' weights. */
import type { Shape } from "../shape.ts";
import { stridesOf } from "../shape.ts";

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
export function toFile(data: Float32Array, shape: Shape, layout: Layout): Float32Array {
  if (layout === "plain") return data;
  const strides = stridesOf(shape);
  return walk(
    data,
    fileShape(shape, layout),
    AXES[layout].map((axis) => strides[axis] as number),
    "gather",
  );
}

/** Numbers in the file's order to ours; `shape` is ours. */
export function fromFile(data: Float32Array, shape: Shape, layout: Layout): Float32Array {
  if (layout === "plain") return data;
  const strides = stridesOf(shape);
  return walk(
    data,
    fileShape(shape, layout),
    AXES[layout].map((axis) => strides[axis] as number),
    "scatter",
  );
}

/** Goes through the file's order; `strides` say where each element lies in ours. */
function walk(
  data: Float32Array,
  file: Shape,
  strides: readonly number[],
  way: "gather" | "scatter",
): Float32Array {
  const out = new Float32Array(data.length);
  const at = new Array<number>(file.length).fill(0);
  let ours = 0;
  for (let k = 0; k < data.length; k++) {
    if (way === "gather") out[k] = data[ours] as number;
    else out[ours] = data[k] as number;
    for (let axis = file.length - 1; axis >= 0; axis--) {
      ours += strides[axis] as number;
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (file[axis] as number)) break;
      ours -= (strides[axis] as number) * (file[axis] as number);
      at[axis] = 0;
    }
  }
  return out;
}
