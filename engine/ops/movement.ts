/** Ops that move elements: none of them copies anything by itself, fused kernels read through them. */
import { ShapeError } from "../errors.ts";
import type { MovementOp, Node } from "../graph/node.ts";
import { padView, permuteView, sliceView } from "../graph/view.ts";
import { normalizeAxes, normalizeAxis, type Shape, showShape, stridesOf } from "../shape.ts";
import { record, Tensor } from "../tensor.ts";
import { constant, reshape } from "./broadcast.ts";
import { add, sub } from "./pointwise.ts";

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

const SLICE: MovementOp = {
  kind: "movement",
  name: "slice",
  gradient: (dy, node) => {
    const from = (node.inputs[0] as Node).shape;
    const starts = node.attributes.starts as readonly number[];
    const steps = node.attributes.steps as readonly number[];
    return [scatterSlice(new Tensor(dy), from, starts, steps).node];
  },
};

const PAD: MovementOp = {
  kind: "movement",
  name: "pad",
  gradient: (dy, node) => {
    const before = node.attributes.before as readonly number[];
    const { shape } = node.inputs[0] as Node;
    return [
      slice(
        new Tensor(dy),
        before,
        before.map((b, axis) => b + (shape[axis] as number)),
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
  const axes = x.shape.map((_, axis) => axis);
  const p = normalizeAxis("transpose", a, x.rank);
  const q = normalizeAxis("transpose", b, x.rank);
  axes[p] = q;
  axes[q] = p;
  return permute(x, axes);
}

/**
 * Elements `starts[a]` up to, but without, `ends[a]` of every axis, each `steps[a]`-th. Negative positions count from
 * the end, and what lies beyond an end is left out; steps are at least 1 (see `flip`).
 */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly (number | undefined)[],
  steps: readonly number[] = [],
): Tensor {
  const at = (position: number, n: number) =>
    Math.min(Math.max(position < 0 ? position + n : position, 0), n);
  if (starts.length > x.rank || ends.length > x.rank)
    throw new ShapeError(`slice: ${starts.length} positions for a tensor of shape ${showShape(x.shape)}`);
  const step = x.shape.map((_, axis) => steps[axis] ?? 1);
  if (step.some((s) => !Number.isInteger(s) || s < 1))
    throw new ShapeError(`slice: steps must be whole numbers from 1 on, got ${showShape(step)}`);
  const first = x.shape.map((n, axis) => at(starts[axis] ?? 0, n));
  const sizes = x.shape.map((n, axis) => {
    const length = at(ends[axis] ?? n, n) - (first[axis] as number);
    return Math.max(Math.ceil(length / (step[axis] as number)), 0);
  });
  if (sizes.every((n, axis) => n === x.shape[axis])) return x;
  return record(SLICE, [x], sizes, {
    view: sliceView(x.shape, first, step, sizes),
    attributes: { starts: first, steps: step },
  });
}

/** The gradient of `slice`: dy put back where it was taken from, zeros elsewhere. */
function scatterSlice(dy: Tensor, shape: Shape, starts: readonly number[], steps: readonly number[]): Tensor {
  let spread = dy;
  steps.forEach((step, axis) => {
    if (step === 1) return;
    // Zeros between the elements: [.., n, ..] -> [.., n, 1, ..] -> [.., n, step, ..] -> [.., n * step, ..]
    const sizes = [...spread.shape];
    const apart = reshape(spread, [...sizes.slice(0, axis + 1), 1, ...sizes.slice(axis + 1)]);
    const after = apart.shape.map((_, k) => (k === axis + 1 ? step - 1 : 0));
    const padded = pad(
      apart,
      apart.shape.map(() => 0),
      after,
    );
    sizes[axis] = (sizes[axis] as number) * step;
    spread = reshape(padded, sizes);
    const room = (shape[axis] as number) - (starts[axis] as number);
    if ((sizes[axis] as number) > room)
      spread = slice(
        spread,
        [],
        spread.shape.map((n, k) => (k === axis ? room : n)),
      );
  });
  return pad(
    spread,
    starts,
    shape.map((n, axis) => n - (starts[axis] as number) - (spread.shape[axis] as number)),
  );
}

/** `value` around x: `before[a]` times in front of axis a, `after[a]` times behind. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  if (before.length !== x.rank || after.length !== x.rank)
    throw new ShapeError(
      `pad: needs ${x.rank} amounts in front and behind for shape ${showShape(x.shape)}, got ${before.length} and ${after.length}`,
    );
  if ([...before, ...after].some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(
      `pad: amounts must be whole numbers from 0 on, got ${showShape(before)} and ${showShape(after)}`,
    );
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x;
  // Padding with another value is padding the difference to it with zeros.
  if (value !== 0) return add(pad(sub(x, value), before, after), value);
  const view = padView(x.shape, before, after);
  return record(PAD, [x], view.shape, { view, attributes: { before: [...before] } });
}

/** Reverses the order along `axes`, by default all. */
export function flip(x: Tensor, axes?: number | Shape): Tensor {
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

/** Puts tensors one behind the other along `axis`; their other sizes agree. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
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
    return pad(t, before, after);
  });
  return parts.reduce((a, b) => add(a, b));
}

/** Puts tensors of one shape beside each other along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const rank = (tensors[0]?.rank ?? 0) + 1;
  const at = normalizeAxis("stack", axis, rank);
  return concat(
    tensors.map((t) => unsqueeze(t, at)),
    at,
  );
}

/** Cuts x along `axis` into parts of these sizes. */
export function split(x: Tensor, sizes: readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis("split", axis, x.rank);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== x.shape[at])
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
  const at = normalizeAxis("roll", axis, x.rank);
  const n = x.shape[at] as number;
  const k = n === 0 ? 0 : ((shift % n) + n) % n;
  if (k === 0) return x;
  const [front, back] = split(x, [n - k, k], at) as [Tensor, Tensor];
  return concat([back, front], at);
}

/** Adds an axis of size 1 in front of `axis`. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis("unsqueeze", axis, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Removes `axis`, whose size must be 1; without an axis all such. */
export function squeeze(x: Tensor, axis?: number): Tensor {
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
export const zeros = (shape: Shape): Tensor => constant(0, shape);
/** All ones. */
export const ones = (shape: Shape): Tensor => constant(1, shape);
/** All `value`. */
export const full = (shape: Shape, value: number): Tensor => constant(value, shape);
