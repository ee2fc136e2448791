/** Random chains of movements, done twice: on arrays by plain loops, and as the views that the graph records. */
import fc from "fast-check";
import { expandView, Index, padView, permuteView, sliceView, type View } from "../../../engine/graph/view.ts";
import { type Shape, sizeOf, stridesOf } from "../../../engine/shape.ts";

/** An array of numbers, row by row. */
export interface Grid {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** A movement of a known shape: what it does to an array, and its view (none for a reshape). */
export interface Move {
  readonly name: string;
  readonly shape: Shape;
  readonly apply: (x: Grid) => Grid;
  readonly view?: View;
}

/** All coordinates of a shape, row by row. */
export function coordinatesOf(shape: Shape): number[][] {
  let all: number[][] = [[]];
  for (const n of shape) all = all.flatMap((c) => Array.from({ length: n }, (_, i) => [...c, i]));
  return all;
}

/** An array whose element at c is that of x at `from(c)`, 0 where that is undefined. */
function gather(x: Grid, shape: Shape, from: (c: readonly number[]) => readonly number[] | undefined): Grid {
  const strides = stridesOf(x.shape);
  const data = coordinatesOf(shape).map((c) => {
    const source = from(c);
    if (!source) return 0;
    return x.data[source.reduce((at, i, axis) => at + i * (strides[axis] as number), 0)] as number;
  });
  return { shape, data };
}

export function permuteMove(shape: Shape, axes: readonly number[]): Move {
  const view = permuteView(shape, axes);
  const out = axes.map((axis) => shape[axis] as number);
  return {
    name: `permute ${axes}`,
    shape: out,
    view,
    apply: (x) => gather(x, out, (c) => shape.map((_, axis) => c[axes.indexOf(axis)] as number)),
  };
}

export function expandMove(shape: Shape, to: Shape): Move {
  const lead = to.length - shape.length;
  return {
    name: `expand to ${to}`,
    shape: to,
    view: expandView(shape, to),
    apply: (x) => gather(x, to, (c) => shape.map((n, axis) => (n === 1 ? 0 : (c[axis + lead] as number)))),
  };
}

/** Negative steps walk backwards: a flip is one of them. */
export function sliceMove(shape: Shape, starts: Shape, steps: readonly number[], sizes: Shape): Move {
  return {
    name: `slice from ${starts} by ${steps} of ${sizes}`,
    shape: sizes,
    view: sliceView(shape, starts, steps, sizes),
    apply: (x) =>
      gather(x, sizes, (c) => c.map((i, axis) => (starts[axis] as number) + i * (steps[axis] as number))),
  };
}

export function padMove(shape: Shape, before: Shape, after: Shape): Move {
  const out = shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number));
  return {
    name: `pad ${before} and ${after}`,
    shape: out,
    view: padView(shape, before, after),
    apply: (x) =>
      gather(x, out, (c) => {
        const inner = c.map((i, axis) => i - (before[axis] as number));
        return inner.every((i, axis) => i >= 0 && i < (shape[axis] as number)) ? inner : undefined;
      }),
  };
}

export function reshapeMove(to: Shape): Move {
  return { name: `reshape to ${to}`, shape: to, apply: ({ data }) => ({ shape: to, data }) };
}

/** A movement of an array of this shape; `dice` are whole numbers that decide which. */
function anyMove(shape: Shape, dice: readonly number[]): Move {
  let rolled = 0;
  const roll = (n: number) => (dice[rolled++ % dice.length] as number) % n;
  const kind = roll(6);
  const axes = shape.map((_, axis) => axis);
  if (kind === 0)
    return permuteMove(
      shape,
      axes.sort((p, q) => ((p * 7 + 3) % 5) - ((q * 7 + 3) % 5) || roll(3) - 1),
    );
  if (kind === 1 && sizeOf(shape) <= 64) {
    const to = shape.map((n) => (n === 1 ? 1 + roll(4) : n));
    return expandMove(shape, roll(2) ? [1 + roll(3), ...to] : to);
  }
  if (kind === 2) {
    const flipped = shape.map(() => roll(2) === 1);
    return sliceMove(
      shape,
      shape.map((n, axis) => (flipped[axis] ? n - 1 : 0)),
      flipped.map((yes) => (yes ? -1 : 1)),
      shape,
    );
  }
  if (kind === 3) {
    const starts = shape.map((n) => roll(n));
    const steps = shape.map(() => 1 + roll(2));
    const room = shape.map((n, axis) => Math.ceil((n - (starts[axis] as number)) / (steps[axis] as number)));
    return sliceMove(
      shape,
      starts,
      steps,
      room.map((n) => 1 + roll(n)),
    );
  }
  if (kind === 4 && sizeOf(shape) <= 64)
    return padMove(
      shape,
      shape.map(() => roll(3)),
      shape.map(() => roll(3)),
    );
  return reshapeMove(roll(2) ? splitAxis(shape, roll(8)) : joinAxes(shape));
}

/** One axis of even size becomes two; scalars get an axis. */
function splitAxis(shape: Shape, choice: number): number[] {
  if (shape.length === 0) return [1];
  const at = choice % shape.length;
  const n = shape[at] as number;
  const inner = n % 2 === 0 ? 2 : 1;
  return [...shape.slice(0, at), n / inner, inner, ...shape.slice(at + 1)];
}

function joinAxes(shape: Shape): number[] {
  const [first, second, ...rest] = shape;
  return first === undefined || second === undefined ? [...shape, 1] : [first * second, ...rest];
}

/** A shape and a chain of movements from it. */
export const chains: fc.Arbitrary<{ shape: Shape; moves: readonly Move[] }> = fc
  .record({
    shape: fc.array(fc.constantFrom(1, 2, 3, 4, 8), { minLength: 1, maxLength: 4 }),
    dice: fc.array(fc.array(fc.nat({ max: 1000 }), { minLength: 8, maxLength: 16 }), { maxLength: 6 }),
  })
  .map(({ shape, dice }) => {
    const moves: Move[] = [];
    for (const rolls of dice) moves.push(anyMove(moves.at(-1)?.shape ?? shape, rolls));
    return { shape, moves };
  });

/** How the result of a chain reads its start. */
export function indexOf(moves: readonly Move[]): Index {
  return moves.reduceRight((index, { view }) => (view ? index.through(view) : index), Index.identity);
}

/** The element of the start that element `e` is, or undefined where a view has no source for it. */
export function source(views: readonly View[], e: number): number | undefined {
  let at = e;
  for (const { shape, strides, offset, mask } of views) {
    const rows = stridesOf(shape);
    const c = shape.map((n, axis) => Math.floor(at / (rows[axis] as number)) % n);
    if (mask?.some(([low, high], axis) => (c[axis] as number) < low || (c[axis] as number) >= high))
      return undefined;
    at = c.reduce((sum, i, axis) => sum + i * (strides[axis] as number), offset);
  }
  return at;
}
