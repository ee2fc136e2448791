/**
 * A compiled graph: pipelines, a memory plan and cached bind groups. Running it again with other leaves of the same
 * structure is one loop over dispatches; nothing is compiled and, once the same buffers come round, nothing is made.
 */
import { ELEMENT_BYTES, type HostArray } from "../dtype.ts";
import { GanvasError } from "../errors.ts";
import type { Dispatch, Gpu } from "../gpu/device.ts";
import { ALIGNMENT, align, type Block } from "../gpu/memory.ts";
import type { Kernel } from "../gpu/pipelines.ts";
import { chooseStored, type Graph, resolve, schedule, type Step } from "./fuse.ts";
import { type LoweredKernel, type LoweredStep, lower, type Operand } from "./lower.ts";
import type { Node } from "./node.ts";
import { type Lifetime, planMemory } from "./plan.ts";
import type { Storage } from "./storage.ts";

/** Where a kernel finds one of its buffers: in the arena, or in something that changes from run to run. */
type Place = ArenaPlace | { readonly external: number };

interface ArenaPlace {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Compiled {
  readonly kernel: Kernel;
  readonly lowered: LoweredKernel;
  readonly places: readonly Place[];
  readonly external: boolean;
}

/** A stretch of a buffer. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Leaves with at most this many bytes share one buffer and one upload. */
const SMALL_UPLOAD = 1024;
/** Sets of bind groups kept for runs with other external buffers. */
const MAX_BINDINGS = 16;

export class Program {
  /** For explanations: what runs, in order. */
  readonly steps: readonly LoweredStep[];
  /** Positions in the graph's nodes of leaves that are uploaded, with their place. */
  private readonly uploads: { readonly at: number; readonly place: ArenaPlace }[] = [];
  private readonly smallUploads: { readonly at: number; readonly offset: number }[] = [];
  private smallPlace: ArenaPlace | undefined;
  private smallData: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** How to find the external storages in the nodes of a run: a node's own, or state that an effect writes. */
  private readonly externals: { readonly at: number; readonly state: number }[] = [];
  private readonly outputPlaces: (Place | undefined)[];
  private readonly ringCopies: { readonly at: number; readonly place: Place }[] = [];
  private readonly kernels: { lowered: LoweredKernel; places: Place[] }[] = [];
  private readonly slotBytes: readonly number[];
  private compiled: readonly Compiled[] = [];
  private readonly bindings = new Map<string, Dispatch[]>();
  private readonly gpu: Gpu;
  /** Resolves when all kernels are compiled. */
  readonly ready: Promise<void>;

  constructor(graph: Graph, gpu: Gpu) {
    this.gpu = gpu;
    const { nodes, outputs, isLeaf } = graph;
    const stored = chooseStored(graph);
    const { steps: order, readers } = schedule(graph, stored);
    const position = new Map(nodes.map((node, at) => [node, at]));
    const base = (node: Node) => resolve(node, isLeaf);
    const isStored = (node: Node) => isLeaf(node) || stored.has(node) || node.op.kind === "updated";

    const placed = placePacks(order, readers, new Set(outputs.map(base)), base, isLeaf);
    this.steps = order.map((step) =>
      lower(step, isStored, gpu.info, placed.skip.get(step.root) ?? new Set()),
    );

    const lifetimes: Lifetime[] = [];
    const valueAt = new Map<Node, number>();
    const externalOf = (at: number, state: number): Place => {
      let external = this.externals.findIndex((e) => e.at === at && e.state === state);
      if (external < 0) external = this.externals.push({ at, state }) - 1;
      return { external };
    };
    const value = (bytes: number, first: number, last: number) => lifetimes.push({ bytes, first, last }) - 1;
    const touch = (k: number, time: number) => {
      const life = lifetimes[k] as Lifetime;
      life.first = Math.min(life.first, time);
      life.last = Math.max(life.last, time);
    };
    const end = this.steps.length;

    // Leaves: small uploads together, large ones for as long as they are read, storages as externals.
    let smallBytes = 0;
    const smallAt = new Map<Node, number>();
    nodes.forEach((node, at) => {
      if (!isLeaf(node) || !node.host) return;
      const bytes = node.size * ELEMENT_BYTES;
      if (bytes > SMALL_UPLOAD) return;
      smallAt.set(node, smallBytes);
      this.smallUploads.push({ at, offset: smallBytes });
      smallBytes += align(bytes);
    });
    this.smallData = new Uint8Array(smallBytes);
    const smallValue = smallBytes > 0 ? value(smallBytes, -1, end) : -1;

    const locate = (node: Node, time: number): ((slots: readonly number[]) => Place) => {
      const at = position.get(node) as number;
      const bytes = Math.max(node.size * ELEMENT_BYTES, ELEMENT_BYTES);
      if (isLeaf(node) || node.op.kind === "updated" || node.kept === "buffer") {
        if (isLeaf(node) && node.host) {
          const small = smallAt.get(node);
          if (small !== undefined)
            return (slots) => ({ slot: slots[smallValue] as number, offset: small, bytes });
          let k = valueAt.get(node);
          if (k === undefined) {
            k = value(bytes, -1, time);
            valueAt.set(node, k);
          }
          touch(k, time);
          return (slots) => ({ slot: slots[k as number] as number, offset: 0, bytes });
        }
        return () => externalOf(at, -1);
      }
      const pack = placed.target.get(node);
      const owner = pack?.into ?? node;
      let k = valueAt.get(owner);
      if (k === undefined) {
        k = value(Math.max(owner.size * ELEMENT_BYTES, ELEMENT_BYTES), time, time);
        valueAt.set(owner, k);
      }
      touch(k, time);
      return (slots) => ({
        slot: slots[k as number] as number,
        offset: (pack?.offset ?? 0) * ELEMENT_BYTES,
        bytes,
      });
    };

    const pending: { lowered: LoweredKernel; find: ((slots: readonly number[]) => Place)[] }[] = [];
    this.steps.forEach((step, time) => {
      const scratch = step.scratch.map((bytes) => value(bytes, time, time));
      const operand = (o: Operand): ((slots: readonly number[]) => Place) => {
        if ("node" in o) return locate(base(o.node), time);
        if ("scratch" in o) {
          const k = scratch[o.scratch] as number;
          return (slots) => ({
            slot: slots[k] as number,
            offset: 0,
            bytes: step.scratch[o.scratch] as number,
          });
        }
        const at = position.get(o.effect) as number;
        return () => externalOf(at, o.state);
      };
      for (const lowered of step.kernels) pending.push({ lowered, find: lowered.operands.map(operand) });
    });
    const finalOutputs = outputs.map((node) => {
      const source = base(node);
      return isLeaf(source) && source.host ? undefined : locate(source, end);
    });
    const ring = nodes.flatMap((node, at) => {
      if (node.kept !== "scalar" || isLeaf(node)) return [];
      return [{ at, find: locate(base(node), end) }];
    });

    const layout = planMemory(
      lifetimes,
      gpu.memory.arena.map((block) => block.bytes),
    );
    this.slotBytes = layout.slots;
    const slots = layout.slotOf;
    for (const { lowered, find } of pending)
      this.kernels.push({ lowered, places: find.map((f) => f(slots)) });
    this.outputPlaces = finalOutputs.map((find) => find?.(slots));
    for (const { at, find } of ring) this.ringCopies.push({ at, place: find(slots) });
    nodes.forEach((node, at) => {
      const k = valueAt.get(node);
      if (isLeaf(node) && node.host && k !== undefined)
        this.uploads.push({
          at,
          place: { slot: slots[k] as number, offset: 0, bytes: node.size * ELEMENT_BYTES },
        });
    });
    if (smallValue >= 0)
      this.smallPlace = { slot: slots[smallValue] as number, offset: 0, bytes: smallBytes };
    for (const bytes of layout.slots.slice(gpu.memory.arena.length))
      gpu.memory.arena.push(
        gpu.memory.create(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST),
      );
    this.ready = this.compile();
    // A failure is reported by whoever waits for the program; nobody may be waiting yet.
    this.ready.catch(() => {});
  }

  get dispatches(): number {
    return this.kernels.length;
  }

  private async compile(): Promise<void> {
    const kernels = Promise.all(
      this.kernels.map(async ({ lowered, places }) => {
        const access = lowered.operands.map((o) => (o.write ? "w" : "r")).join("");
        const kernel = await this.gpu.pipelines.get(lowered.name, lowered.text, access);
        return { kernel, lowered, places, external: places.some((place) => "external" in place) };
      }),
    );
    this.compiled = await this.gpu.wait(kernels);
  }

  /** What a run needs of nodes with this program's structure; later changes of the nodes do not matter any more. */
  capture(nodes: readonly Node[]): Leaves {
    const leaves = new Map<number, Leaf>();
    const need = ({ at }: { at: number }) => {
      const { host, storage, writes } = nodes[at] as Node;
      leaves.set(at, { host, storage, writes });
    };
    for (const list of [this.externals, this.uploads, this.smallUploads, this.ringCopies]) list.forEach(need);
    return leaves;
  }

  /** Uploads the leaves, runs every kernel, and says where the outputs lie until the next program runs. */
  run(leaves: Leaves): (Stretch | undefined)[] {
    const { gpu } = this;
    const arena = gpu.memory.arena;
    const externals = this.externals.map(({ at, state }) => this.external(leaves.get(at) as Leaf, state));
    for (const { at, place } of this.uploads)
      gpu.upload(
        (arena[place.slot] as Block).buffer,
        place.offset,
        bytesOf((leaves.get(at) as Leaf).host as HostArray),
      );
    if (this.smallPlace) {
      for (const { at, offset } of this.smallUploads)
        this.smallData.set(bytesOf((leaves.get(at) as Leaf).host as HostArray), offset);
      gpu.upload((arena[this.smallPlace.slot] as Block).buffer, this.smallPlace.offset, this.smallData);
    }
    const stretch = (place: Place): Stretch => {
      if ("external" in place) return externals[place.external] as Stretch;
      return { buffer: (arena[place.slot] as Block).buffer, offset: place.offset, bytes: place.bytes };
    };
    const copies = this.ringCopies.map(({ at, place }) => {
      const from = stretch(place);
      const to = this.external(leaves.get(at) as Leaf, -1);
      return {
        from: from.buffer,
        fromOffset: from.offset,
        to: to.buffer,
        toOffset: to.offset,
        bytes: ELEMENT_BYTES,
      };
    });
    gpu.submit(this.bound(externals, stretch), copies);
    return this.outputPlaces.map((place) => place && stretch(place));
  }

  private external(leaf: Leaf, state: number): Stretch & { id: number } {
    const storage = state < 0 ? leaf.storage : leaf.writes[state];
    if (!storage) throw new GanvasError("a program ran without one of its buffers");
    const block = allocate(storage, this.gpu);
    return { buffer: block.buffer, offset: storage.offset, bytes: storage.bytes, id: block.id };
  }

  private bound(
    externals: readonly (Stretch & { id: number })[],
    stretch: (place: Place) => Stretch,
  ): readonly Dispatch[] {
    const key = externals.map((e) => `${e.id}+${e.offset}`).join();
    let dispatches = this.bindings.get(key);
    if (!dispatches) {
      const [known] = this.bindings.values();
      dispatches = this.compiled.map((c, k) => {
        const shared = known?.[k];
        if (shared && !c.external) return shared;
        const buffers = c.places
          .map(stretch)
          .map((s) => ({ buffer: s.buffer, offset: s.offset, size: Math.ceil(s.bytes / 16) * 16 }));
        return {
          name: c.lowered.name,
          pipeline: c.kernel.pipeline,
          bindGroup: this.gpu.bindGroup(c.kernel.layout, buffers),
          grid: c.lowered.grid,
          flops: c.lowered.flops,
        };
      });
      if (this.bindings.size >= MAX_BINDINGS)
        this.bindings.delete(this.bindings.keys().next().value as string);
      this.bindings.set(key, dispatches);
    }
    return dispatches;
  }

  /** Bytes of the arena's slots that this program may use. */
  get arenaBytes(): number {
    return this.slotBytes.reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** What a run needs to know of a node: captured when it is scheduled. */
export interface Leaf {
  readonly host: HostArray | undefined;
  readonly storage: Storage | undefined;
  readonly writes: readonly Storage[];
}

/** By position in the graph's nodes. */
export type Leaves = ReadonlyMap<number, Leaf>;

/** The block of a storage; the first call makes it and fills it. */
export function allocate(storage: Storage, gpu: Gpu): Block {
  if (storage.parent) return allocate(storage.parent, gpu);
  if (!storage.block) {
    storage.block = gpu.memory.allocate(storage.bytes);
    if (storage.initial) gpu.upload(storage.block.buffer, 0, bytesOf(storage.initial));
    for (const { from, offset } of storage.pieces) move(from, storage.block, offset, gpu);
    storage.initial = undefined;
    storage.pieces = [];
  }
  return storage.block;
}

function move(from: Storage, to: Block, offset: number, gpu: Gpu): void {
  if (from.block) {
    gpu.submit(
      [],
      [
        {
          from: from.block.buffer,
          fromOffset: from.offset,
          to: to.buffer,
          toOffset: offset,
          bytes: from.bytes,
        },
      ],
    );
    gpu.memory.release(from.block);
    from.block = undefined;
  } else if (from.initial) gpu.upload(to.buffer, offset, bytesOf(from.initial));
}

function bytesOf(data: HostArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** Inputs of packing ops that are read by nothing else are made in place. */
function placePacks(
  order: readonly Step[],
  readers: ReadonlyMap<Node, ReadonlySet<Node>>,
  outputs: ReadonlySet<Node>,
  base: (node: Node) => Node,
  isLeaf: (node: Node) => boolean,
) {
  const target = new Map<Node, { into: Node; offset: number }>();
  const skip = new Map<Node, Set<number>>();
  for (const { root } of order) {
    if (root.op.kind !== "kernel" || !root.op.placement) continue;
    const offsets = root.op.placement(root);
    const skipped = new Set<number>();
    root.inputs.forEach((input, k) => {
      const made = base(input);
      if (isLeaf(made) || made.kept || made.op.kind === "updated" || outputs.has(made)) return;
      if (readers.get(made)?.size !== 1 || root.inputs.filter((other) => base(other) === made).length !== 1)
        return;
      const offset = offsets[k] as number;
      if ((offset * ELEMENT_BYTES) % ALIGNMENT !== 0) return;
      target.set(made, { into: root, offset });
      skipped.add(k);
    });
    skip.set(root, skipped);
  }
  return { target, skip };
}
