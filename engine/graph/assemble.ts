/** From a graph to what a program needs to run: its kernels, where each of their buffers lies, what is uploaded. */
import { elementBytes, wordBytes } from "../dtype.ts";
import { GanvasError } from "../errors.ts";
import { MAX_WORKGROUPS } from "../gpu/kernel.ts";
import { ALIGNMENT, align } from "../gpu/memory.ts";
import { showShape } from "../shape.ts";
import { chooseStored, type Graph, resolve } from "./fuse.ts";
import { lower } from "./lower.ts";
import type { LoweredKernel, LoweredStep } from "./lowered.ts";
import type { Node, Target } from "./node.ts";
import type { Check, FiniteChecks } from "./non-finite.ts";
import type { Operand } from "./operands.ts";
import type { Lifetime } from "./plan.ts";
import { rewrite } from "./rewrite.ts";
import { type Schedule, schedule } from "./schedule.ts";

/** Where a kernel finds one of its buffers: in a value of the program, or in something that changes from run to run. */
export type Place = ValuePlace | { readonly external: number };

/** A stretch of one of the program's values. */
export interface ValuePlace {
  readonly value: number;
  /** In bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** A node is named by its position in the graph, so that another graph of the same structure can take its place. */
type Position = number;

/** A kernel with its buffers. */
export interface AssembledKernel {
  readonly lowered: LoweredKernel;
  readonly places: readonly Place[];
  /** The step it is a part of. */
  readonly step: LoweredStep;
}

export interface Assembly {
  readonly steps: readonly LoweredStep[];
  readonly kernels: readonly AssembledKernel[];
  /** Whether a node's value is read from a buffer. */
  readonly isStored: (node: Node) => boolean;
  /** Memory that lives only while the program runs. */
  readonly values: readonly Lifetime[];
  /** Storages that are bound: a node's own (`state` -1), or the state that an effect writes. */
  readonly externals: readonly { readonly at: Position; readonly state: number }[];
  /** Leaves uploaded one by one. */
  readonly uploads: readonly { readonly at: Position; readonly place: ValuePlace }[];
  /** Small leaves, uploaded together into one value. */
  readonly small: {
    readonly place: ValuePlace | undefined;
    readonly leaves: readonly { readonly at: Position; readonly offset: number }[];
  };
  /** Where the outputs lie; undefined for one that JavaScript has. */
  readonly outputs: readonly (Place | undefined)[];
  /** Where the records of the checks for numbers that are not finite lie, in a program that makes them. */
  readonly checks?: { readonly list: readonly Check[]; readonly place: ValuePlace };
  /** A few numbers each, to be copied into the ring of losses. */
  readonly ring: readonly { readonly at: Position; readonly place: Place; readonly bytes: number }[];
}

/** Leaves with at most this many bytes share one buffer and one upload. */
const SMALL_UPLOAD = 1024;

/**
 * @param maxBytes largest buffer that can be bound
 * @param finite what looks through the results of a graph whose ops stay separate
 * @throws GanvasError naming a value that is larger
 */
export function assemble(recorded: Graph, target: Target, maxBytes: number, finite?: FiniteChecks): Assembly {
  const { graph, position } = rewrite(recorded, target.unfused);
  const { nodes, isLeaf } = graph;
  const stored = chooseStored(graph, target.unfused);
  const plan = schedule(graph, stored, target);
  const base = (node: Node) => resolve(node, (held) => isLeaf(held) || stored.has(held));
  const isStored = (node: Node) => isLeaf(node) || stored.has(node) || node.op.kind === "updated";
  const packs = placePacks(plan, new Set(graph.outputs.map(base)), base, isLeaf, target);
  const steps = plan.steps.map((step) =>
    lower(step, isStored, target, packs.inPlace.get(step.root) ?? new Set()),
  );
  const end = steps.length;

  const values: Lifetime[] = [];
  const valueOfNode = new Map<Node, number>();
  const externals: { at: Position; state: number }[] = [];
  const externalAt = new Map<string, number>();

  const newValue = (bytes: number, first: number, last: number, what?: string): number =>
    values.push({ bytes, first, last, ...(what && { what }) }) - 1;
  const external = (at: Position, state: number): Place => {
    const key = `${at},${state}`;
    const known = externalAt.get(key) ?? externals.push({ at, state }) - 1;
    externalAt.set(key, known);
    return { external: known };
  };
  const bytesOf = (node: Node): number => {
    const bytes = wordBytes(node.dtype, Math.max(node.size, 1), target.nativeF16);
    expectBindable(node, "a tensor", bytes, maxBytes);
    return bytes;
  };
  /** The value that holds `node`, alive from `first` until at least `time`. */
  const valueFor = (node: Node, first: number, time: number): number => {
    const what = `${node.op.name} ${showShape(node.shape)}`;
    const value = valueOfNode.get(node) ?? newValue(bytesOf(node), first, time, what);
    valueOfNode.set(node, value);
    const life = values[value] as Lifetime;
    life.first = Math.min(life.first, first);
    life.last = Math.max(life.last, time);
    return value;
  };

  const small = collectSmall(graph, position, target);
  const smallPlace =
    small.bytes > 0 ? { value: newValue(small.bytes, -1, end), offset: 0, bytes: small.bytes } : undefined;

  /** Where a stored node lies when step `time` runs. */
  const locate = (node: Node, time: number): Place => {
    const bytes = bytesOf(node);
    if (isLeaf(node) && node.host) {
      const offset = small.offsets.get(node);
      if (offset !== undefined && smallPlace) return { value: smallPlace.value, offset, bytes };
      return { value: valueFor(node, -1, time), offset: 0, bytes };
    }
    if (isLeaf(node) || node.op.kind === "updated" || node.kept === "buffer")
      return external(position.get(node) as Position, -1);
    const pack = packs.target.get(node);
    if (pack) return { value: valueFor(pack.into, time, time), offset: pack.offset, bytes };
    return { value: valueFor(node, time, time), offset: 0, bytes };
  };

  const inspection = finite && new finite.CheckPlan(base, isLeaf, target);
  const records = inspection ? newValue(0, -1, end) : -1;
  const kernels = steps.flatMap((step, time) => {
    const scratch = step.scratch.map(({ size, dtype }) => {
      const bytes = wordBytes(dtype, size, target.nativeF16);
      expectBindable(step.step.root, "an intermediate result for a tensor", bytes, maxBytes);
      return { value: newValue(bytes, time, time), offset: 0, bytes };
    });
    const placeOf = (o: Operand): Place => {
      if ("node" in o) return locate(base(o.node), time);
      if ("scratch" in o) return scratch[o.scratch] as ValuePlace;
      return external(position.get(o.effect) as Position, o.state);
    };
    for (const kernel of step.kernels) expectGrid(step.step.root, kernel);
    const own = step.kernels.map((lowered) => ({ lowered, step, places: lowered.operands.map(placeOf) }));
    if (!inspection) return own;
    const checked = (k: number) => {
      const lowered = finite.checkKernel(inspection.checks[k] as Check);
      const record = { value: records, offset: k * finite.RECORD_BYTES, bytes: finite.RECORD_BYTES };
      return { lowered, step, places: [placeOf(lowered.operands[0] as Operand), record] };
    };
    // Numbered in the order in which they run.
    const before = inspection.before(step).map(checked);
    return [...before, ...own, ...inspection.after(step).map(checked)];
  });
  const checks = inspection && {
    list: inspection.checks,
    place: { value: records, offset: 0, bytes: inspection.checks.length * finite.RECORD_BYTES },
  };
  if (checks) values[records] = { bytes: checks.place.bytes, first: -1, last: end };
  const outputs = graph.outputs.map((node) => {
    const source = base(node);
    return isLeaf(source) && source.host ? undefined : locate(source, end);
  });
  const positionOf = (node: Node) => position.get(node) as Position;
  const ring = nodes.flatMap((node) =>
    node.kept === "scalar" && !isLeaf(node)
      ? [{ at: positionOf(node), place: locate(base(node), end), bytes: Math.ceil(bytesOf(node) / 4) * 4 }]
      : [],
  );
  const uploads = nodes.flatMap((node) => {
    const value = valueOfNode.get(node);
    if (!isLeaf(node) || !node.host || value === undefined) return [];
    return [{ at: positionOf(node), place: { value, offset: 0, bytes: bytesOf(node) } }];
  });
  return {
    steps,
    kernels,
    isStored,
    values,
    externals,
    uploads,
    small: { place: smallPlace, leaves: small.leaves },
    outputs,
    ring,
    ...(checks && checks.list.length > 0 && { checks }),
  };
}

/** @throws GanvasError when so many bytes are more than a kernel can read or write */
function expectBindable({ op, shape }: Node, what: string, bytes: number, maxBytes: number): void {
  if (bytes > maxBytes)
    throw new GanvasError(
      `${op.name}: ${what} of shape ${showShape(shape)} takes ${bytes} bytes, more than the ${maxBytes} that this adapter can bind; work on smaller pieces`,
    );
}

/** @throws GanvasError when a kernel needs more workgroups along one dimension than any adapter has */
function expectGrid({ op, shape }: Node, { name, grid }: LoweredKernel): void {
  if (Math.max(...grid) > MAX_WORKGROUPS)
    throw new GanvasError(
      `${op.name}: its kernel ${name} for a tensor of shape ${showShape(shape)} needs ${grid.join("×")} workgroups, a dimension has ${MAX_WORKGROUPS}; work on smaller pieces`,
    );
}

/** Small leaves one behind the other, each where it can be bound by itself. */
function collectSmall(
  { nodes, isLeaf }: Graph,
  position: ReadonlyMap<Node, Position>,
  { nativeF16 }: Target,
) {
  const offsets = new Map<Node, number>();
  const leaves: { at: Position; offset: number }[] = [];
  let bytes = 0;
  for (const node of nodes) {
    const size = wordBytes(node.dtype, node.size, nativeF16);
    if (!isLeaf(node) || !node.host || size > SMALL_UPLOAD) continue;
    offsets.set(node, bytes);
    leaves.push({ at: position.get(node) as Position, offset: bytes });
    bytes += align(size);
  }
  return { offsets, leaves, bytes };
}

/** Inputs of packing ops that are read by nothing else are made in place, `offset` bytes into the whole. */
function placePacks(
  { steps, readers }: Schedule,
  outputs: ReadonlySet<Node>,
  base: (node: Node) => Node,
  isLeaf: (node: Node) => boolean,
  { nativeF16, unfused }: Target,
) {
  const target = new Map<Node, { into: Node; offset: number }>();
  const inPlace = new Map<Node, Set<number>>();
  for (const { root } of steps) {
    if (unfused || root.op.kind !== "kernel" || !root.op.placement) continue;
    const offsets = root.op.placement(root);
    const done = new Set<number>();
    root.inputs.forEach((input, k) => {
      const made = base(input);
      if (isLeaf(made) || made.kept || made.op.kind === "updated" || outputs.has(made)) return;
      if (made.dtype !== root.dtype) return;
      if (readers.get(made)?.size !== 1 || root.inputs.filter((other) => base(other) === made).length !== 1)
        return;
      const offset = (offsets[k] as number) * elementBytes(root.dtype, nativeF16);
      if (offset % ALIGNMENT !== 0) return;
      target.set(made, { into: root, offset });
      done.add(k);
    });
    inPlace.set(root, done);
  }
  return { target, inPlace };
}
