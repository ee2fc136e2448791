/**
 * A compiled graph: pipelines, a memory plan and cached bind groups. Running it again with other leaves of the same
 * structure is one loop over dispatches; nothing is compiled and, once the same buffers come round, nothing is made.
 */
import { type DType, encode, type HostArray } from "../dtype.ts";
import { DeviceLostError, GanvasError } from "../errors.ts";
import type { Dispatch, Gpu } from "../gpu/device.ts";
import type { Block } from "../gpu/memory.ts";
import { workOf } from "../gpu/pace.ts";
import type { Kernel } from "../gpu/pipelines.ts";
import { type Assembly, assemble, type Place, type ValuePlace } from "./assemble.ts";
import type { Graph } from "./fuse.ts";
import type { LoweredStep } from "./lowered.ts";
import type { Node, Target } from "./node.ts";
import type { FiniteChecks, When } from "./non-finite.ts";
import { planMemory } from "./plan.ts";
import type { Storage } from "./storage.ts";

/** A stretch of a buffer. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Sets of bind groups kept for runs with other external buffers, those used last. */
const MAX_BINDINGS = 16;

export class Program {
  /** Resolves when all kernels are compiled. */
  readonly ready: Promise<void>;
  private readonly gpu: Gpu;
  private readonly target: Target;
  private readonly finite: FiniteChecks | undefined;
  private readonly assembly: Assembly;
  /** The arena's slot of each value. */
  private readonly slotOf: readonly number[];
  private readonly smallData: Uint8Array<ArrayBuffer>;
  private compiled: readonly Kernel[] = [];
  private readonly bindings = new Map<string, Dispatch[]>();
  /** How many blocks had been lost when they were made. */
  private losses = 0;

  /** @param finite what looks through the results, where somebody wants that */
  constructor(graph: Graph, gpu: Gpu, target: Target, finite?: FiniteChecks) {
    const { memory } = gpu;
    this.gpu = gpu;
    this.target = target;
    this.finite = finite;
    this.assembly = assemble(graph, target, gpu.maxBinding, finite);
    this.smallData = new Uint8Array(this.assembly.small.place?.bytes ?? 0);
    const existing = memory.arena.map(({ bytes }) => bytes);
    const { slots, slotOf } = planMemory(this.assembly.values, existing);
    for (const bytes of slots.slice(existing.length)) memory.arena.push({ bytes, block: undefined });
    this.slotOf = slotOf;
    this.ready = this.compile();
    // A failure is reported by whoever waits for the program; nobody may be waiting yet.
    this.ready.catch(() => {});
  }

  /** How many kernels it has. */
  get size(): number {
    return this.assembly.kernels.length;
  }

  /** For explanations: what runs, in order. */
  get steps(): readonly LoweredStep[] {
    return this.assembly.steps;
  }

  private async compile(): Promise<void> {
    const kernels = this.assembly.kernels.map(({ lowered }) =>
      this.gpu.pipelines.get(
        lowered.name,
        lowered.text,
        lowered.operands.map((o) => (o.write ? "w" : "r")).join(""),
      ),
    );
    this.compiled = await this.gpu.wait(Promise.all(kernels));
  }

  /** What a run needs of nodes with this program's structure; later changes of the nodes do not matter any more. */
  capture(nodes: readonly Node[]): Leaves {
    const { externals, uploads, small, ring } = this.assembly;
    const leaves = new Map<number, Leaf>();
    for (const { at } of [...externals, ...uploads, ...small.leaves, ...ring]) {
      const { host, storage, writes, dtype } = nodes[at] as Node;
      leaves.set(at, { host, storage, writes, dtype });
    }
    return leaves;
  }

  /** The storages of a run that have no memory yet. */
  private fresh(leaves: Leaves): Set<Storage> {
    const { externals, ring } = this.assembly;
    const storages = [...externals, ...ring.map(({ at }) => ({ at, state: -1 }))].map(
      ({ at, state }) => this.storageOf(leaves.get(at) as Leaf, state).root,
    );
    return new Set(storages.filter(({ block, reserved }) => !block && !reserved));
  }

  /** Makes the first values of weights that have none yet: something to do while the driver still compiles on threads of its own. */
  prepare(leaves: Leaves): void {
    if (this.compiled.length > 0) return;
    for (const storage of this.fresh(leaves)) storage.prepare();
  }

  /**
   * Sees to it that all memory is there that a run needs.
   * @throws DeviceError naming what there is none for; then nothing has changed
   */
  async secure(leaves: Leaves): Promise<void> {
    const { memory } = this.gpu;
    const { values } = this.assembly;
    const fresh = this.fresh(leaves);
    const blocks: Block[] = [];
    try {
      this.slotOf.forEach((slot, value) => {
        if (!memory.arena[slot]?.block)
          blocks.push(memory.scratch(slot, () => values[value]?.what ?? "uploads and partial results"));
      });
      for (const storage of fresh) {
        storage.reserved = memory.allocate(storage.bytes, storage.name);
        blocks.push(storage.reserved);
      }
      // Bind groups may be of blocks that are no more.
      if (this.losses !== memory.losses) this.bindings.clear();
      this.losses = memory.losses;
      if (blocks.length > 0) await memory.expectSound(blocks, (promise) => this.gpu.wait(promise));
    } catch (error) {
      await memory.expectSound(blocks, (promise) => this.gpu.wait(promise)).catch(() => {});
      for (const storage of fresh) {
        if (storage.reserved) memory.release(storage.reserved);
        storage.reserved = undefined;
      }
      throw error;
    }
  }

  /**
   * Uploads the leaves, submits every kernel, and says where the outputs lie until the next program runs.
   * @param signal ends it in the midst, which may be done to what changes no state
   */
  async run(leaves: Leaves, signal?: AbortSignal): Promise<(Stretch | undefined)[]> {
    const { gpu, assembly } = this;
    const numbersOf = (at: number) => {
      const { host, dtype } = leaves.get(at) as Leaf;
      return encode(dtype, host as HostArray, gpu.info.nativeF16);
    };
    for (const { at, place } of assembly.uploads)
      gpu.upload(this.block(place).buffer, place.offset, numbersOf(at));
    const { small } = assembly;
    if (small.place) {
      for (const { at, offset } of small.leaves) this.smallData.set(numbersOf(at), offset);
      gpu.upload(this.block(small.place).buffer, small.place.offset, this.smallData);
    }
    const { checks } = assembly;
    if (checks && this.finite)
      gpu.upload(this.block(checks.place).buffer, 0, this.finite.emptyRecords(checks.list));
    const externals = assembly.externals.map(({ at, state }) => this.external(leaves.get(at) as Leaf, state));
    const stretch = (place: Place): Stretch =>
      "external" in place
        ? (externals[place.external] as Stretch)
        : { buffer: this.block(place).buffer, offset: place.offset, bytes: place.bytes };
    const copies = assembly.ring.flatMap(({ at, place, bytes }) => {
      const from = stretch(place);
      const to = this.external(leaves.get(at) as Leaf, -1);
      // What is in the ring already stays where it is.
      if (from.buffer === to.buffer && from.offset === to.offset) return [];
      return { from: from.buffer, fromOffset: from.offset, to: to.buffer, toOffset: to.offset, bytes };
    });
    await gpu.submit(this.bound(externals, stretch), copies, signal);
    return assembly.outputs.map((place) => place && stretch(place));
  }

  /**
   * Looks at what the checks of the run that has just been submitted have found, in a program that makes them.
   * @throws NonFiniteError
   */
  async expectFinite(when: When): Promise<void> {
    const { checks } = this.assembly;
    if (!checks || !this.finite) return;
    const records = await this.gpu.read(this.block(checks.place).buffer, 0, checks.place.bytes);
    const error = this.finite.firstNonFinite(checks.list, new Uint32Array(records), when);
    if (error) throw error;
  }

  private block(place: ValuePlace): Block {
    return this.gpu.memory.arena[this.slotOf[place.value] as number]?.block as Block;
  }

  private storageOf(leaf: Leaf, state: number): Storage {
    const storage = state < 0 ? leaf.storage : leaf.writes[state];
    if (!storage) throw new GanvasError("a program ran without one of its buffers");
    return storage;
  }

  private external(leaf: Leaf, state: number): Stretch & { id: number } {
    const storage = this.storageOf(leaf, state);
    const block = allocate(storage, this.gpu);
    return { buffer: block.buffer, offset: storage.offset, bytes: storage.bytes, id: block.id };
  }

  /** The dispatches with their bind groups, which are made anew only for external buffers not seen lately. */
  private bound(
    externals: readonly (Stretch & { id: number })[],
    stretch: (place: Place) => Stretch,
  ): readonly Dispatch[] {
    const key = externals.map((e) => `${e.id}+${e.offset}`).join();
    let dispatches = this.bindings.get(key);
    if (!dispatches) {
      const [known] = this.bindings.values();
      const { assembly, target } = this;
      dispatches = assembly.kernels.map((kernel, k) => {
        const { lowered, places } = kernel;
        const shared = known?.[k];
        if (shared && !places.some((place) => "external" in place)) return shared;
        const { pipeline, layout } = this.compiled[k] as Kernel;
        // Vectors of four are bound too: a size is a multiple of 16 bytes.
        const buffers = places
          .map(stretch)
          .map((s) => ({ buffer: s.buffer, offset: s.offset, size: Math.ceil(s.bytes / 16) * 16 }));
        const { grid, flops } = lowered;
        const work = workOf(
          flops,
          buffers.reduce((sum, { size }) => sum + size, 0),
        );
        const bindGroup = this.gpu.bindGroup(layout, buffers);
        return { pipeline, bindGroup, grid, work, origin: { kernel, assembly, target } };
      });
    } else this.bindings.delete(key);
    // The set used last comes last; the one not used for longest goes first.
    this.bindings.set(key, dispatches);
    if (this.bindings.size > MAX_BINDINGS) this.bindings.delete(this.bindings.keys().next().value as string);
    return dispatches;
  }
}

/** What a run needs to know of a node: captured when it is scheduled. */
export interface Leaf {
  readonly host: HostArray | undefined;
  readonly storage: Storage | undefined;
  readonly writes: readonly Storage[];
  readonly dtype: DType;
}

/** By position in the graph's nodes. */
export type Leaves = ReadonlyMap<number, Leaf>;

/**
 * The block of a storage; the first call makes it and fills it.
 * @throws DeviceLostError when it was made on a device that has been closed or lost
 */
export function allocate(storage: Storage, gpu: Gpu): Block {
  if (storage.parent) return allocate(storage.parent, gpu);
  if (storage.block && storage.block.owner !== gpu.memory)
    throw new DeviceLostError(`${storage.name} was lost when its device was closed`);
  if (!storage.block) {
    // It stays reserved until it is filled: a call that fails in the midst of that is made again by the next run.
    storage.reserved ??= gpu.memory.allocate(storage.bytes, storage.name);
    fill(storage, storage.reserved.buffer, 0, gpu);
    for (const { from, offset } of storage.pieces) move(from, storage.reserved, offset, gpu);
    storage.block = storage.reserved;
    storage.reserved = undefined;
    storage.initial = undefined;
    storage.pieces = [];
  }
  return storage.block;
}

function move(from: Storage, to: Block, offset: number, gpu: Gpu): void {
  if (from.block) {
    gpu.copy([
      {
        from: from.block.buffer,
        fromOffset: from.offset,
        to: to.buffer,
        toOffset: offset,
        bytes: from.bytes,
      },
    ]);
    gpu.memory.release(from.block);
    from.block = undefined;
  } else fill(from, to.buffer, offset, gpu);
}

/** Puts the initial value of a storage into a buffer. */
function fill({ initial, bytes }: Storage, buffer: GPUBuffer, offset: number, gpu: Gpu): void {
  if (initial === "zeros") gpu.clear(buffer, offset, bytes);
  else if (initial) gpu.upload(buffer, offset, bytesOf(initial));
}

function bytesOf(data: HostArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
