/** Shapes of expressions that the graph compiler knows a better form of. */
import type { Node } from "./node.ts";
import { expandView, Index } from "./view.ts";

/** Follows nodes that move elements down to the one that computes them, and how that one is read. */
function origin(node: Node): { node: Node; index: Index } {
  let at = node;
  let index = Index.identity;
  while (at.op.kind === "movement") {
    if (at.view) index = index.through(at.view);
    at = at.inputs[0] as Node;
  }
  return { node: at, index };
}

export const isSum = (node: Node): boolean => node.op.kind === "reduce" && node.op.combine === "sum";

export const axesOf = (reduction: Node): readonly number[] => reduction.attributes.axes as readonly number[];

/** Elements that one element of a reduction is made of. */
export const countOf = (reduction: Node): number =>
  axesOf(reduction).reduce((n, axis) => n * ((reduction.inputs[0] as Node).shape[axis] as number), 1);

/**
 * The sum over `axes` of which `node` is the mean, stretched to the shape of what was summed: expand(sum(x) / n).
 * Undefined for anything else.
 */
function meanSum(node: Node, x: Node, axes: readonly number[]): Node | undefined {
  const outer = origin(node);
  if (outer.node.op.kind !== "pointwise" || outer.node.op.name !== "mul") return undefined;
  const factor = outer.node.inputs.find((input) => origin(input).node.op.kind === "constant");
  const other = outer.node.inputs.find((input) => input !== factor);
  if (!factor || !other) return undefined;
  const inner = origin(other);
  const { node: sum } = inner;
  if (!isSum(sum) || sum.inputs[0] !== x || axesOf(sum).join() !== axes.join()) return undefined;
  if (origin(factor).node.attributes.value !== 1 / countOf(sum)) return undefined;
  let index = outer.index;
  for (const view of inner.index.views) index = index.through(view);
  const expected = Index.identity.through(expandView(sum.shape, x.shape));
  return index.key === expected.key ? sum : undefined;
}

/** For x - mean(x), the mean taken over `axes`: the sum that the mean is made of. */
function centredSum(node: Node, axes: readonly number[]): Node | undefined {
  const [x, mean] = node.inputs;
  return node.op.kind === "pointwise" && node.op.name === "sub" && x && mean
    ? meanSum(mean, x, axes)
    : undefined;
}

/** For Σ (x - mean(x))², the mean taken over the same axes: the sum that the mean is made of. */
export function varianceSum(reduction: Node): Node | undefined {
  const [squares] = reduction.inputs;
  if (!isSum(reduction) || squares?.op.kind !== "pointwise" || squares.op.name !== "square") return undefined;
  return centredSum(squares.inputs[0] as Node, axesOf(reduction));
}
