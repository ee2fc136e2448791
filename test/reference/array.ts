/** Arrays of scalars in row-major order, and the few helpers with which every reference op is written. */

import { primal, type Scalar, variable } from "./tape.ts";

/** Sizes of the axes, outermost first. */
export type Shape = readonly number[];

/** A row-major array of scalars on the tape. */
export interface RefTensor {
  readonly shape: Shape;
  readonly data: readonly Scalar[];
}

/** A row-major array of plain numbers: what goes in and what comes out. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Steps between neighbours along each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  }
  return strides;
}

/** Calls `visit` once for each index of the shape, in row-major order; the array passed is reused. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  for (let left = sizeOf(shape); left > 0; left--) {
    visit(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
    }
  }
}

/** An array of the given shape whose element at each index is made by `element`. */
export function build(shape: Shape, element: (index: readonly number[]) => Scalar): RefTensor {
  const data: Scalar[] = [];
  forEachIndex(shape, (index) => {
    data.push(element(index));
  });
  return { shape: [...shape], data };
}

/** The element at an index. Axes of size 1 and missing leading axes repeat, as in broadcasting. */
export function at(x: RefTensor, index: readonly number[]): Scalar {
  const skip = index.length - x.shape.length;
  let offset = 0;
  for (let axis = 0; axis < x.shape.length; axis++) {
    const n = x.shape[axis] as number;
    offset = offset * n + (n === 1 ? 0 : (index[skip + axis] as number));
  }
  return x.data[offset] as Scalar;
}

/** The shape two arrays broadcast to (NumPy's rule). */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new RangeError(`reference: [${a}] and [${b}] do not broadcast`);
    return m === 1 ? n : m;
  });
}

/** A non-negative axis number, -1 being the last axis. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Independent scalars with the given values and, if given, tangents. */
export function variables(x: Numbers, tangents?: ArrayLike<number>): RefTensor {
  return { shape: x.shape, data: Array.from(x.data, (value, i) => variable(value, tangents?.[i] ?? 0)) };
}

/** The values of an array. */
export function numbersOf(x: RefTensor): number[] {
  return x.data.map(primal);
}
