/** GPU memory: every buffer of the engine is made and counted here. */
import { DeviceError } from "../errors.ts";

/** One GPU buffer. */
export interface Block {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** The memory it is of; lost with the device of that. */
  readonly owner: Memory;
  /** There was no memory for it. */
  lost: boolean;
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
 *
 * A device gives a buffer at once and says later whether there is memory for it. Whoever uses a new block waits for that with
 * `expectSound`; a block for which there is none is in no pool.
 */
export class Memory {
  private readonly device: GPUDevice;
  private readonly free = new Map<number, Block[]>();
  /** Scratch blocks shared by all programs, in order of creation; undefined until a program that needs it runs. */
  readonly arena: { readonly bytes: number; block: Block | undefined }[] = [];
  /** What the device has not yet said of blocks: why there is no memory for them, or nothing. */
  private readonly awaited = new Map<Block, Promise<Error | undefined>>();
  /** Blocks so far that there was no memory for. */
  losses = 0;
  private live = 0;
  private peak = 0;
  private created = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  get stats(): MemoryStats {
    return { liveBytes: this.live, peakBytes: this.peak, buffersCreated: this.created };
  }

  /** A block of at least `bytes`. Its contents are undefined. @param what it is for, for messages */
  allocate(bytes: number, what: string): Block {
    const size = align(bytes);
    return this.free.get(size)?.pop() ?? this.create(size, STORAGE, what);
  }

  /** The arena's block number `slot`. @param what is to lie there, for messages */
  scratch(slot: number, what: () => string): Block {
    const place = this.arena[slot] as Memory["arena"][number];
    place.block ??= this.create(place.bytes, STORAGE, what());
    return place.block;
  }

  /** Gives a block back; whoever allocates the same size next gets it. One of a closed device is left alone. */
  release(block: Block): void {
    if (block.owner !== this || block.lost) return;
    const list = this.free.get(block.bytes);
    if (list) list.push(block);
    else this.free.set(block.bytes, [block]);
  }

  /** A block that nothing but the caller will use, of any usage. @param what it is for, for messages */
  create(bytes: number, usage: number, what: string): Block {
    const { device } = this;
    if (bytes > device.limits.maxBufferSize)
      throw new DeviceError(
        `a buffer of ${bytes} bytes is larger than this adapter allows (${device.limits.maxBufferSize}); work on smaller pieces`,
      );
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    let buffer: GPUBuffer | undefined;
    let failure: unknown;
    try {
      buffer = device.createBuffer({ size: bytes, usage });
    } catch (error) {
      failure = error;
    }
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const refusal = (why: unknown) =>
      new DeviceError(
        `there is no memory for ${what}: ${bytes} bytes were asked for, ${this.live} are in use (${why instanceof Error ? why.message : why})`,
      );
    if (!buffer) {
      scopes.catch(() => {});
      throw refusal(failure);
    }
    const block = { id: ++this.created, buffer, bytes, owner: this, lost: false };
    const verdict = scopes.then(
      (errors) => {
        const error = errors.find((e) => e !== null);
        return error && refusal(error.message.split("\n")[0]);
      },
      // The device is gone, which is told to whoever uses it.
      () => undefined,
    );
    this.awaited.set(block, verdict);
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
    return block;
  }

  /**
   * Waits until it is known that there is memory for these blocks. At once where none is new.
   * @param wait waits for a promise of the device, where that has to be done in a way of its own
   * @throws DeviceError naming what one is for that has none, which is then no block any more
   */
  async expectSound(
    blocks: Iterable<Block>,
    wait: <T>(promise: Promise<T>) => Promise<T> = (promise) => promise,
  ): Promise<void> {
    let failure: Error | undefined;
    for (const block of blocks) {
      const verdict = this.awaited.get(block);
      if (!verdict) continue;
      const error = await wait(verdict);
      failure ??= error;
      if (!this.awaited.delete(block) || !error) continue;
      block.lost = true;
      this.losses++;
      this.destroy(block);
      for (const place of this.arena) if (place.block === block) place.block = undefined;
    }
    if (failure) throw failure;
  }

  destroy(block: Block): void {
    block.buffer.destroy();
    this.live -= block.bytes;
  }

  /** Frees what nobody holds: released blocks and, where `arena` is true, the programs' scratch blocks. */
  trim(arena: boolean): void {
    for (const list of this.free.values()) for (const block of list) this.destroy(block);
    this.free.clear();
    if (arena) for (const { block } of this.arena.splice(0)) if (block) this.destroy(block);
  }
}
