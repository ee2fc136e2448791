/** Buffers that outlive a program: parameters, optimiser state, kept tensors. */
import type { HostArray } from "../dtype.ts";
import type { Block } from "../gpu/memory.ts";

/** A stretch of GPU memory with a version that counts the updates in place. */
export class Storage {
  /** Unallocated at first; the first program that needs it allocates and fills it. */
  block: Block | undefined;
  /** Bytes from the start of the block; a multiple of 256, so that the stretch can be bound by itself. */
  readonly offset: number;
  readonly bytes: number;
  /** Shown in errors. */
  readonly name: string;
  private ran = 0;
  private planned = 0;
  /** What the block is to be filled with when it is allocated. */
  initial: HostArray | undefined;
  /** Storages whose values are moved into this one when it is allocated. */
  pieces: readonly { readonly from: Storage; readonly offset: number }[] = [];
  /** The larger storage this one is a part of. */
  readonly parent: Storage | undefined;

  constructor(
    name: string,
    bytes: number,
    extra: { initial?: HostArray; parent?: Storage; offset?: number } = {},
  ) {
    this.name = name;
    this.bytes = bytes;
    this.initial = extra.initial;
    this.parent = extra.parent;
    this.offset = extra.offset ?? 0;
  }

  /** Updates that have run, of this part or of the whole. A node that stands for an older version can no longer be read. */
  get version(): number {
    return this.ran + (this.parent?.version ?? 0);
  }

  /** Updates that have been recorded, run or not. */
  get recorded(): number {
    return this.planned + (this.parent?.recorded ?? 0);
  }

  /** Gives another initial value, where there is one that nobody has seen. */
  restart(value: HostArray): boolean {
    if (this.block || this.parent || !this.initial || this.planned > 0) return false;
    this.initial = value.slice();
    return true;
  }

  record(): void {
    this.planned++;
  }

  bump(): void {
    this.ran++;
    this.planned = Math.max(this.planned, this.ran);
  }
}
