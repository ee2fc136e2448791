/** The self-tests on Deno's own WebGPU, wgpu: a second implementation notices what Dawn forgives. */
import { beforeAll, describe, test } from "vitest";
import { runDeno } from "./run-deno.ts";
import { selfTests } from "./self-tests.ts";

describe("self-tests on Deno", () => {
  let results: Map<string, Promise<string | undefined>>;
  beforeAll(async () => {
    results = await runDeno(selfTests.map(({ name }) => name));
  });

  test.each(selfTests)("$name", async ({ name }) => {
    const error = await results.get(name);
    if (error !== undefined) throw new Error(error);
  });
});
