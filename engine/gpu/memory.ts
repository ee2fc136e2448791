/** GPU memory: every buffer of the engine is made and counted here. */
import { DeviceError } from "../errors.ts";

/** One GPU buffer. */
export interface Block {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** The memory it is of; lost with the device of that. */
  readonly owner: Memory;
}

export interface MemoryStats {
  /** Bytes of all buffers that exist now. */
  readonly liveBytes: number;
  readonly peakBytes: number;
  /** Buffers made so far, over the life of the device. */
  readonly buffersCreated: number;
}

/** Stretches of memory that are bound by themselves start at multiples of this. */
export const ALIGNMENT = 256;

/** Storage that can be copied from and to; the numbers are those of `GPUBufferUsage`, which not every host has globally. */
const STORAGE = 0x80 | 0x04 | 0x08;

export const align = (bytes: number): number => Math.max(Math.ceil(bytes / ALIGNMENT), 1) * ALIGNMENT;

/**
 * A pool of storage buffers. `allocate` prefers a released block of the same (aligned) size. Programs share the
 * blocks of the arena, one program at a time: their contents live only while a program runs.
 */
export class Memory {
  private readonly device: GPUDevice;
  private readonly free = new Map<number, Block[]>();
  /** Scratch blocks shared by all programs, in order of creation. */
  readonly arena: Block[] = [];
  private live = 0;
  private peak = 0;
  private created = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  get stats(): MemoryStats {
    return { liveBytes: this.live, peakBytes: this.peak, buffersCreated: this.created };
  }

  /** A block of at least `bytes`. Its contents are undefined. */
  allocate(bytes: number): Block {
    const size = align(bytes);
    return this.free.get(size)?.pop() ?? this.create(size, STORAGE);
  }

  /** One more scratch block for the programs. */
  extendArena(bytes: number): void {
    this.arena.push(this.create(bytes, STORAGE));
  }

  /** Gives a block back; whoever allocates the same size next gets it. One of a closed device is left alone. */
  release(block: Block): void {
    if (block.owner !== this) return;
    const list = this.free.get(block.bytes);
    if (list) list.push(block);
    else this.free.set(block.bytes, [block]);
  }

  /** A block that nothing but the caller will use, of any usage. */
  create(bytes: number, usage: number): Block {
    if (bytes > this.device.limits.maxBufferSize)
      throw new DeviceError(
        `a buffer of ${bytes} bytes is larger than this adapter allows (${this.device.limits.maxBufferSize}); work on smaller pieces`,
      );
    const buffer = this.device.createBuffer({ size: bytes, usage });
    this.live += bytes;
    this.created++;
    this.peak = Math.max(this.peak, this.live);
    return { id: this.created, buffer, bytes, owner: this };
  }

  destroy(block: Block): void {
    block.buffer.destroy();
    this.live -= block.bytes;
  }

  /** Frees what nobody holds: released blocks and, where `arena` is true, the programs' scratch blocks. */
  trim(arena: boolean): void {
    for (const list of this.free.values()) for (const block of list) this.destroy(block);
    this.free.clear();
    if (arena) for (const block of this.arena.splice(0)) this.destroy(block);
  }
}
