/** Cutting out and surrounding with zeros, which are each other's gradients; neither copies anything by itself. */
import { ShapeError } from "../errors.ts";
import type { MovementOp, Node } from "../graph/node.ts";
import { padView, sliceView } from "../graph/view.ts";
import { expectList, type Shape, showShape } from "../shape.ts";
import { expectTensors, record, Tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";

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

/**
 * Elements `starts[a]` up to, but without, `ends[a]` of every axis, each `steps[a]`-th. Negative positions count from
 * the end, and what lies beyond an end is left out; steps are at least 1 (see `flip`).
 * @throws ShapeError for more positions than axes, and for positions or steps that are no whole numbers
 */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly (number | undefined)[],
  steps: readonly number[] = [],
): Tensor {
  expectTensors("slice", { x });
  for (const [name, list] of Object.entries({ starts, ends, steps })) expectList("slice", name, list);
  const at = (position: number, n: number) =>
    Math.min(Math.max(position < 0 ? position + n : position, 0), n);
  if (starts.length > x.rank || ends.length > x.rank)
    throw new ShapeError(`slice: ${starts.length} positions for a tensor of shape ${showShape(x.shape)}`);
  if ([...starts, ...ends].some((position) => position !== undefined && !Number.isInteger(position)))
    throw new ShapeError(
      `slice: positions must be whole numbers, got ${showShape(starts)} to [${ends.join(", ")}]`,
    );
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
    const padded = padZeros(
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
  return padZeros(
    spread,
    starts,
    shape.map((n, axis) => n - (starts[axis] as number) - (spread.shape[axis] as number)),
  );
}

/** Zeros around x: `before[a]` times in front of axis a, `after[a]` times behind; whole numbers from 0 on. */
export function padZeros(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  if ([...before, ...after].every((n) => n === 0)) return x;
  const view = padView(x.shape, before, after);
  return record(PAD, [x], view.shape, { view, attributes: { before: [...before] } });
}
