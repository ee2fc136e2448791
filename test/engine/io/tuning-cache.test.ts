/** Kernels chosen by measurement, as files. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { tuningFiles } from "../../../engine/io/node.ts";

const folder = mkdtempSync(join(tmpdir(), "ganvas-tuning-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what is written under a name is read under it, the newest", async () => {
  const cache = tuningFiles(folder);
  expect(await cache.read("adapter")).toBeUndefined();
  await cache.write("adapter", "[]");
  await cache.write("adapter", '[["größe", 1]]');
  expect(await cache.read("adapter")).toBe('[["größe", 1]]');
  expect(await cache.read("another")).toBeUndefined();
  expect(readdirSync(folder)).toEqual(["adapter.json"]);
});

test("a folder that is not there is an error of the caller's", async () => {
  await expect(tuningFiles(join(folder, "none")).write("adapter", "[]")).rejects.toThrow(InputError);
});
