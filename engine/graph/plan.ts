/** Where every value of a program lies: one slot of the shared arena, for as long as somebody still reads it. */
import { align } from "../gpu/memory.ts";

/** A value that needs memory from step `first` to step `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  first: number;
  last: number;
  /** For messages. */
  readonly what?: string;
}

/** Sizes of the arena's slots, and the slot of each value. */
export interface Layout {
  readonly slots: readonly number[];
  readonly slotOf: readonly number[];
}

/**
 * Gives each value a slot such that values which live at the same time never share one. Large values choose first;
 * slots that exist already (`existing`, in bytes) are preferred, the tightest fit first.
 */
export function planMemory(values: readonly Lifetime[], existing: readonly number[]): Layout {
  const slots = [...existing];
  const taken: Lifetime[][] = slots.map(() => []);
  const slotOf = new Array<number>(values.length).fill(-1);
  const bySize = values
    .map((_, k) => k)
    .sort((a, b) => (values[b] as Lifetime).bytes - (values[a] as Lifetime).bytes || a - b);
  for (const k of bySize) {
    const value = values[k] as Lifetime;
    const bytes = align(value.bytes);
    let best = -1;
    slots.forEach((size, slot) => {
      if (size < bytes || (best >= 0 && size >= (slots[best] as number))) return;
      if ((taken[slot] as Lifetime[]).every((other) => other.last < value.first || other.first > value.last))
        best = slot;
    });
    if (best < 0) {
      best = slots.push(bytes) - 1;
      taken.push([]);
    }
    (taken[best] as Lifetime[]).push(value);
    slotOf[k] = best;
  }
  return { slots, slotOf };
}
