/** Ops that move elements: none of them copies anything by itself, fused kernels read through them. */
import { ShapeError, shown } from "../errors.ts";
import type { MovementOp, Node } from "../graph/node.ts";
import { permuteView, sliceView } from "../graph/view.ts";
import {
  checkShape,
  expectList,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  showShape,
  stridesOf,
} from "../shape.ts";
import { expectTensors, record, Tensor } from "../tensor.ts";
import { constant, reshape } from "./broadcast.ts";
import { add } from "./pointwise.ts";
import { padZeros, slice } from "./slice.ts";

const axesOf = (node: Node): readonly number[] => node.attributes.axes as readonly number[];

const PERMUTE: MovementOp = {
  kind: "movement",
  name: "permute",
  gradient: (dy, node) => {
    const axes = axesOf(node);
    return [
      permute(
        new Tensor(dy),
        axes.map((_, axis) => axes.indexOf(axis)),
      ).node,
    ];
  },
};

const FLIP: MovementOp = {
  kind: "movement",
  name: "flip",
  gradient: (dy, node) => [flip(new Tensor(dy), axesOf(node)).node],
};

/** Axis k of the result is axis `axes[k]` of x. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  expectTensors("permute", { x });
  expectList("permute", "axes", axes);
  const list = axes.map((axis) => normalizeAxis("permute", axis, x.rank));
  if (list.length !== x.rank || new Set(list).size !== x.rank)
    throw new ShapeError(
      `permute: axes ${showShape(axes)} do not name each axis of ${showShape(x.shape)} once`,
    );
  if (list.every((axis, k) => axis === k)) return x;
  const view = permuteView(x.shape, list);
  return record(PERMUTE, [x], view.shape, { view, attributes: { axes: list } });
}

/** Exchanges two axes, by default the last two. */
export function transpose(x: Tensor, a = -2, b = -1): Tensor {
  expectTensors("transpose", { x });
  const axes = x.shape.map((_, axis) => axis);
  const p = normalizeAxis("transpose", a, x.rank);
  const q = normalizeAxis("transpose", b, x.rank);
  axes[p] = q;
  axes[q] = p;
  return permute(x, axes);
}

/** Reverses the order along `axes`, by default all. */
export function flip(x: Tensor, axes?: number | Shape): Tensor {
  expectTensors("flip", { x });
  const list = normalizeAxes("flip", axes, x.rank);
  if (list.length === 0) return x;
  const strides = stridesOf(x.shape);
  const starts = x.shape.map((n, axis) => (list.includes(axis) ? n - 1 : 0));
  const view = sliceView(
    x.shape,
    starts,
    strides.map((_, axis) => (list.includes(axis) ? -1 : 1)),
    x.shape,
  );
  return record(FLIP, [x], x.shape, { view, attributes: { axes: list } });
}

function expectAll(op: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors))
    throw new ShapeError(`${op}: needs an array of tensors, got ${shown(tensors)}`);
  expectTensors(op, Object.fromEntries(tensors.map((t, k) => [`tensor ${k}`, t])));
}

/** Puts tensors one behind the other along `axis`; their other sizes agree. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  expectAll("concat", tensors);
  const [first] = tensors;
  if (!first) throw new ShapeError("concat: needs at least one tensor");
  const at = normalizeAxis("concat", axis, first.rank);
  for (const t of tensors)
    if (t.rank !== first.rank || t.shape.some((n, k) => k !== at && n !== first.shape[k]))
      throw new ShapeError(
        `concat: shapes ${tensors.map((x) => showShape(x.shape)).join(", ")} differ beyond axis ${at}`,
      );
  const total = tensors.reduce((sum, t) => sum + (t.shape[at] as number), 0);
  // Each part is padded with zeros to the full length; a fused kernel reads each element from the one part that has it.
  let front = 0;
  const parts = tensors.map((t) => {
    const n = t.shape[at] as number;
    const before = t.shape.map((_, k) => (k === at ? front : 0));
    const after = t.shape.map((_, k) => (k === at ? total - front - n : 0));
    front += n;
    return padZeros(t, before, after);
  });
  return parts.reduce((a, b) => add(a, b));
}

/** Puts tensors of one shape beside each other along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  expectAll("stack", tensors);
  const rank = (tensors[0]?.rank ?? 0) + 1;
  const at = normalizeAxis("stack", axis, rank);
  return concat(
    tensors.map((t) => unsqueeze(t, at)),
    at,
  );
}

/** Cuts x along `axis` into parts of these sizes. */
export function split(x: Tensor, sizes: readonly number[], axis = 0): Tensor[] {
  expectTensors("split", { x });
  expectList("split", "sizes", sizes);
  const at = normalizeAxis("split", axis, x.rank);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== x.shape[at] || sizes.some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(
      `split: sizes ${showShape(sizes)} do not add up to axis ${at} of ${showShape(x.shape)}`,
    );
  let start = 0;
  return sizes.map((n) => {
    const starts = x.shape.map((_, k) => (k === at ? start : 0));
    start += n;
    return slice(
      x,
      starts,
      x.shape.map((size, k) => (k === at ? start : size)),
    );
  });
}

/** Turns the elements round by `shift` places along `axis`; what leaves at the end comes in at the front. */
export function roll(x: Tensor, shift: number, axis = 0): Tensor {
  expectTensors("roll", { x });
  const at = normalizeAxis("roll", axis, x.rank);
  if (!Number.isInteger(shift))
    throw new ShapeError(`roll: shift must be a whole number, got ${shown(shift)}`);
  const n = x.shape[at] as number;
  const k = n === 0 ? 0 : ((shift % n) + n) % n;
  if (k === 0) return x;
  const [front, back] = split(x, [n - k, k], at) as [Tensor, Tensor];
  return concat([back, front], at);
}

/** Adds an axis of size 1 in front of `axis`. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  expectTensors("unsqueeze", { x });
  const at = normalizeAxis("unsqueeze", axis, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Removes `axis`, whose size must be 1; without an axis all such. */
export function squeeze(x: Tensor, axis?: number): Tensor {
  expectTensors("squeeze", { x });
  if (axis === undefined)
    return reshape(
      x,
      x.shape.filter((n) => n !== 1),
    );
  const at = normalizeAxis("squeeze", axis, x.rank);
  if (x.shape[at] !== 1)
    throw new ShapeError(`squeeze: axis ${at} of ${showShape(x.shape)} has size ${x.shape[at]}, not 1`);
  return reshape(
    x,
    x.shape.filter((_, k) => k !== at),
  );
}

/** All zeros. */
export const zeros = (shape: Shape): Tensor => full(shape, 0, "zeros");
/** All ones. */
export const ones = (shape: Shape): Tensor => full(shape, 1, "ones");
/** All `value`. */
export function full(shape: Shape, value: number, op = "full"): Tensor {
  checkShape(op, shape);
  return constant(value, shape);
}
