/** The self-tests on Dawn in Node. */
import { describe, test } from "vitest";
import { selfTests } from "./self-tests.ts";

describe("self-tests on Dawn", () => {
  test.for(selfTests)("$name", async ({ run }, { skip }) => {
    const reason = await run(false);
    if (reason !== undefined) skip(reason);
  });
});
