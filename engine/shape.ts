/** Shapes as plain number arrays, row-major. Pure functions: no GPU, no graph. */
import { ShapeError, shown } from "./errors.ts";

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a tensor of this shape; 1 for a scalar, 0 when an axis is empty. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Kernels number elements with 32 bits, one of them a sign: no tensor has more, not even one that needs no memory. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

/** Checks that the elements of this shape can be numbered. */
export function checkSize(op: string, shape: Shape): void {
  const size = sizeOf(shape);
  if (size > MAX_ELEMENTS)
    throw new ShapeError(
      `${op}: a tensor of shape ${showShape(shape)} would have ${size} elements, more than the ${MAX_ELEMENTS} that can be numbered; work on smaller pieces`,
    );
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/** `[2, 3]` for messages. */
export function showShape(shape: Shape): string {
  return `[${shape.map(String).join(", ")}]`;
}

/** Checks that an argument is an array, of what can be calculated with. */
export function expectList(op: string, argument: string, list: unknown): void {
  if (!Array.isArray(list) || list.some((n) => typeof n === "bigint" || typeof n === "symbol"))
    throw new ShapeError(`${op}: ${argument} should be an array such as [2, 3], got ${shown(list)}`);
}

/** Checks that every size is a whole number of at least 0. */
export function checkShape(op: string, shape: Shape): void {
  expectList(op, "shape", shape);
  if (shape.some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(`${op}: a shape holds whole numbers of at least 0, got ${showShape(shape)}`);
}

/**
 * The shape two operands are broadcast to: axes are matched from the last one, an axis of size 1 (or a missing one)
 * stretches to the other's size (NumPy's rule).
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let k = 1; k <= rank; k++) {
    const m = a[a.length - k] ?? 1;
    const n = b[b.length - k] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(`${op}: shapes ${showShape(a)} and ${showShape(b)} cannot be broadcast together`);
    out[rank - k] = m === 1 ? n : m;
  }
  return out;
}

/** One axis as a number in `0..rank-1`; negative ones count from the end. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normal = Number.isInteger(axis) && axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank)
    throw new ShapeError(`${op}: axis ${shown(axis)} is outside a tensor of rank ${rank}`);
  return normal;
}

/** Axes sorted, each in `0..rank-1` and named once; `undefined` means all of them. */
export function normalizeAxes(op: string, axes: number | Shape | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== "number") expectList(op, "axes", axes);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank));
  list.sort((p, q) => p - q);
  list.forEach((axis, k) => {
    if (axis === list[k - 1]) throw new ShapeError(`${op}: axis ${axis} is named twice`);
  });
  return list;
}

/**
 * Checks the rank against axis names and returns the sizes by name:
 * `expectShape("conv2d", "x", x.shape, "n h w c")` gives `{n, h, w, c}`.
 */
export function expectShape<const Names extends string>(
  op: string,
  argument: string,
  shape: Shape,
  names: Names,
): Record<Split<Names>, number> {
  const list = names.split(" ");
  if (list.length !== shape.length)
    throw new ShapeError(`${op}: ${argument} should be [${list.join(", ")}], got ${showShape(shape)}`);
  return Object.fromEntries(list.map((name, axis) => [name, shape[axis]])) as Record<Split<Names>, number>;
}

type Split<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Split<Tail> : S;
