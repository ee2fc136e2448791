/** Ops that only move elements: each says where an element comes from. */

import {
  at,
  broadcastShape,
  build,
  forEachIndex,
  normalAxis,
  type RefTensor,
  type Shape,
  sizeOf,
  stridesOf,
} from "./array.ts";
import type { Axes, Ops } from "./ops.ts";
import { add, constant, primal, type Scalar } from "./tape.ts";

const listOf = (axes: Axes, rank: number): number[] =>
  (typeof axes === "number" ? [axes] : axes).map((axis) => normalAxis(axis, rank));

/** The index with the entry of one axis replaced. */
const replaced = (index: readonly number[], axis: number, i: number): number[] =>
  index.map((j, k) => (k === axis ? i : j));

/** One size of -1 stands for whatever is left. */
function completeShape(shape: Shape, size: number): number[] {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return shape.map((n) => (n === -1 ? size / known : n));
}

/** Reflects without repeating the border: … 2 1 | 0 1 2 … n-1 | n-2 …. */
const reflected = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
const replicated = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);

function permute(x: RefTensor, signed: readonly number[]): RefTensor {
  const axes = listOf(signed, x.shape.length);
  const from = new Array<number>(axes.length).fill(0);
  return build(
    axes.map((axis) => x.shape[axis] as number),
    (index) => {
      axes.forEach((axis, i) => {
        from[axis] = index[i] as number;
      });
      return at(x, from);
    },
  );
}

function unsqueeze(x: RefTensor, axis: number): RefTensor {
  const where = axis < 0 ? axis + x.shape.length + 1 : axis;
  return { shape: [...x.shape.slice(0, where), 1, ...x.shape.slice(where)], data: x.data };
}

function concat(xs: readonly RefTensor[], axis: number): RefTensor {
  const along = normalAxis(axis, (xs[0] as RefTensor).shape.length);
  const sizes = xs.map((x) => x.shape[along] as number);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  return build(replaced((xs[0] as RefTensor).shape, along, total), (index) => {
    let rest = index[along] as number;
    let part = 0;
    while (rest >= (sizes[part] as number)) rest -= sizes[part++] as number;
    return at(xs[part] as RefTensor, replaced(index, along, rest));
  });
}

export const forms = {
  full(shape, value) {
    const scalar = constant(value);
    return { shape, data: new Array<Scalar>(sizeOf(shape)).fill(scalar) };
  },

  detach: (x) => ({ shape: x.shape, data: x.data.map((scalar) => constant(primal(scalar))) }),

  permute,
  concat,
  unsqueeze,

  reshape: (x, shape) => ({ shape: completeShape(shape, sizeOf(x.shape)), data: x.data }),

  transpose(x) {
    const axes = x.shape.map((_, i) => i);
    return permute(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
  },

  expand(x, shape) {
    const lead = shape.length - x.shape.length;
    const sizes = shape.map((n, axis) => (n === -1 ? (x.shape[axis - lead] as number) : n));
    return build(broadcastShape(x.shape, sizes), (index) => at(x, index));
  },

  slice(x, begin, end, step = []) {
    // As in Python: negative positions count from the end, and what lies beyond an end is left out.
    const inside = (position: number, n: number): number =>
      Math.min(Math.max(position < 0 ? position + n : position, 0), n);
    const first = x.shape.map((n, i) => inside(begin[i] ?? 0, n));
    const last = x.shape.map((n, i) => inside(end[i] ?? n, n));
    const by = x.shape.map((_, i) => step[i] ?? 1);
    const shape = first.map((b, i) => Math.max(Math.ceil(((last[i] as number) - b) / (by[i] as number)), 0));
    return build(shape, (index) =>
      at(
        x,
        index.map((j, i) => (first[i] as number) + j * (by[i] as number)),
      ),
    );
  },

  flip(x, axes) {
    const flipped = listOf(axes, x.shape.length);
    return build(x.shape, (index) =>
      at(
        x,
        index.map((j, axis) => (flipped.includes(axis) ? (x.shape[axis] as number) - 1 - j : j)),
      ),
    );
  },

  roll(x, shift, axis) {
    const along = normalAxis(axis, x.shape.length);
    const n = x.shape[along] as number;
    return build(x.shape, (index) => {
      const from = (index[along] as number) - shift;
      return at(x, replaced(index, along, ((from % n) + n) % n));
    });
  },

  pad(x, before, after, { mode = "constant", value = 0 } = {}) {
    const border = constant(value);
    const sizeAt = (axis: number): number => x.shape[axis] as number;
    const shape = x.shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number));
    return build(shape, (index) => {
      const from = index.map((j, axis) => j - (before[axis] as number));
      if (mode === "constant")
        return from.every((j, axis) => j >= 0 && j < sizeAt(axis)) ? at(x, from) : border;
      const source = mode === "reflect" ? reflected : replicated;
      return at(
        x,
        from.map((j, axis) => source(j, sizeAt(axis))),
      );
    });
  },

  stack(xs, axis) {
    return concat(
      xs.map((x) => unsqueeze(x, axis)),
      axis,
    );
  },

  split(x, sizes, axis) {
    const along = normalAxis(axis, x.shape.length);
    let begin = 0;
    return sizes.map((size) => {
      const start = begin;
      begin += size;
      return build(replaced(x.shape, along, size), (index) =>
        at(x, replaced(index, along, start + (index[along] as number))),
      );
    });
  },

  squeeze(x, axis) {
    const along = axis === undefined ? undefined : normalAxis(axis, x.shape.length);
    return { shape: x.shape.filter((n, k) => n !== 1 || (along ?? k) !== k), data: x.data };
  },

  embedding: (table, index) => {
    const width = table.shape.slice(1);
    return build([...index.shape, ...width], (at_) => {
      const row = primal(at(index, at_.slice(0, index.shape.length)));
      return at(table, [row, ...at_.slice(index.shape.length)]);
    });
  },

  gather(x, index, axis) {
    const along = normalAxis(axis, x.shape.length);
    return build(index.shape, (place) => at(x, replaced(place, along, primal(at(index, place)))));
  },

  scatterAdd(x, index, axis, size) {
    const along = normalAxis(axis, x.shape.length);
    const shape = replaced(x.shape, along, size);
    const strides = stridesOf(shape);
    const data = new Array<Scalar>(sizeOf(shape)).fill(constant(0));
    forEachIndex(x.shape, (place) => {
      const to = replaced(place, along, primal(at(index, place)));
      const flat = to.reduce((sum, i, k) => sum + i * (strides[k] as number), 0);
      data[flat] = add(data[flat] as Scalar, at(x, place));
    });
    return { shape, data };
  },

  indexSelect(x, index, axis) {
    const along = normalAxis(axis, x.shape.length);
    return build(replaced(x.shape, along, sizeOf(index.shape)), (place) =>
      at(x, replaced(place, along, primal(index.data[place[along] as number] as Scalar))),
    );
  },

  oneHot(index, classes) {
    const one = constant(1);
    const zero = constant(0);
    return build([...index.shape, classes], (place) =>
      primal(at(index, place.slice(0, -1))) === place.at(-1) ? one : zero,
    );
  },
} satisfies Partial<Ops<RefTensor>>;
