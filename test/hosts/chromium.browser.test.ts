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

  test.each(selfTests)("$name", async ({ name }) => {
    const error = await page?.evaluate((wanted) => runSelfTest(wanted), name);
    if (error !== undefined) throw new Error(error);
  });
});
