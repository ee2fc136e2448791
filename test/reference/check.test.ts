/** The comparison of an engine with the reference, on engines that are right, wrong and incomplete. */

import { expect, test } from "vitest";
import type { Numbers } from "./array.ts";
import { type Backend, opsOf } from "./backend.ts";
import { given, opCase, real } from "./cases/case.ts";
import { allowance, type CaseReport, checkOps } from "./check.ts";

/** An engine of one op without gradients. */
const comparing = (less: (a: number, b: number) => number): Backend<Numbers> => ({
  ops: opsOf<Numbers>({
    lt(a, b) {
      if (typeof a === "number" || typeof b === "number") throw new Error("tensors only");
      return { shape: a.shape, data: Array.from(a.data, (x, i) => less(x, b.data[i] as number)) };
    },
  }),
  tensor: (x) => x,
  read: async (xs) => [...xs],
  grad: () => [],
});

const families = {
  pointwise: [
    opCase("lt", [given([3], [1, 2, 3]), given([3], [2, 2, 2])], (k, a, b) => k.lt(a, b), { discrete: true }),
    opCase("relu", [real([3])], (k, x) => k.relu(x)),
  ],
};

async function reports(backend: Backend<Numbers>, filter?: RegExp): Promise<CaseReport[]> {
  const all: CaseReport[] = [];
  for await (const report of checkOps(families, backend, filter)) all.push(report);
  return all;
}

test("right results pass, missing ops are listed", async () => {
  const [lt, relu] = await reports(comparing((a, b) => (a < b ? 1 : 0)));
  expect(lt).toEqual({ family: "pointwise", name: "lt", status: "passed", check: { forward: 0 } });
  expect(relu).toMatchObject({ status: "not supported", error: 'the engine has no op "relu"' });
});

test("wrong results and errors fail", async () => {
  const [wrong] = await reports(
    comparing((a, b) => (a <= b ? 1 : 0)),
    /lt/,
  );
  expect(wrong?.status).toBe("failed");
  expect(wrong?.check?.forward).toBeGreaterThan(1);
  const [nan] = await reports(
    comparing(() => Number.NaN),
    /lt/,
  );
  expect(nan?.check?.forward).toBe(Number.POSITIVE_INFINITY);
  const [thrown] = await reports(
    comparing(() => {
      throw new Error("device lost");
    }),
    /lt/,
  );
  expect(thrown).toMatchObject({ status: "failed", error: "device lost" });
});

test("the allowed error grows with the rounding seen, and has a floor", () => {
  expect(allowance([1, 0], [1, 0])(1)).toBe(2e-6);
  expect(allowance([1, 0], [1 + 1e-6, 0])(1)).toBeCloseTo(16e-6, 12);
  expect(allowance([1, 0], [1, 0])(0)).toBeCloseTo(12e-6, 12);
});
