/**
 * Which kernels run, in which order, and what each of them computes besides its own value:
 *
 * - reductions over the same rows are formed side by side, and a sum with the centred squares around its mean in one pass;
 * - pointwise values that follow a kernel element by element (its epilogue), however many, are computed before it stores;
 * - state that such a value updates element by element is written there too.
 */
import { type DType, isFloat } from "../dtype.ts";
import { isInline, resolve, sharesBuffer, type Graph } from "./fuse.ts";
import type { Node, Target } from "./node.ts";
import { axesOf, varianceSum } from "./pattern.ts";
import { Index } from "./view.ts";

/** One kernel to run (which may take several dispatches). */
export interface Step {
  /** Says what kind of kernel it is and how its elements are numbered. */
  readonly root: Node;
  /** The root, and reductions that are done along with it. */
  readonly reduced: readonly Node[];
  /** The root is a sum, and the other reduction the centred squares around its mean. */
  readonly moments: boolean;
  /** The root, the other reductions, and what is computed from them before anything is stored. */
  readonly members: ReadonlySet<Node>;
  /** The members that are stored; the first takes the place that the kernel itself writes. */
  readonly outputs: readonly Node[];
  /** Updates of state, element by element. */
  readonly updates: readonly Node[];
}

export interface Schedule {
  readonly steps: readonly Step[];
  /** The roots of the steps that read a stored value, other than the one that makes it. */
  readonly readers: ReadonlyMap<Node, ReadonlySet<Node>>;
}

/** Storage buffers that WebGPU guarantees a kernel, and the most that are used where there may be more. */
const GUARANTEED_BINDINGS = 8;
const MAX_BINDINGS = 16;
/** Inputs of kernels with a file of their own. */
const KERNEL_INPUTS = 2;
/** Reductions side by side, and values computed in one kernel's store: more make programs that compile slowly. */
const MAX_REDUCED = 4;
const MAX_FOLLOWERS = 12;
/** Nodes whose values one kernel computes besides its root. */
const MAX_FOLLOWING_WORK = 96;

/** How a root reads the stored nodes: whether only element by element in its own numbering. */
interface Reads {
  readonly aligned: ReadonlySet<Node>;
  readonly moved: ReadonlySet<Node>;
  readonly all: ReadonlySet<Node>;
  /** Nodes on the way from the root to what it reads. */
  readonly work: number;
}

interface Group {
  readonly root: Node;
  readonly reduced: Node[];
  moments: boolean;
  readonly followers: Node[];
  readonly updates: Node[];
  readonly members: Set<Node>;
  /** Stored nodes from elsewhere that the root and the other reductions read. */
  readonly inputs: Set<Node>;
  /** Those that followers read. */
  readonly laterInputs: Set<Node>;
  /** Nodes that the followers are made of. */
  work: number;
}

/** The kernels to run, in an order in which every input is there. */
export function schedule(graph: Graph, stored: ReadonlySet<Node>, target: Target): Schedule {
  const { nodes, isLeaf } = graph;
  const isHeld = (node: Node) => isLeaf(node) || stored.has(node);
  const roots = nodes.filter((node) => stored.has(node) || (node.op.kind === "effect" && !isLeaf(node)));
  const readsOf = new Map(roots.map((root) => [root, findReads(root, isHeld)]));
  const readers = new Map<Node, Node[]>();
  for (const [root, { all }] of readsOf)
    for (const leaf of all) {
      const list = readers.get(leaf);
      if (list) list.push(root);
      else readers.set(leaf, [root]);
    }
  const kept = nodes.filter((node) => node.kept && !isLeaf(node));
  const wanted = new Set([...graph.outputs, ...kept].map((node) => resolve(node, isHeld)));
  const effects = roots.filter((root) => root.op.kind === "effect");
  const stateReaders = nodes.filter((node) => node.storage && readers.has(node));
  const limit = Math.min(target.maxBindings ?? GUARANTEED_BINDINGS, MAX_BINDINGS);
  const groupOf = new Map<Node, Group>();
  const groups: Group[] = [];

  for (const root of roots) {
    const reads = readsOf.get(root) as Reads;
    const joined =
      target.unfused || graph.separate
        ? undefined
        : (joinReduction(root, reads) ?? joinAsFollower(root, reads));
    const group = joined ?? open(root, reads);
    groupOf.set(root, group);
  }
  return { steps: groups.map(stepOf), readers: outsideReaders() };

  function open(root: Node, reads: Reads): Group {
    const group: Group = {
      root,
      reduced: [root],
      moments: false,
      followers: [],
      updates: [],
      members: new Set([root]),
      inputs: new Set(reads.all),
      laterInputs: new Set(),
      work: 0,
    };
    groups.push(group);
    return group;
  }

  /** The leaf is there before the group's kernel runs. */
  function isEarlier(leaf: Node, group: Group): boolean {
    if (isLeaf(leaf) && leaf.op.kind !== "updated") return true;
    return (groupOf.get(leaf)?.root ?? leaf).id < group.root.id;
  }

  /** What is computed again is to be so when it is needed, not along with the first time. */
  function isInTime(root: Node, group: Group): boolean {
    return root.recomputed === undefined || root.recomputed === group.root.recomputed;
  }

  function joinReduction(root: Node, reads: Reads): Group | undefined {
    if (root.op.kind !== "reduce" || root.size === 0) return undefined;
    const total = varianceSum(root);
    const around = total && groupOf.get(total);
    if (around && around.root === total && around.reduced.length === 1 && sameRows(total, root)) {
      around.moments = true;
      around.reduced.push(root);
      around.members.add(root);
      return around;
    }
    const candidates = new Set([...reads.all].flatMap((leaf) => readers.get(leaf) ?? []));
    for (const other of candidates) {
      const group = groupOf.get(other);
      if (group?.root.op.kind !== "reduce" || group.moments || group.reduced.length >= MAX_REDUCED) continue;
      if (!isInTime(root, group)) continue;
      if (group.root.dtype !== root.dtype || !sameRows(group.root, root)) continue;
      if (![...reads.all].every((leaf) => !group.members.has(leaf) && isEarlier(leaf, group))) continue;
      if (!fits(group, root, reads)) continue;
      group.reduced.push(root);
      add(group, root, reads);
      return group;
    }
    return undefined;
  }

  function joinAsFollower(root: Node, reads: Reads): Group | undefined {
    const isUpdate = root.op.kind === "effect" && root.op.expression !== undefined;
    if (!isUpdate && !isInline(root)) return undefined;
    const size = isUpdate ? (root.inputs[0] as Node).size : root.size;
    for (const leaf of reads.aligned) {
      const group = isLeaf(leaf) ? undefined : groupOf.get(leaf);
      if (!group || !takesFollowers(group.root) || group.followers.length >= MAX_FOLLOWERS) continue;
      if (!isInTime(root, group)) continue;
      if (group.root.size !== size || !isAlike(group.root, root) || !canStore(group.root, root.dtype))
        continue;
      if (group.work + reads.work > MAX_FOLLOWING_WORK) continue;
      const allowed = [...reads.all].every((other) =>
        group.members.has(other) ? !reads.moved.has(other) : isEarlier(other, group),
      );
      if (!allowed || !fits(group, root, reads)) continue;
      if (isUpdate && !canUpdateIn(group, root)) continue;
      if (isUpdate) group.updates.push(root);
      else group.followers.push(root);
      group.work += reads.work;
      add(group, root, reads);
      return group;
    }
    return undefined;
  }

  function add(group: Group, root: Node, reads: Reads): void {
    if (root.op.kind !== "effect") group.members.add(root);
    const inputs = root.op.kind === "reduce" ? group.inputs : group.laterInputs;
    for (const leaf of reads.all) if (!group.members.has(leaf)) inputs.add(leaf);
  }

  /** Whether the kernel still has few enough buffers when `root` joins it. */
  function fits(group: Group, root: Node, reads: Reads): boolean {
    const added = [...reads.all].filter((leaf) => !group.members.has(leaf));
    // Kernels with a file of their own bind their inputs under names that followers do not know.
    const inputs =
      group.root.op.kind === "kernel"
        ? KERNEL_INPUTS + new Set([...group.laterInputs, ...added]).size
        : new Set([...group.inputs, ...group.laterInputs, ...added]).size;
    const members = new Set([...group.members, root]);
    const outputs = [...members].filter((member) => isNeeded(member, members)).length;
    const updates = group.updates.length + (root.op.kind === "effect" ? 1 : 0);
    return inputs + Math.max(outputs, 1) + updates <= limit;
  }

  /** Whether a member has to be stored: something outside of the group reads it, or the caller wants it. */
  function isNeeded(member: Node, members: ReadonlySet<Node>): boolean {
    if (member.op.kind === "effect") return false;
    if (wanted.has(member)) return true;
    return (readers.get(member) ?? []).some((reader) => !members.has(reader) && !updatedBy(reader, members));
  }

  /** An update that is made in the group itself. */
  function updatedBy(reader: Node, members: ReadonlySet<Node>): boolean {
    const group = groupOf.get(reader);
    return (
      reader.op.kind === "effect" && group !== undefined && members.has(group.root) && group.root !== reader
    );
  }

  /** An update may run earlier than it was recorded where nothing else touches the state it writes. */
  function canUpdateIn(group: Group, update: Node): boolean {
    const touches = (node: Node) => node.storage !== undefined && sharesBuffer(update, node.storage);
    if ([...group.inputs, ...group.laterInputs].some(touches)) return false;
    if (effects.some((other) => other !== update && other.writes.some((s) => sharesBuffer(update, s))))
      return false;
    return stateReaders.every((leaf) => !touches(leaf) || leaf.inputs[0] === update);
  }

  function stepOf(group: Group): Step {
    const { root, reduced, moments, followers, updates, members } = group;
    const needed = [...reduced, ...followers].filter((member) => isNeeded(member, members));
    const outputs = root.op.kind === "effect" ? [] : needed.length > 0 ? needed : [root];
    return { root, reduced, moments, members, outputs, updates };
  }

  function outsideReaders(): Map<Node, Set<Node>> {
    const outside = new Map<Node, Set<Node>>();
    for (const [leaf, list] of readers) {
      const own = groupOf.get(leaf);
      const others = list.map((reader) => groupOf.get(reader) as Group).filter((group) => group !== own);
      outside.set(leaf, new Set(others.map(({ root }) => root)));
    }
    return outside;
  }
}

/** Values of both types can be computed in one kernel: half precision is a way of storing. */
const isAlike = (a: Node, b: Node): boolean => a.dtype === b.dtype || (isFloat(a.dtype) && isFloat(b.dtype));

/** The kernel's file can write elements of this type. */
const canStore = ({ op }: Node, dtype: DType): boolean =>
  dtype !== "f16" || op.kind !== "kernel" || op.acceptsF16 === true;

/** Both reductions go through the same rows for outputs numbered the same way. */
function sameRows(a: Node, b: Node): boolean {
  const shape = (node: Node) => `${(node.inputs[0] as Node).shape}|${axesOf(node)}`;
  return shape(a) === shape(b);
}

/** True for a node whose last kernel has a hook for what follows. */
function takesFollowers(root: Node): boolean {
  const { op } = root;
  return op.kind === "reduce" || (op.kind === "kernel" && op.fusable === true) || isInline(root);
}

function findReads(root: Node, isHeld: (node: Node) => boolean): Reads {
  const aligned = new Set<Node>();
  const moved = new Set<Node>();
  const { op } = root;
  const seen = new Set<string>();
  if (op.kind === "kernel" || (op.kind === "effect" && !op.expression))
    for (const input of root.inputs) moved.add(resolve(input, isHeld));
  else {
    const visit = (node: Node, index: Index) => {
      const key = `${node.id}@${index.key}`;
      if (seen.has(key)) return;
      seen.add(key);
      if (node !== root && (isHeld(node) || node.op.kind === "updated")) {
        (index.views.length === 0 && op.kind !== "reduce" ? aligned : moved).add(node);
        return;
      }
      for (const input of node.inputs)
        visit(resolve(input, isHeld), node.view ? index.through(node.view) : index);
    };
    visit(root, Index.identity);
    // An update stretches inputs of one element itself.
    if (op.kind === "effect")
      for (const leaf of [...aligned])
        if (leaf.size !== (root.inputs[0] as Node).size) {
          aligned.delete(leaf);
          moved.add(leaf);
        }
  }
  return { aligned, moved, all: new Set([...aligned, ...moved]), work: seen.size };
}
