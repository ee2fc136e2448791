/** Stretching and summing back: each is the other's gradient. Also constants, which need no memory. */
import { type DType, isFloat } from "../dtype.ts";
import { ShapeError, shown } from "../errors.ts";
import type { ConstantOp, MovementOp, ReduceOp } from "../graph/node.ts";
import { expandView } from "../graph/view.ts";
import { inF32 } from "../precision.ts";
import { checkShape, expectList, normalizeAxes, type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import { checkOptions } from "../options.ts";
import { expectTensors, record, Tensor, tensor } from "../tensor.ts";

const CONSTANT: ConstantOp = { kind: "constant", name: "constant" };

const RESHAPE: MovementOp = {
  kind: "movement",
  name: "reshape",
  gradient: (dy, node) => [reshape(new Tensor(dy), node.inputs[0]?.shape ?? []).node],
};

const EXPAND: MovementOp = {
  kind: "movement",
  name: "expand",
  gradient: (dy, node) => [sumTo(new Tensor(dy), node.inputs[0]?.shape ?? []).node],
};

const DETACH: MovementOp = {
  kind: "movement",
  name: "detach",
  endsHistory: true,
  gradient: () => [undefined],
};

const SUM: ReduceOp = {
  kind: "reduce",
  name: "sum",
  combine: "sum",
  gradient: (dy, node) => [expand(new Tensor(dy), node.inputs[0]?.shape ?? []).node],
};

/**
 * The same value everywhere; takes no memory and is written into the kernels that use it, unless it is infinite or NaN.
 * @throws ShapeError for a value that the type cannot hold
 */
export function constant(value: number, shape: Shape = [], dtype: DType = "f32"): Tensor {
  checkShape("constant", shape);
  const fits = isFloat(dtype)
    ? typeof value === "number"
    : value === (dtype === "i32" ? value | 0 : value >>> 0);
  if (!fits) throw new ShapeError(`constant: a tensor of type ${dtype} cannot hold ${shown(value)}`);
  // WGSL has no literal for these, and compilers may take what they see in a text to be neither.
  if (!Number.isFinite(Math.fround(value))) return opaque(value, shape, dtype);
  return record(CONSTANT, [], shape, { dtype, attributes: { value } });
}

/** The same value everywhere, as a number in memory: compilers cannot reckon with it. */
export const opaque = (value: number, shape: Shape, dtype: DType): Tensor =>
  expand(tensor(value, [], dtype), shape);

/**
 * The same numbers, row by row, in another shape; one size may be -1 and is worked out.
 * @throws ShapeError when the sizes do not agree.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  expectTensors("reshape", { x });
  expectList("reshape", "shape", shape);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const sizes = shape.map((n) => (n === -1 ? x.size / known : n));
  if (
    sizeOf(sizes) !== x.size ||
    sizes.some((n) => !Number.isInteger(n) || n < 0) ||
    shape.filter((n) => n === -1).length > 1
  )
    throw new ShapeError(`reshape: ${showShape(x.shape)} cannot become ${showShape(shape)}`);
  return sameShape(sizes, x.shape) ? x : record(RESHAPE, [x], sizes);
}

/** The same value, through which no gradient flows. */
export function detach(x: Tensor): Tensor {
  expectTensors("detach", { x });
  return record(DETACH, [x], x.shape);
}

/**
 * Stretches axes of size 1, and adds leading axes, up to the shape `to`; a size of -1 stays what it is.
 * @throws ShapeError where an axis of another size would have to change
 */
export function expand(x: Tensor, to: Shape): Tensor {
  expectTensors("expand", { x });
  expectList("expand", "shape", to);
  const lead = to.length - x.rank;
  const shape = to.map((n, axis) => (n === -1 ? (x.shape[axis - lead] ?? n) : n));
  if (sameShape(x.shape, shape)) return x;
  checkShape("expand", shape);
  if (lead < 0 || x.shape.some((n, axis) => n !== 1 && n !== shape[axis + lead]))
    throw new ShapeError(`expand: ${showShape(x.shape)} cannot be stretched to ${showShape(to)}`);
  return record(EXPAND, [x], shape, { view: expandView(x.shape, shape) });
}

/** Sum over `axes` (all of them by default). */
export function sum(x: Tensor, axes?: number | Shape, options: ReduceOptions = {}): Tensor {
  expectTensors("sum", { x });
  // The sum itself is f32, so that no partial result overflows.
  return inF32(x, (v) => reduce(SUM, "sum", v, axes, options));
}

/** Options of reductions. */
export interface ReduceOptions {
  /** Leaves the reduced axes in the shape, with size 1. */
  readonly keepDims?: boolean;
}

/**
 * A reduction over `axes`, which have size 1 afterwards or (by default) are gone.
 * @throws ShapeError for the largest or smallest of no elements
 * @throws GanvasError for an option that is not known
 */
export function reduce(
  op: ReduceOp,
  name: string,
  x: Tensor,
  axes: number | Shape | undefined,
  options: ReduceOptions,
): Tensor {
  expectTensors(name, { x });
  checkOptions(name, options, ["keepDims"]);
  const list = normalizeAxes(name, axes, x.rank);
  if (op.combine !== "sum" && list.some((axis) => x.shape[axis] === 0))
    throw new ShapeError(
      `${name}: ${showShape(x.shape)} has nothing to compare along axes ${showShape(list)}`,
    );
  const kept = x.shape.map((n, axis) => (list.includes(axis) ? 1 : n));
  const reduced =
    list.length === 0 && op.combine === "sum" ? x : record(op, [x], kept, { attributes: { axes: list } });
  return options.keepDims
    ? reduced
    : reshape(
        reduced,
        x.shape.filter((_, axis) => !list.includes(axis)),
      );
}

/** Sums a broadcast gradient back to the shape of the operand it belongs to. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  expectTensors("sumTo", { x });
  checkShape("sumTo", shape);
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes = x.shape.flatMap((n, axis) =>
    axis < lead || (shape[axis - lead] === 1 && n !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}
