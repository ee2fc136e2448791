/**
 * Which nodes get a buffer, and which are computed inside the kernels that need them.
 *
 * Kernels (convolution, matmul, reductions) and what the caller asked for are stored. Pointwise and movement nodes are
 * computed where they are used, unless that would read more memory than storing them once, or repeat much arithmetic.
 * A pointwise node that directly follows a kernel is computed in that kernel's store (its epilogue).
 */
import { type DType, wgslType } from "../dtype.ts";
import { GanvasError } from "../errors.ts";
import type { Node } from "./node.ts";
import type { Storage } from "./storage.ts";
import { Index } from "./view.ts";

/** One kernel to run: the node whose value it stores, and the pointwise node computed in its store, if any. */
export interface Step {
  readonly root: Node;
  /** Computed from the root's value before it is stored; takes the root's place in memory. */
  readonly epilogue?: Node;
  /** The root's own value is needed elsewhere too, and is stored beside the epilogue's. */
  readonly storesRoot: boolean;
}

/** What the caller wants of a graph, with all its nodes in order of creation. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly outputs: readonly Node[];
  readonly isLeaf: (node: Node) => boolean;
  /** Every op becomes a kernel of its own, so that each result can be looked at. */
  readonly separate?: boolean;
}

/** Storage buffers that WebGPU guarantees a kernel. */
const MAX_BINDINGS = 8;
/** Buffers a fused expression reads at most: leaves room for its output and for one more. */
const MAX_LEAVES = 6;
/** Bindings of kernels with a file of their own. */
const KERNEL_BINDINGS = 3;
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
const sharesBuffer = (effect: Node, storage: Storage): boolean =>
  effect.writes.some((written) => (written.parent ?? written) === (storage.parent ?? storage));

const isInline = (node: Node): boolean =>
  node.op.kind === "pointwise" || node.op.kind === "movement" || node.op.kind === "constant";

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
    if (node.op.kind === "kernel" || node.op.kind === "effect")
      for (const input of node.inputs) store(input, node);
    for (const input of new Set(node.inputs)) consumers.set(input, (consumers.get(input) ?? 0) + 1);
  }
  const leavesOf = new Map<Node, Set<Node>>();
  const costOf = new Map<Node, number>();
  const isBuffer = (node: Node) => isLeaf(node) || stored.has(node) || !isInline(node);
  const leaves = (node: Node): Set<Node> =>
    isBuffer(node) ? new Set([node]) : (leavesOf.get(node) ?? new Set());
  const cost = (node: Node): number => (isBuffer(node) ? 0 : (costOf.get(node) ?? 0));

  // A value that is stored late makes kernels before it read one buffer more: go on until nothing changes.
  let before: number;
  do {
    before = stored.size;
    for (const node of nodes) {
      if (isLeaf(node) || node.op.kind === "updated" || node.op.kind === "kernel") continue;
      for (const input of node.inputs) {
        storeBeforeEffect(node, input);
        const stretched = node.view !== undefined && node.size >= STRETCH_SIZE && node.size >= 4 * input.size;
        if (stretched && cost(input) > 0) store(input, node);
      }
      if (node.op.kind === "effect") continue;
      let all = unite(node.inputs);
      while (all.size > MAX_LEAVES) {
        const largest = node.inputs.reduce((a, b) => (leaves(b).size > leaves(a).size ? b : a));
        if (leaves(largest).size <= 1)
          throw new GanvasError(`${node.op.name} reads more than ${MAX_LEAVES} buffers`);
        stored.add(largest);
        all = unite(node.inputs);
      }
      if (!isInline(node)) continue;
      const own =
        node.op.kind === "pointwise" ? node.op.cost : node.op.kind === "movement" && node.view ? 1 : 0;
      const total = own + node.inputs.reduce((sum, input) => sum + cost(input), 0);
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

/** How a root reads the stored nodes: whether only element by element in its own numbering. */
interface Reads {
  readonly aligned: Set<Node>;
  readonly moved: Set<Node>;
}

function readsOf(root: Node, isStored: (node: Node) => boolean, isLeaf: (node: Node) => boolean): Reads {
  const reads: Reads = { aligned: new Set(), moved: new Set() };
  const seen = new Set<string>();
  const isHeld = (node: Node) => isStored(node) || isLeaf(node);
  const visit = (node: Node, index: Index) => {
    const key = `${node.id}@${index.key}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (node !== root && (isHeld(node) || node.op.kind === "updated")) {
      (index.views.length === 0 ? reads.aligned : reads.moved).add(node);
      return;
    }
    for (const input of node.inputs)
      visit(resolve(input, isHeld), node.view ? index.through(node.view) : index);
  };
  visit(root, Index.identity);
  return reads;
}

/** True for a node whose last kernel has a hook for what follows. */
function hasEpilogue(node: Node): boolean {
  return node.op.kind === "reduce" || (node.op.kind === "kernel" && node.op.fusable === true);
}

/** The kernel's file can write elements of this type. */
const canStore = ({ op }: Node, dtype: DType): boolean =>
  dtype !== "f16" || op.kind !== "kernel" || op.acceptsF16 === true;

export interface Schedule {
  readonly steps: readonly Step[];
  /** The roots whose kernels read a stored value. */
  readonly readers: ReadonlyMap<Node, ReadonlySet<Node>>;
}

/** The kernels to run, in an order in which every input is there. @param unfused none with an epilogue */
export function schedule(graph: Graph, stored: ReadonlySet<Node>, unfused = false): Schedule {
  const { nodes, isLeaf } = graph;
  const isStored = (node: Node) => stored.has(node);
  const isHeld = (node: Node) => isLeaf(node) || stored.has(node);
  const roots = nodes.filter((node) => stored.has(node) || (node.op.kind === "effect" && !isLeaf(node)));
  const readers = new Map<Node, Set<Node>>();
  const alignedIn = new Map<Node, Reads>();
  for (const root of roots) {
    const viaKernel = root.op.kind === "kernel" || root.op.kind === "effect";
    const reads: Reads = viaKernel
      ? { aligned: new Set(), moved: new Set(root.inputs.map((input) => resolve(input, isHeld))) }
      : root.op.kind === "reduce"
        ? { aligned: new Set(), moved: union(readsOf(root, isStored, isLeaf)) }
        : readsOf(root, isStored, isLeaf);
    alignedIn.set(root, reads);
    for (const leaf of [...reads.aligned, ...reads.moved])
      readers.set(leaf, (readers.get(leaf) ?? new Set()).add(root));
  }
  const wanted = new Set(graph.outputs.map((node) => resolve(node, isHeld)));
  const fusedInto = new Map<Node, Node>();
  const epilogueOf = new Map<Node, Node>();
  for (const root of roots) {
    if (unfused || graph.separate || !isInline(root)) continue;
    const reads = alignedIn.get(root) as Reads;
    const kernel = [...reads.aligned].find(
      (k) =>
        !isLeaf(k) &&
        hasEpilogue(k) &&
        !epilogueOf.has(k) &&
        !reads.moved.has(k) &&
        k.size === root.size &&
        // Half precision is computed as f32.
        wgslType(k.dtype, 1) === wgslType(root.dtype, 1) &&
        canStore(k, root.dtype) &&
        bindings(k) + 1 + new Set([...reads.aligned, ...reads.moved]).size - 1 <= MAX_BINDINGS &&
        [...reads.aligned, ...reads.moved].every((leaf) => leaf === k || isEarlier(leaf, k)),
    );
    if (kernel) {
      epilogueOf.set(kernel, root);
      fusedInto.set(root, kernel);
    }
  }
  const steps = roots
    .filter((root) => !fusedInto.has(root))
    .map((root): Step => {
      const epilogue = epilogueOf.get(root);
      if (!epilogue) return { root, storesRoot: false };
      const others = [...(readers.get(root) ?? [])].some((reader) => reader !== epilogue);
      return { root, epilogue, storesRoot: others || wanted.has(root) || root.kept !== false };
    });
  return { steps, readers };

  /** Buffers of the kernel itself, without its epilogue. */
  function bindings(kernel: Node): number {
    return kernel.op.kind === "reduce" ? 1 + (alignedIn.get(kernel) as Reads).moved.size : KERNEL_BINDINGS;
  }

  /** The leaf is there before the kernel runs. */
  function isEarlier(leaf: Node, kernel: Node): boolean {
    if (isLeaf(leaf) && leaf.op.kind !== "updated") return true;
    const producer = fusedInto.get(leaf) ?? leaf;
    return producer.id < kernel.id;
  }
}

const union = (reads: Reads): Set<Node> => new Set([...reads.aligned, ...reads.moved]);
