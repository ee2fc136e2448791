/**
 * The same numbers with less work, before kernels are made: what is computed twice is computed once, and factors that do
 * not change along the summed axes are taken out of sums. What a gradient records of a normalisation then reduces to the
 * two sums of its textbook form, Σ dy and Σ dy·x̂, and a third, Σ (x - mean), that corrects the rounding of the mean.
 */
import type { ConstantOp, Node as GraphNode, PointwiseOp } from "./node.ts";
import { Node } from "./node.ts";
import type { Graph } from "./fuse.ts";
import { axesOf, countOf, isSum } from "./pattern.ts";
import { expandView } from "./view.ts";

const CONSTANT: ConstantOp = { kind: "constant", name: "constant" };
const MUL: PointwiseOp = {
  kind: "pointwise",
  name: "mul",
  cost: 1,
  expression: ([a, b]) => `${a} * ${b}`,
};

/** Expressions deeper than this are not looked into. */
const MAX_DEPTH = 6;

/**
 * @returns the new graph, and where each of its nodes that also was in the old one had its place there. Nodes that were
 * left alone are the same objects; changed ones keep their id, so that the order of time stays what it was.
 */
export function rewrite(
  graph: Graph,
  unfused = false,
): { graph: Graph; position: ReadonlyMap<Node, number> } {
  const { isLeaf } = graph;
  // Where every op is a kernel of its own, it is to be the op that was recorded.
  if (unfused || graph.separate)
    return { graph, position: new Map(graph.nodes.map((node, at) => [node, at])) };
  const now = new Map<Node, Node>();
  const known = new Map<string, Node>();
  const nodes: Node[] = [];
  const position = new Map<Node, number>();

  /** The node of this structure that is there already, else `node` itself. */
  const unique = (node: Node): Node => {
    if (!canShare(node)) {
      nodes.push(node);
      return node;
    }
    const key = `${node.structure}(${node.inputs.map(({ id }) => id)})`;
    const same = known.get(key);
    if (same && same.op === node.op) return same;
    known.set(key, node);
    nodes.push(node);
    return node;
  };

  /** Places new nodes in time: after all that was recorded before `at`, in front of `at` itself. */
  const maker = (at: Node) => {
    let made = 0;
    return (op: GraphNode["op"], inputs: readonly Node[], shape: readonly number[], extra: Extra = {}) =>
      unique(
        new Node(op, inputs, shape, at.dtype, {
          ...extra,
          layer: at.layer,
          recomputed: at.recomputed,
          id: at.id - 0.5 + ++made / 1024,
        }),
      );
  };

  graph.nodes.forEach((node, at) => {
    const inputs = node.inputs.map((input) => now.get(input) ?? input);
    const changed = !isLeaf(node) && inputs.some((input, k) => input !== node.inputs[k]);
    const current = changed ? node.withInputs(inputs) : node;
    let result: Node | undefined;
    if (!isLeaf(node) && isSum(current) && !current.kept) result = sumWithoutFactors(current, maker(current));
    result ??= isLeaf(node) ? append(current) : unique(current);
    now.set(node, result);
    if (!position.has(result)) position.set(result, at);
  });
  const outputs = graph.outputs.map((node) => now.get(node) ?? node);
  return { graph: { nodes: needed(nodes, outputs, isLeaf), outputs, isLeaf }, position };

  function append(node: Node): Node {
    nodes.push(node);
    return node;
  }

  /** Two nodes of this kind with equal inputs can be one. */
  function canShare(node: Node): boolean {
    const { op } = node;
    if (node.kept || node.storage || node.host || isLeaf(node)) return false;
    if (op.kind === "movement") return op.endsHistory !== true;
    return op.kind === "pointwise" || op.kind === "reduce" || op.kind === "kernel" || op.kind === "constant";
  }
}

/** Those of `nodes` that something wanted is made of. */
function needed(nodes: readonly Node[], outputs: readonly Node[], isLeaf: Graph["isLeaf"]): Node[] {
  const stack = [...outputs, ...nodes.filter((node) => node.op.kind === "effect" || node.kept)];
  const reached = new Set<Node>();
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (reached.has(node)) continue;
    reached.add(node);
    if (!isLeaf(node)) stack.push(...node.inputs);
  }
  return nodes.filter((node) => reached.has(node));
}

type Extra = NonNullable<ConstructorParameters<typeof Node>[4]>;
type Make = (op: GraphNode["op"], inputs: readonly Node[], shape: readonly number[], extra?: Extra) => Node;

/** The sum as products and negations of simpler sums; undefined where nothing can be taken out. */
function sumWithoutFactors(reduction: Node, make: Make): Node | undefined {
  const { shape, attributes } = reduction;
  const axes = axesOf(reduction);

  const sumOf = (x: Node, depth: number): Node =>
    simpler(x, depth) ?? make(reduction.op, [x], shape, { attributes });
  const simpler = (x: Node, depth: number): Node | undefined => {
    if (x.op.kind !== "pointwise" || x.kept || x.storage || x.host || depth > MAX_DEPTH) return undefined;
    const [a, b] = x.inputs as [Node, Node];
    if (x.op.name === "neg") return make(x.op, [sumOf(a, depth + 1)], shape);
    if (x.op.name !== "mul") return undefined;
    const right = invariant(b, axes, shape, make, depth);
    if (right) return make(x.op, [sumOf(a, depth + 1), right], shape);
    const left = invariant(a, axes, shape, make, depth);
    return left && make(x.op, [left, sumOf(b, depth + 1)], shape);
  };
  const [x] = reduction.inputs as [Node];
  const same = invariant(x, axes, shape, make, 0);
  if (!same) return simpler(x, 0);
  return make(MUL, [same, make(CONSTANT, [], shape, { attributes: { value: countOf(reduction) } })], shape);
}

/** The node's values without the axes along which they do not change: of size 1 there, as in `kept`. */
function invariant(
  node: Node,
  axes: readonly number[],
  kept: readonly number[],
  make: Make,
  depth: number,
): Node | undefined {
  const { op } = node;
  if (node.kept || node.storage || node.host || depth > MAX_DEPTH) return undefined;
  if (op.kind === "constant") return make(CONSTANT, [], kept, { attributes: node.attributes });
  if (op.kind === "movement" && op.name === "expand") {
    const [source] = node.inputs as [Node];
    const lead = node.shape.length - source.shape.length;
    const stretched = axes.every((axis) => axis < lead || source.shape[axis - lead] === 1);
    return stretched ? make(op, [source], kept, { view: expandView(source.shape, kept) }) : undefined;
  }
  if (op.kind !== "pointwise" || node.inputs.length === 0) return undefined;
  const inputs: Node[] = [];
  for (const input of node.inputs) {
    const part = invariant(input, axes, kept, make, depth + 1);
    if (!part) return undefined;
    inputs.push(part);
  }
  return make(op, inputs, kept, { attributes: node.attributes });
}
