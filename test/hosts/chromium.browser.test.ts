/** The self-tests in a headless browser: one page for all, and the tests' names and results go back and forth. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { openPage, type TestPage } from "../browser/open-page.ts";
import { selfTests } from "./self-tests.ts";

describe("self-tests in Chromium", () => {
  let page: TestPage | undefined;
  beforeAll(async () => {
    page = await openPage("test/hosts/page.ts");
  });
  afterAll(() => page?.close());

  test.for(selfTests)("$name", async ({ name }, { skip }) => {
    const result = await page?.evaluate((wanted) => runSelfTest(wanted), name);
    if (result?.error !== undefined) throw new Error(result.error);
    if (result?.skipped !== undefined) skip(result.skipped);
  });
});
