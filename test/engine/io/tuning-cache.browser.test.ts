/** Kernels chosen by measurement, in a page's database. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage, type TestPage } from "../../browser/open-page.ts";

let page: TestPage;
beforeAll(async () => {
  page = await openPage("test/engine/io/tuning-cache-page.ts");
});
afterAll(() => page?.close());

test("what is written under a name is read under it, the newest", async () => {
  const read = (name: string) =>
    page.evaluate((entry) => tuning.read(entry).then((text) => text ?? null), name);
  expect(await read("adapter")).toBeNull();
  await page.evaluate(() => tuning.write("adapter", "[]"));
  await page.evaluate(() => tuning.write("adapter", "[1]"));
  expect(await read("adapter")).toBe("[1]");
  expect(await read("another")).toBeNull();
});
