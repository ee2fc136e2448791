/** A few numbers each that are remembered without being read: a ring of losses in one buffer. */
import { Storage } from "./storage.ts";

/** Older ones ask for keep(). */
const SLOTS = 1024;
/** Bytes from one to the next, so that each can be bound by itself. */
const STRIDE = 256;
/** What one may hold. */
export const MOST_WATCHED = STRIDE / 4;

export class LossRing {
  private readonly storage = new Storage("losses", SLOTS * STRIDE);
  private readonly slots: (Storage | undefined)[] = [];
  private next = 0;

  /** The place of the next number; the one that had it is forgotten. */
  take(): Storage {
    const slot = this.next++ % SLOTS;
    this.slots[slot]?.bump();
    const place = new Storage("a loss of long ago", STRIDE, { parent: this.storage, offset: slot * STRIDE });
    this.slots[slot] = place;
    return place;
  }

  holds(place: Storage | undefined): boolean {
    return place?.parent === this.storage;
  }
}
