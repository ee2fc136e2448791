/** Every op of the table in half precision, value and gradient, against float64 on the same numbers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gpu, openDevice } from "../../../engine/gpu/device.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { NotSupported } from "../../reference/backend.ts";
import { opCases } from "../../reference/cases.ts";
import { checkOp } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";

const CASES = Object.entries(opCases).flatMap(([family, cases]) =>
  cases.map((of) => ({ name: `${family}: ${of.name}`, of })),
);

describe.each([
  { name: "native", nativeF16: true, cases: CASES },
  // The same kernels as in f32: some of each family will do.
  { name: "stored as f32", nativeF16: false, cases: CASES.filter((_, k) => k % 16 === 0) },
])("ops in half precision, $name", ({ nativeF16, cases }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice({ nativeF16 });
    runtime.use(gpu);
  });
  afterAll(() => runtime.close());

  test.for(cases)("$name", async ({ of }, { skip }) => {
    try {
      for (const [what, ratio] of Object.entries(await checkOp(of, engineBackend, { type: "f16" })))
        expect(ratio, `${what}, in units of the allowed error`).toBeLessThanOrEqual(1);
    } catch (error) {
      if (error instanceof NotSupported) skip(error.message);
      throw error;
    }
  });
});
