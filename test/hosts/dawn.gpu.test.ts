/** The self-tests on Dawn in Node. */
import { describe, test } from "vitest";
import { selfTests } from "./self-tests.ts";

describe("self-tests on Dawn", () => {
  test.each(selfTests)("$name", ({ run }) => run());
});
