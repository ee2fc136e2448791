/**
 * Moving elements without copying them: every movement op (permute, expand, slice, flip, pad) is a `View`, a map from
 * its own elements, numbered row by row, to the elements of its input. Reshape changes no numbering and needs none.
 * Fused kernels read through a chain of views (`Index`); nothing is materialised unless a kernel needs whole rows.
 */
import { type Shape, sizeOf, stridesOf } from "../shape.ts";

/** Element (c0, c1, …) of `shape` is element `offset + Σ c·stride` of the input; outside `mask` it is 0. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** Per axis the half-open range of coordinates that have a source; absent when all have. */
  readonly mask?: readonly (readonly [low: number, high: number])[];
}

export function permuteView(shape: Shape, axes: readonly number[]): View {
  const strides = stridesOf(shape);
  return {
    shape: axes.map((a) => shape[a] as number),
    strides: axes.map((a) => strides[a] as number),
    offset: 0,
  };
}

/** Stretches axes of size 1 (and adds leading ones) up to `to`. */
export function expandView(shape: Shape, to: Shape): View {
  const lead = to.length - shape.length;
  const strides = stridesOf(shape);
  return {
    shape: to,
    strides: to.map((_, axis) =>
      axis < lead || shape[axis - lead] === 1 ? 0 : (strides[axis - lead] as number),
    ),
    offset: 0,
  };
}

/** Element `start + k·step` along every axis; a negative step walks backwards. */
export function sliceView(shape: Shape, starts: Shape, steps: readonly number[], sizes: Shape): View {
  const strides = stridesOf(shape);
  let offset = 0;
  strides.forEach((stride, axis) => {
    offset += stride * (starts[axis] as number);
  });
  return { shape: sizes, strides: strides.map((stride, axis) => stride * (steps[axis] as number)), offset };
}

/** Zeros around: `before[a]` in front of axis a and `after[a]` behind it. */
export function padView(shape: Shape, before: Shape, after: Shape): View {
  const strides = stridesOf(shape);
  let offset = 0;
  strides.forEach((stride, axis) => {
    offset -= stride * (before[axis] as number);
  });
  return {
    shape: shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number)),
    strides,
    offset,
    mask: shape.map((n, axis) => [before[axis] as number, (before[axis] as number) + n] as const),
  };
}

/** True when the view numbers elements exactly as its input does. */
export function isIdentity(view: View): boolean {
  const simple = simplify(view);
  return !simple.mask && simple.offset === 0 && simple.shape.length <= 1 && (simple.strides[0] ?? 1) === 1;
}

/** The same map with as few axes as possible: axes of size 1 are dropped, neighbours that run on are merged. */
export function simplify(view: View): View {
  const shape: number[] = [];
  const strides: number[] = [];
  const mask: (readonly [number, number])[] = [];
  view.shape.forEach((n, axis) => {
    const stride = view.strides[axis] as number;
    const range = view.mask?.[axis] ?? ([0, n] as const);
    const full = range[0] <= 0 && range[1] >= n;
    if (n === 1 && full) return;
    const last = shape.length - 1;
    const lastFull =
      last >= 0 &&
      (mask[last] as readonly [number, number])[0] <= 0 &&
      (mask[last] as readonly [number, number])[1] >= (shape[last] as number);
    if (last >= 0 && full && lastFull && strides[last] === stride * n) {
      shape[last] = (shape[last] as number) * n;
      strides[last] = stride;
      mask[last] = [0, shape[last] as number];
    } else {
      shape.push(n);
      strides.push(stride);
      mask.push(range);
    }
  });
  const masked = mask.some(([low, high], axis) => low > 0 || high < (shape[axis] as number));
  return { shape, strides, offset: view.offset, ...(masked ? { mask } : {}) };
}

/**
 * `inner` after `outer` as one view, where that is possible: each stride of `outer`, a step in the numbering of
 * `inner.shape`, must be a step along axes of `inner.shape` that never carries into the next axis.
 */
function merge(outer: View, inner: View): View | undefined {
  if (outer.mask || inner.mask || outer.offset < 0 || outer.strides.some((s) => s < 0)) return undefined;
  const innerRows = stridesOf(inner.shape);
  const split = (step: number) =>
    innerRows.map((row, axis) => Math.floor(step / row) % Math.max(inner.shape[axis] as number, 1));
  const reach = split(outer.offset);
  const dot = (coords: readonly number[]) =>
    coords.reduce((sum, c, axis) => sum + c * (inner.strides[axis] as number), 0);
  const offset = inner.offset + dot(reach);
  const strides = outer.strides.map((stride, axis) => {
    const coords = split(stride);
    coords.forEach((c, k) => {
      reach[k] = (reach[k] as number) + c * ((outer.shape[axis] as number) - 1);
    });
    return dot(coords);
  });
  if (reach.some((r, axis) => r >= (inner.shape[axis] as number))) return undefined;
  return { shape: outer.shape, strides, offset };
}

/** A chain of views from the numbering of a kernel's output down to the numbering of one of its inputs. */
export class Index {
  readonly key: string;
  readonly views: readonly View[];

  constructor(views: readonly View[]) {
    this.views = views;
    this.key = views
      .map((v) => `${v.shape}:${v.strides}:${v.offset}${v.mask ? `:${v.mask.join("/")}` : ""}`)
      .join(";");
  }

  static readonly identity = new Index([]);

  /** Where the elements come from after one more view below. */
  through(view: View): Index {
    if (isIdentity(view)) return this;
    const above = [...this.views];
    let below = simplify(view);
    // What two views become together may fit to the one above them, which neither did alone.
    for (let last = above.at(-1); last; last = above.at(-1)) {
      const merged = merge(last, below);
      if (!merged) break;
      above.pop();
      if (isIdentity(merged)) return new Index(above);
      below = simplify(merged);
    }
    return new Index([...above, below]);
  }
}

/** How four consecutive elements of the output lie in an input that is read through `index`. */
export type Access = "contiguous" | "splat" | "strided" | "gather";

export function accessOf(index: Index): Access {
  if (index.views.length === 0) return "contiguous";
  if (index.views.length > 1) return "gather";
  const view = index.views[0] as View;
  const rank = view.shape.length;
  if (rank === 0) return "splat";
  const inner = view.strides[rank - 1] as number;
  if (((view.shape[rank - 1] as number) & 3) !== 0) return "gather";
  if (inner === 0) return "splat";
  const aligned = (view.offset & 3) === 0 && view.strides.slice(0, -1).every((s) => (s & 3) === 0);
  return inner === 1 && aligned ? "contiguous" : "strided";
}

/** The body of `fn (e: u32) -> u32` that follows one view; coordinates are taken apart by constants. */
export function addressExpression(view: View): string {
  const signed = view.offset < 0 || view.strides.some((s) => s < 0);
  const terms: string[] = [];
  coordinates(view.shape).forEach((coordinate, axis) => {
    const stride = view.strides[axis] as number;
    if (stride === 0) return;
    const c = signed ? `i32(${coordinate})` : coordinate;
    terms.push(stride === 1 ? c : `${c} * ${stride}${signed ? "" : "u"}`);
  });
  if (view.offset !== 0 || terms.length === 0) terms.push(`${view.offset}${signed ? "" : "u"}`);
  const sum = terms.join(" + ");
  return signed ? `u32(${sum})` : sum;
}

/** WGSL condition that element `e` of the view has a source, or `undefined` when all have. */
export function validExpression(view: View): string | undefined {
  if (!view.mask) return undefined;
  const parts: string[] = [];
  const coords = coordinates(view.shape);
  view.mask.forEach(([low, high], axis) => {
    if (low > 0) parts.push(`(${coords[axis]}) >= ${low}u`);
    if (high < (view.shape[axis] as number)) parts.push(`(${coords[axis]}) < ${Math.max(high, 0)}u`);
  });
  return parts.length > 0 ? parts.join(" && ") : undefined;
}

function coordinates(view: Shape): string[] {
  // A view without elements is never read, but its text must compile: no division by 0.
  const shape = view.map((n) => Math.max(n, 1));
  const rows = stridesOf(shape);
  const total = sizeOf(shape);
  return shape.map((n, axis) => {
    const row = rows[axis] as number;
    const shifted = row === 1 ? "e" : `(e / ${row}u)`;
    return row * n === total ? shifted : `(${shifted} % ${n}u)`;
  });
}
