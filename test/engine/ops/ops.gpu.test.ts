/** Every op on this adapter against the float64 reference: results, gradients, Hessian-vector products. */

import { describe, expect, test } from "vitest";
import { NotSupported } from "../../reference/backend.ts";
import { opCases } from "../../reference/cases.ts";
import { checkOp } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";

for (const [family, cases] of Object.entries(opCases)) {
  describe(family, () => {
    test.for(cases)("$name", async (of, { skip }) => {
      const check = await checkOp(of, engineBackend).catch((error: unknown) => {
        if (error instanceof NotSupported) return skip(error.message);
        throw error;
      });
      for (const [what, ratio] of Object.entries(check)) {
        expect(ratio, `${what}: error over the allowed error`).toBeLessThanOrEqual(1);
      }
    });
  });
}
