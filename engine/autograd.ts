/** Reverse-mode differentiation as a transformation of the graph: gradients are tensors like any other. */
import { expectFunction, GanvasError, ShapeError, shown } from "./errors.ts";
import { castNode } from "./graph/cast.ts";
import { backwardOf, inLayer, inRegion, type Node } from "./graph/node.ts";
import { Recomputation } from "./graph/recompute.ts";
import { runtime } from "./graph/runtime.ts";
import { ones, zeros } from "./ops/movement.ts";
import { add } from "./ops/pointwise.ts";
import { sameShape, showShape } from "./shape.ts";
import { Scope } from "./scope.ts";
import { expectTensors, Tensor } from "./tensor.ts";

/** A gradient for each, as many as there are: `const [dw, db] = grad(loss, [w, b])`. */
export type Gradients<X extends readonly Tensor[]> = { -readonly [K in keyof X]: Tensor };

/** What `grad` is asked: of what, with respect to what. */
export interface GradientCall {
  readonly y: Tensor;
  readonly xs: readonly Tensor[];
}

/** What somebody who looks on wants to know besides. */
export interface GradientWish {
  readonly xs: readonly Tensor[];
  /** Told the gradients that were asked for, and those that are wanted besides. */
  readonly told: (gradients: readonly Tensor[], besides: readonly Tensor[]) => void;
}

/** Called before anything is recorded. */
export type GradientWatcher = (call: GradientCall) => GradientWish | undefined;

const watcher = new Scope<GradientWatcher | undefined>(undefined);

/** Tells of every call of `grad` while `work` records: to look at a training step from outside. */
export function watchGradients<T>(onCall: GradientWatcher, work: () => T): T {
  expectFunction("watchGradients", "onCall", onCall);
  expectFunction("watchGradients", "work", work);
  return watcher.during(onCall, work);
}

/**
 * Gradients of `y` with respect to each of `xs`, each with the shape of its x; zeros where y does not depend on it.
 * The result can be differentiated again.
 *
 * @param dy gradient that y itself receives, of y's shape; 1 by default, and then y must hold a single number
 * @throws ShapeError when y is not a single number and no `dy` is given
 * @throws GanvasError when an op on the way has no derivative, or y or an x holds whole numbers
 */
export function grad<const X extends readonly Tensor[]>(y: Tensor, xs: X, dy?: Tensor): Gradients<X> {
  expectTensors("grad", { y, ...(dy && { dy }) });
  if (!Array.isArray(xs)) throw new GanvasError(`grad: xs should be an array of tensors, got ${shown(xs)}`);
  expectTensors("grad", Object.fromEntries(xs.map((x, k) => [`x ${k}`, x])));
  if (!dy && y.size !== 1)
    throw new ShapeError(
      `grad: needs a single number to differentiate, got shape ${showShape(y.shape)}; pass dy or take a sum`,
    );
  if (dy && !sameShape(dy.shape, y.shape))
    throw new ShapeError(`grad: dy has shape ${showShape(dy.shape)}, y has ${showShape(y.shape)}`);
  for (const [name, t] of [["y", y] as const, ...xs.map((x, k) => [`x ${k}`, x] as const)])
    if (t.dtype === "i32" || t.dtype === "u32")
      throw new GanvasError(
        `grad: ${name} (${t.node.op.name}) is of type ${t.dtype}; whole numbers have no derivative`,
      );
  const wish = watcher.current?.({ y, xs });
  // Whoever differentiates a loss will want to read it, perhaps after the update it is for.
  if (y.size === 1) runtime.keep(y.node, "scalar");

  const all = wish ? [...xs, ...wish.xs] : xs;
  const targets = all.map((x) => x.node);
  const order = nodesBetween(y.node, new Set(targets));
  const gradients = new Map<Node, Node>([[y.node, castNode((dy ?? ones(y.shape)).node, y.dtype)]]);
  /** Adds the gradients that a node hands to its inputs. */
  const collect = (node: Node, parts: readonly (Node | undefined)[]) =>
    parts.forEach((part, k) => {
      const input = node.inputs[k];
      if (!part || !input || !order.has(input)) return;
      if (!sameShape(part.shape, input.shape))
        throw new GanvasError(
          `grad: ${node.op.name} gave input ${k} a gradient of shape ${showShape(part.shape)} instead of ${showShape(input.shape)}`,
        );
      const own = castNode(part, input.dtype);
      const sum = gradients.get(input);
      gradients.set(input, sum ? add(new Tensor(sum), new Tensor(own)).node : own);
    });
  const again = new Recomputation();
  for (const node of order) {
    const received = gradients.get(node);
    // State is where differentiation ends, whatever wrote it.
    if (!received || node.op.kind === "updated" || !node.inputs.some((input) => order.has(input))) continue;
    const { gradient } = node.op;
    if (!gradient && node.op.kind !== "pointwise")
      throw new GanvasError(`grad: ${node.op.name} has no derivative`);
    if (!gradient) continue;
    const computed = again.of(node);
    inLayer(backwardOf(node.layer), () => collect(node, gradient(received, computed)));
  }
  const results = all.map((x, k) => {
    const found = gradients.get(targets[k] as Node);
    return new Tensor(castNode((found ? new Tensor(found) : zeros(x.shape)).node, x.dtype));
  });
  const own = results.slice(0, xs.length);
  wish?.told(own, results.slice(xs.length));
  return own as unknown as Gradients<X>;
}

/**
 * Does `work` and lets gradients compute its values again instead of keeping them: what it records takes memory only while
 * the forward pass runs through it, for about a third more work in a training step (gradient checkpointing; Chen et al. 2016).
 * Results and gradients are those without it, to any order; random ops draw the same numbers again, and updates of
 * state (running statistics) happen once. What flows into and out of `work`, and what is kept or watched, stays in memory.
 * Within the work of another checkpoint it changes nothing. Wrap each block by itself: of a whole network wrapped at once, the
 * backward pass would compute everything again before it begins, and save nothing.
 *
 * @example for (const block of blocks) x = checkpoint(() => block.forward(x));
 */
export function checkpoint<T>(work: () => T): T {
  expectFunction("checkpoint", "work", work);
  return inRegion(work);
}

/** What a gradient may flow into: nothing behind state, whatever wrote it, or what was detached. */
const behind = ({ op, inputs }: Node): readonly Node[] =>
  op.kind === "updated" || (op.kind === "movement" && op.endsHistory) ? [] : inputs;

/** The nodes on a way from `y` back to one of `targets`, latest first. */
function nodesBetween(y: Node, targets: ReadonlySet<Node>): Set<Node> {
  const leads = new Map<Node, boolean>();
  const reached = new Set<Node>();
  const stack = [y];
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (reached.has(node)) continue;
    reached.add(node);
    if (node.forgotten !== undefined)
      throw new GanvasError(
        `grad: tensor ${showShape(node.shape)} (${node.op.name}) was computed before ${node.forgotten} was updated and cannot be differentiated any more; use detach() where it is to be a constant`,
      );
    stack.push(...behind(node));
  }
  const byAge = [...reached].sort((a, b) => a.id - b.id);
  for (const node of byAge) {
    leads.set(node, targets.has(node) || behind(node).some((input) => leads.get(input)));
  }
  return new Set(byAge.reverse().filter((node) => leads.get(node)));
}
