/** The reference's exact derivatives against central differences of its own values, for every op. */

import { describe, expect, test } from "vitest";
import { reference } from "../reference.ts";
import type { Numbers } from "./array.ts";
import { uniform } from "./cases/case.ts";
import { opCases } from "./cases.ts";
import { expectation } from "./check.ts";
import { centralDifference, differentiate, evaluate } from "./differentiate.ts";

/** Entries of each input whose derivative is checked alone. */
const ENTRIES = 6;

/** Error of a central difference: rounding (1e-16 of the function / step) and what is left of the fifth derivative. */
const ERROR = 1e-9;

const moved = (x: Numbers, direction: ArrayLike<number>, t: number): Numbers => ({
  shape: x.shape,
  data: Array.from(x.data, (value, i) => value + t * (direction[i] as number)),
});

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);

const absoluteSum = (a: ArrayLike<number>): number => Array.from(a).reduce((sum, v) => sum + Math.abs(v), 0);

for (const [family, cases] of Object.entries(opCases)) {
  describe(`exact derivatives agree with central differences: ${family}`, () => {
    for (const of of cases) {
      if (of.discrete || of.kink) continue;
      test(of.name, () => {
        const { inputs, cotangent, directions, first, second } = expectation(of);
        const value = (xs: readonly Numbers[]): number =>
          dot(evaluate((...tensors) => of.run(reference, ...tensors), xs)[0]?.data ?? [], cotangent.data);
        const size = absoluteSum(first.outputs[0]?.data ?? []);

        inputs.forEach((input, i) => {
          if (input.dtype === "i32") return;
          const next = uniform(`${of.name} entries`);
          for (let n = 0; n < Math.min(ENTRIES, input.data.length); n++) {
            const entry = n === 0 ? input.data.length - 1 : Math.floor(next() * input.data.length);
            const unit = Array.from(input.data, (_, j) => (j === entry ? 1 : 0));
            const slope = centralDifference((t) =>
              value(inputs.map((x, j) => (i === j ? moved(x, unit, t) : x))),
            );
            const exact = first.gradients[i]?.[entry] as number;
            expect(Math.abs(slope - exact), `entry ${entry} of input ${i}`).toBeLessThan(
              ERROR * (Math.abs(exact) + size + 1),
            );
          }
        });

        // The gradient of L = Σ cot·y + ½ Σ y² has the cotangent cot + y.
        const gradientAt = (t: number): number[] => {
          const xs = inputs.map((x, j) => moved(x, directions[j]?.data ?? [], t));
          const y = evaluate((...tensors) => of.run(reference, ...tensors), xs)[0]?.data ?? [];
          const cotangents = [Array.from(y, (v, j) => v + (cotangent.data[j] as number))];
          return differentiate((...tensors) => of.run(reference, ...tensors), xs, {
            cotangents,
          }).gradients.flat();
        };
        const exact = second.hessianVectors.flat();
        const at = new Map([1e-4, -1e-4, 2e-4, -2e-4].map((t) => [t, gradientAt(t)]));
        const scale = Math.max(...exact.map(Math.abs), ...(at.get(1e-4) as number[]).map(Math.abs));
        exact.forEach((product, j) => {
          const slope = centralDifference((t) => (at.get(t) as number[])[j] as number, 1e-4);
          expect(Math.abs(slope - product), `Hessian-vector entry ${j}`).toBeLessThan(
            10 * ERROR * (scale + 1),
          );
        });
      });
    }
  });
}
