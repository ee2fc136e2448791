/**
 * Which nodes get a buffer, and which are computed inside the kernels that need them.
 *
 * Kernels (convolution, matmul, reductions) and what the caller asked for are stored. Pointwise and movement nodes are
 * computed where they are used, unless that would read more memory than storing them once, or repeat much arithmetic.
 */
import { GanvasError } from "../errors.ts";
import type { Node } from "./node.ts";
import type { Storage } from "./storage.ts";

/** What the caller wants of a graph, with all its nodes in order of creation. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly outputs: readonly Node[];
  readonly isLeaf: (node: Node) => boolean;
  /** Every op becomes a kernel of its own, so that each result can be looked at. */
  readonly separate?: boolean;
}

/** Buffers a fused expression reads at most: leaves room for its output and for one more. */
const MAX_LEAVES = 6;
/** Price (in additions an element) up to which a value is computed again rather than stored. */
const MAX_REPEATED_COST = 12;
const MAX_COST = 96;
/** A value stretched over at least this many elements, 4 or more for each of its own, is computed once. */
const STRETCH_SIZE = 16384;

/** Follows nodes that only change the shape down to the one that holds the numbers, at the latest to one that `isHeld`. */
export function resolve(node: Node, isHeld: (node: Node) => boolean): Node {
  let at = node;
  while (at.op.kind === "movement" && !at.view && at.kept !== "buffer" && !isHeld(at))
    at = at.inputs[0] as Node;
  return at;
}

/** Whether an effect writes this state, or a whole that it is a part of. */
const overwrites = (effect: Node, storage: Storage): boolean =>
  effect.writes.some((written) => written === storage || written === storage.parent);

/** Whether an effect writes the buffer that this state lies in, so that it cannot read it at the same time. */
export const sharesBuffer = (effect: Node, storage: Storage): boolean =>
  effect.writes.some((written) => (written.parent ?? written) === (storage.parent ?? storage));

export const isInline = (node: Node): boolean =>
  node.op.kind === "pointwise" || node.op.kind === "movement" || node.op.kind === "constant";

const ownCost = ({ op, view }: Node): number =>
  op.kind === "pointwise" ? op.cost : op.kind === "movement" && view ? 1 : 0;

/** The nodes to be stored, beyond leaves. @param unfused all that compute or move something */
export function chooseStored(graph: Graph, unfused = false): Set<Node> {
  const { nodes, outputs, isLeaf } = graph;
  const stored = new Set<Node>();
  const effects = nodes.filter((node) => node.op.kind === "effect" && !isLeaf(node));
  /** Stores what holds the node's numbers, for `reader` or for after the run. */
  const store = (node: Node, reader?: Node) => {
    const base = resolve(node, (held) => isLeaf(held) || stored.has(held));
    if (!isLeaf(base) && base.op.kind !== "updated") stored.add(base);
    else if (node !== base && base.storage && mustCopy(base.storage, node, reader)) stored.add(node);
  };
  for (const node of outputs) store(node);
  const consumers = new Map<Node, number>();
  for (const node of nodes) {
    if (isLeaf(node)) continue;
    const alone = unfused || (graph.separate && node.op.kind === "pointwise");
    if (node.kept || node.op.kind === "reduce" || node.op.kind === "kernel" || alone) store(node);
    if (node.op.kind === "kernel" || (node.op.kind === "effect" && !node.op.expression))
      for (const input of node.inputs) store(input, node);
    for (const input of new Set(node.inputs)) consumers.set(input, (consumers.get(input) ?? 0) + 1);
  }
  const leavesOf = new Map<Node, Set<Node>>();
  const costOf = new Map<Node, number>();
  const isBuffer = (node: Node) => isLeaf(node) || stored.has(node) || !isInline(node);
  const leaves = (node: Node): Set<Node> =>
    isBuffer(node) ? new Set([node]) : (leavesOf.get(node) ?? new Set());
  const cost = (node: Node): number => (isBuffer(node) ? 0 : (costOf.get(node) ?? 0));

  let before: number;
  // First what is computed once for many elements, since it shortens the lists of buffers that others read.
  do {
    before = stored.size;
    for (const node of nodes) {
      if (isLeaf(node) || !isInline(node)) continue;
      const [input] = node.inputs;
      const stretched =
        input && node.view && node.size >= STRETCH_SIZE && node.size >= 4 * Math.max(input.size, 1);
      if (stretched && cost(input) > 0) store(input, node);
      costOf.set(node, totalCost(node));
    }
  } while (stored.size > before);
  // A value that is stored late makes kernels before it read one buffer more: go on until nothing changes.
  do {
    before = stored.size;
    for (const node of nodes) {
      if (isLeaf(node) || node.op.kind === "updated" || node.op.kind === "kernel") continue;
      for (const input of node.inputs) storeBeforeEffect(node, input);
      if (node.op.kind === "effect") {
        // An update element by element may read anything but the buffer it writes.
        for (const input of node.inputs)
          if ([...leaves(input)].some(({ storage }) => storage && sharesBuffer(node, storage)))
            store(input, node);
        continue;
      }
      let all = unite(node.inputs);
      while (all.size > MAX_LEAVES) {
        const largest = node.inputs.reduce((a, b) => (leaves(b).size > leaves(a).size ? b : a));
        if (leaves(largest).size <= 1)
          throw new GanvasError(`${node.op.name} reads more than ${MAX_LEAVES} buffers`);
        stored.add(largest);
        all = unite(node.inputs);
      }
      if (!isInline(node)) continue;
      const own = ownCost(node);
      const total = totalCost(node);
      leavesOf.set(node, all);
      costOf.set(node, total);
      const uses = consumers.get(node) ?? 0;
      const traffic = [...all].reduce(
        (sum, leaf) => sum + Math.min(leaf.size / Math.max(node.size, 1), 1),
        0,
      );
      const repeats = uses - 1;
      const worthStoring =
        repeats > 0 && (traffic * repeats > uses + 1 || total * repeats > MAX_REPEATED_COST);
      if (own > 0 && all.size > 0 && (worthStoring || total > MAX_COST)) stored.add(node);
    }
  } while (stored.size > before);
  return stored;

  function totalCost(node: Node): number {
    return node.inputs.reduce((sum, input) => sum + cost(input), ownCost(node));
  }

  function unite(inputs: readonly Node[]): Set<Node> {
    const all = new Set<Node>();
    for (const input of inputs) for (const leaf of leaves(input)) all.add(leaf);
    return all;
  }

  /** State under another name (a shape, a detached value) is copied where `reader` comes only after its update. */
  function mustCopy(storage: Storage, name: Node, reader: Node | undefined): boolean {
    if (reader?.op.kind === "effect" && sharesBuffer(reader, storage)) return true;
    const after = reader?.id ?? Number.POSITIVE_INFINITY;
    return effects.some((effect) => name.id < effect.id && effect.id < after && overwrites(effect, storage));
  }

  /** What was computed from a state before its update must be stored before the update runs. */
  function storeBeforeEffect(node: Node, input: Node): void {
    for (const effect of effects) {
      if (effect.id >= node.id || input.id >= effect.id) continue;
      const reads = ({ storage }: Node) => storage !== undefined && overwrites(effect, storage);
      if (![...leaves(input)].some(reads)) continue;
      if (isBuffer(input))
        throw new GanvasError(
          `${node.op.name} needs the value that ${input.storage?.name ?? "a parameter"} had before its update; use keep() on a copy made before`,
        );
      store(input, node);
    }
  }
}
