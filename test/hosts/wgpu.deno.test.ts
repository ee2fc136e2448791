/** The self-tests on Deno's own WebGPU, wgpu: a second implementation notices what Dawn forgives. */
import { beforeAll, describe, test } from "vitest";
import { runDeno } from "./run-deno.ts";
import { selfTests } from "./self-tests.ts";

describe("self-tests on Deno", () => {
  let results: Awaited<ReturnType<typeof runDeno>>;
  beforeAll(async () => {
    results = await runDeno(selfTests.map(({ name }) => name));
  });

  test.for(selfTests)("$name", async ({ name }, { skip }) => {
    const result = await results.get(name);
    if (result?.error !== undefined) throw new Error(result.error);
    if (result?.skipped !== undefined) skip(result.skipped);
  });
});
