import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { align } from "../../../engine/gpu/memory.ts";
import { type Lifetime, planMemory } from "../../../engine/graph/plan.ts";

const lifetimes: fc.Arbitrary<Lifetime[]> = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 0, max: 5000 }), a: fc.nat({ max: 20 }), b: fc.nat({ max: 20 }) })
    .map(({ bytes, a, b }) => ({ bytes, first: Math.min(a, b), last: Math.max(a, b) })),
  { maxLength: 40 },
);
const slots = fc.array(
  fc.integer({ min: 1, max: 24 }).map((k) => 256 * k),
  { maxLength: 6 },
);

describe("memory plan", () => {
  test("values alive at once never share a slot, and each fits into its own", () => {
    fc.assert(
      fc.property(lifetimes, slots, (values, existing) => {
        const layout = planMemory(values, existing);
        expect(layout.slots.slice(0, existing.length)).toEqual(existing);
        expect(layout.slotOf).toHaveLength(values.length);
        values.forEach((value, k) => {
          const slot = layout.slotOf[k] as number;
          expect(layout.slots[slot]).toBeGreaterThanOrEqual(align(value.bytes));
          values.slice(0, k).forEach((other, j) => {
            if (layout.slotOf[j] === slot)
              expect(other.last < value.first || other.first > value.last).toBe(true);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  test("no slot is made that nobody uses", () => {
    fc.assert(
      fc.property(lifetimes, slots, (values, existing) => {
        const layout = planMemory(values, existing);
        for (let slot = existing.length; slot < layout.slots.length; slot++)
          expect(layout.slotOf).toContain(slot);
      }),
    );
  });

  test("a chain of values of one size needs two slots, whatever its length", () => {
    const chain = Array.from({ length: 50 }, (_, k) => ({ bytes: 4096, first: k, last: k + 1 }));
    expect(planMemory(chain, []).slots).toEqual([4096, 4096]);
  });

  test("a value that nobody else lives beside takes over the tightest slot there is", () => {
    const layout = planMemory([{ bytes: 1000, first: 0, last: 1 }], [8192, 1024, 2048]);
    expect([layout.slots, layout.slotOf]).toEqual([[8192, 1024, 2048], [1]]);
  });

  test("a later program with values of one size finds all its slots", () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const alike = values.map((value) => ({ ...value, bytes: 1024 }));
        const first = planMemory(alike, []);
        expect(planMemory(alike, first.slots)).toEqual(first);
      }),
    );
  });
});
