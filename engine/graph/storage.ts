/** Buffers that outlive a program: parameters, optimiser state, kept tensors. */
import type { HostArray } from "../dtype.ts";
import type { Block } from "../gpu/memory.ts";

/** What a block is to be filled with when it is allocated: numbers, what makes them, or zeros that no array has to hold. */
type Initial = HostArray | (() => HostArray) | "zeros";

/** A stretch of GPU memory with a version that counts the updates in place. */
export class Storage {
  /** Unallocated at first; the first program that needs it allocates and fills it. */
  block: Block | undefined;
  /** To be the block, once it is known that there is memory for it. */
  reserved: Block | undefined;
  /** Bytes from the start of the block; a multiple of 256, so that the stretch can be bound by itself. */
  readonly offset: number;
  readonly bytes: number;
  /** Shown in errors. */
  readonly name: string;
  private ran = 0;
  private planned = 0;
  private start: Initial | undefined;
  /** Storages whose values are moved into this one when it is allocated. */
  pieces: readonly { readonly from: Storage; readonly offset: number }[] = [];
  /** An update failed: runs scheduled up to turn `until` built on it. */
  spoiled: { readonly until: number; readonly reason: unknown } | undefined;
  /** The storages that lie in this one, where it is a whole; between them may be gaps. */
  parts: readonly Storage[] = [];
  /** The larger storage this one is a part of. */
  readonly parent: Storage | undefined;

  constructor(
    name: string,
    bytes: number,
    extra: { initial?: Initial; parent?: Storage; offset?: number } = {},
  ) {
    this.name = name;
    this.bytes = bytes;
    this.start = extra.initial;
    this.parent = extra.parent;
    this.offset = extra.offset ?? 0;
  }

  /** What the block is to be filled with when it is allocated; made now if it was only described. */
  get initial(): HostArray | "zeros" | undefined {
    this.prepare();
    return this.start as HostArray | "zeros" | undefined;
  }

  set initial(value: HostArray | "zeros" | undefined) {
    this.start = value;
  }

  /** Updates that have run, of this part or of the whole. A node that stands for an older version can no longer be read. */
  get version(): number {
    return this.ran + (this.parent?.version ?? 0);
  }

  /** Updates that have been recorded, run or not. */
  get recorded(): number {
    return this.planned + (this.parent?.recorded ?? 0);
  }

  /** Makes the initial value now where it was only described, of the pieces too. */
  prepare(): void {
    if (typeof this.start === "function") this.start = this.start();
    for (const { from } of this.pieces) from.prepare();
  }

  /** Gives another initial value, where there is one that nobody has seen. */
  restart(value: HostArray): boolean {
    if (this.block || this.parent || !this.start || this.planned > 0) return false;
    this.start = value.slice();
    return true;
  }

  record(): void {
    this.planned++;
  }

  bump(): void {
    this.ran++;
    this.planned = Math.max(this.planned, this.ran);
  }

  /** The storage that has a block of its own: this one, or the one it is a part of. */
  get root(): Storage {
    return this.parent?.root ?? this;
  }

  /** Throws the reason why an update failed that the run of this turn builds on. */
  expectSound(turn: number): void {
    const { spoiled } = this.root;
    if (spoiled && turn <= spoiled.until) throw spoiled.reason;
  }

  /** Takes back an update that did not happen: one that was bumped already (`ran`), or only recorded. */
  withdraw(ran: boolean): void {
    if (ran) this.ran--;
    this.planned--;
  }
}
