/** Random shapes of every family: results, gradients and Hessian-vector products are the reference's. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { families } from "./families.ts";
import { checkFamilyCase } from "./family-check.ts";

describe.each(Object.entries(families))("%s", (_, cases) => {
  test("random shapes", () =>
    fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { fault } = await checkFamilyCase(one);
        if (fault !== undefined) throw new Error(fault);
      }),
      { numRuns: 5 },
    ));
});
