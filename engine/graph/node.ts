/** The recorded graph: what was asked for, before anything runs. */
import type { DType, HostArray } from "../dtype.ts";
import { Scope } from "../scope.ts";
import { checkSize, type Shape, sizeOf } from "../shape.ts";
import type { Launch } from "../gpu/kernel.ts";
import type { View } from "./view.ts";
import type { Storage } from "./storage.ts";

/** Numbers and strings that belong to an op: part of the structural key, so they may not change every step. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** What an adapter can do, as far as choosing a kernel is concerned. */
export interface Target {
  /** A driver that runs on the CPU: barriers and divergent loads are dear, few threads suffice. */
  readonly software: boolean;
  /** Lanes of a subgroup, where subgroups are there and all of one size; else 0. */
  readonly subgroupSize: number;
  /** Tensors of type f16 take two bytes an element; otherwise they are stored as f32. */
  readonly nativeF16: boolean;
  /** Storage buffers a kernel may have; 8 where it is not said. */
  readonly maxBindings?: number;
  /** Choices by measurement, under the keys of `Tunable`. */
  readonly tiles?: ReadonlyMap<string, Tile>;
  /** Uses this form of every kernel that has it (for tests and comparisons). */
  readonly form?: "naive" | "flat" | "tile" | "subgroup" | "winograd";
  /** Stores the value of every op by a kernel of its own (for tests and comparisons). */
  readonly unfused?: boolean;
}

/** How a kernel of the matrix product kind is cut up. */
export interface Tile {
  readonly form: Exclude<NonNullable<Target["form"]>, "naive">;
  /** Rows of results that one thread computes; in vectors where it computes whole vectors of them. */
  readonly block: number;
  /** Threads of a workgroup, or lanes of a subgroup, along the columns. */
  readonly columns: number;
}

/** What of a kernel can be chosen by measurement. */
export interface Tunable {
  /** Kernels with equal keys share one choice: the kernel's family, and its sizes up to powers of two. */
  readonly key: string;
  /** All that can be chosen; the one that is used without a choice comes first. */
  readonly tiles: readonly Tile[];
}

interface OpBase {
  readonly name: string;
  /** Gradients of the inputs, given that of the output; absent where the op has no derivative. */
  readonly gradient?: Gradient;
}

/** Inputs may get `undefined` where they do not influence the output smoothly (an index, a comparison). */
export type Gradient = (dy: Node, node: Node) => readonly (Node | undefined)[];

/** Element by element: inputs have the output's shape, `expression` is WGSL over them for type `t`. */
export interface PointwiseOp extends OpBase {
  readonly kind: "pointwise";
  readonly expression: (args: readonly string[], t: string, attributes: Attributes) => string;
  /** Rough price in additions: decides whether a value that is used twice is stored or computed twice. */
  readonly cost: number;
  /** A WGSL function that the expression calls, in one line. */
  readonly library?: string;
}

/** One input, seen through a view; no view means that only the shape changes. */
export interface MovementOp extends OpBase {
  readonly kind: "movement";
  /** No gradient flows through, so that the history behind is forgotten once the value is read. */
  readonly endsHistory?: boolean;
}

/** One value everywhere: `attributes.value`. */
export interface ConstantOp extends OpBase {
  readonly kind: "constant";
}

/** Sum, maximum or minimum over `attributes.axes`; those axes have size 1 in the output. */
export interface ReduceOp extends OpBase {
  readonly kind: "reduce";
  readonly combine: "sum" | "max" | "min";
}

/** An op with kernels of its own; its inputs are read from contiguous buffers. */
export interface KernelOp extends OpBase {
  readonly kind: "kernel";
  /** The last launch has an epilogue hook. */
  readonly fusable?: boolean;
  /** The files read and write tensors of type f16 (see `storedAlias`); without, inputs and result are f32. */
  readonly acceptsF16?: boolean;
  /**
   * The output is made of the inputs, input k from element `placement(node)[k]` on. Launch k copies input k; it is
   * left out where the kernel that makes the input can write straight into the output.
   */
  readonly placement?: (node: Node) => readonly number[];
  readonly launches: (node: Node, target: Target) => readonly Launch[];
  /** What `target.tiles` can choose of it; nothing where absent or undefined. */
  readonly tunable?: (node: Node, target: Target) => Tunable | undefined;
}

/** Writes into buffers of parameters or other state in place, when everything that reads their old values is done. */
export interface EffectOp extends OpBase {
  readonly kind: "effect";
  /**
   * The new state, element by element: WGSL over the inputs (of the state's size, or single numbers) and the old state. The
   * update is then made where its inputs are computed, if it can be.
   */
  readonly expression?: (args: readonly string[], old: string, t: string) => string;
  /** Otherwise: kernels of its own. */
  readonly launches?: (node: Node, target: Target) => readonly Launch[];
}

/** Data that is there: numbers from JavaScript, or a buffer on the GPU. */
export interface SourceOp extends OpBase {
  readonly kind: "source";
}

/** The state that an effect (the only input) leaves in its buffer. */
export interface UpdatedOp extends OpBase {
  readonly kind: "updated";
}

export type Op =
  | PointwiseOp
  | MovementOp
  | ConstantOp
  | ReduceOp
  | KernelOp
  | EffectOp
  | SourceOp
  | UpdatedOp;

const identities = new WeakMap<Op, string>();
const alike = new Map<string, number>();

/** Stands for an op wherever graphs are compared: its name, and a number where other ops had the same name before it. */
function identityOf(op: Op): string {
  let identity = identities.get(op);
  if (identity === undefined) {
    const before = alike.get(op.name) ?? 0;
    alike.set(op.name, before + 1);
    identity = before > 0 ? `${op.name}#${before}` : op.name;
    identities.set(op, identity);
  }
  return identity;
}

let created = 0;
const layer = new Scope("");

/** Ends the names that layers have in their backward pass: `body.0.conv1 (backward)`. */
export const BACKWARD = "(backward)";

/** Where the backward pass of a layer's op belongs to. */
export const backwardOf = (layer: string): string =>
  layer.endsWith(BACKWARD) ? layer : `${layer} ${BACKWARD}`.trimStart();

/** Whatever `work` records belongs to the layer of this name: explanations of graphs, profiles and errors tell it. */
export function inLayer<T>(name: string, work: () => T): T {
  return layer.during(name, work);
}

/** Nodes recorded together whose values the backward pass computes again instead of keeping them. */
export type Region = Readonly<Record<string, never>>;

const region = new Scope<Region | undefined>(undefined);

/** What is being recorded belongs to this region. */
export const openRegion = (): Region | undefined => region.current;

/** Whatever `work` records belongs to one region; within an open region, to that. */
export function inRegion<T>(work: () => T): T {
  return region.during(region.current ?? {}, work);
}

/**
 * One recorded op with its inputs. One of more elements than can be numbered is refused with a ShapeError. Ids grow with time, so their
 * order is a topological order.
 */
export class Node {
  readonly id: number;
  readonly op: Op;
  /** Emptied when an executed effect will never run again, so that old steps can be forgotten. */
  inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Attributes;
  /** For a movement op: how it reads its input. */
  readonly view: View | undefined;
  /** Numbers known to JavaScript: given by the caller, or read back. */
  host: HostArray | undefined;
  /** The buffer that holds the value, once there is one. */
  storage: Storage | undefined;
  /** For effects: the state written. */
  readonly writes: readonly Storage[];
  /** Which of the versions of `storage` this node stands for. */
  readonly version: number;
  /** The layer that recorded it, where layers have names; not part of the structure. */
  readonly layer: string;
  /** Where its value is not to be kept for the backward pass: what is computed again along with it. */
  readonly region: Region | undefined;
  /** A copy made for a backward pass, of the region of that number: see `recompute.ts`. */
  readonly recomputed: number | undefined;
  /** For an optimiser's update: which one, counted from 1. Not part of the structure. */
  readonly step: number | undefined;
  /** For an effect that could not run: why. The state is as if it had never been recorded. */
  failure: unknown;
  /** State whose update made it impossible to compute the value again, which is there: how it was computed is forgotten. */
  forgotten: string | undefined;
  /** To be stored for good when it is next computed: in a buffer of its own, or (`"scalar"`) in the ring of losses. */
  kept: false | "buffer" | "scalar" = false;
  /** Recorded nodes on the longest way down to something that has a value. */
  readonly depth: number;
  private key: string | undefined;

  constructor(
    op: Op,
    inputs: readonly Node[],
    shape: Shape,
    dtype: DType,
    extra: {
      attributes?: Attributes;
      view?: View | undefined;
      host?: HostArray;
      storage?: Storage;
      writes?: readonly Storage[];
      version?: number;
      step?: number | undefined;
      recomputed?: number | undefined;
      /** For nodes that the graph compiler makes: a place in time, and the layer they stand in for. */
      id?: number;
      layer?: string;
    } = {},
  ) {
    checkSize(op.name, shape);
    this.id = extra.id ?? ++created;
    this.layer = extra.layer ?? layer.current;
    this.region = region.current;
    this.op = op;
    this.inputs = inputs;
    this.shape = shape;
    this.dtype = dtype;
    this.attributes = extra.attributes ?? {};
    this.view = extra.view;
    this.host = extra.host;
    this.storage = extra.storage;
    this.writes = extra.writes ?? [];
    this.version = extra.version ?? 0;
    this.step = extra.step;
    this.recomputed = extra.recomputed;
    this.depth = inputs.reduce((depth, i) => Math.max(depth, i.host || i.storage ? 0 : i.depth), 0) + 1;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The same computation of other inputs, at the same place in time. */
  withInputs(inputs: readonly Node[]): Node {
    const { attributes, view, host, storage, writes, version, step, recomputed, id } = this;
    const given = { ...(host && { host }), ...(storage && { storage }) };
    const extra = { attributes, view, writes, version, step, recomputed, id, layer: this.layer, ...given };
    const node = new Node(this.op, inputs, this.shape, this.dtype, extra);
    node.kept = this.kept;
    return node;
  }

  /** What makes two nodes with equal inputs the same computation. */
  get structure(): string {
    if (this.key === undefined) {
      const view = this.view;
      const parts: string[] = [identityOf(this.op), this.dtype, this.shape.join()];
      for (const name in this.attributes) parts.push(`${name}=${this.attributes[name]}`);
      if (this.recomputed !== undefined) parts.push(`again ${this.recomputed}`);
      if (view) parts.push(`${view.strides}@${view.offset}${view.mask ? `?${view.mask.join("/")}` : ""}`);
      this.key = parts.join("|");
    }
    return this.key;
  }
}

export const SOURCE: SourceOp = { kind: "source", name: "source" };
/** Numbers that came from a buffer of the program's own: nothing else knows them. */
export const RECEIVED: SourceOp = { kind: "source", name: "fromBuffer" };
export const UPDATED: UpdatedOp = { kind: "updated", name: "updated" };
