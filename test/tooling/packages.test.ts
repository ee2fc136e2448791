/** Packages in the cache, with a stand-in for npm. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { SetupError } from "../../examples/setup/install.mjs";
import { ensurePackages } from "../../examples/setup/packages.mjs";

const folder = mkdtempSync(join(tmpdir(), "ganvas-packages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);
const list = file("package.json");

/** Installs by leaving the file that npm leaves, and counts how often it was called; fails where it is told to. */
writeFileSync(
  file("npm-cli.cjs"),
  `const fs = require("node:fs");
fs.appendFileSync(${JSON.stringify(file("calls"))}, process.argv.slice(2).join(" ") + "\\n");
if (fs.existsSync(${JSON.stringify(file("offline"))})) process.exit(1);
fs.mkdirSync("node_modules", { recursive: true });
fs.writeFileSync("node_modules/.package-lock.json", "{}");`,
);
const calls = () => readFileSync(file("calls"), "utf8").trimEnd().split("\n");

beforeEach(() => {
  vi.stubEnv("GANVAS_CACHE", file("cache"));
  vi.stubEnv("npm_execpath", file("npm-cli.cjs"));
});
afterEach(() => vi.unstubAllEnvs());

test("packages are installed once, without their scripts, and again when the list changes", async () => {
  writeFileSync(list, '{ "dependencies": { "a": "1.0.0" } }');
  const installed = await ensurePackages("some", list, "some packages");
  expect(installed).toBe(join(file("cache"), "some"));
  expect(readFileSync(join(installed, "package.json"), "utf8")).toBe(readFileSync(list, "utf8"));
  await ensurePackages("some", list, "some packages");
  expect(calls()).toEqual(["install --ignore-scripts --no-audit --no-fund"]);
  writeFileSync(list, '{ "dependencies": { "a": "1.0.1" } }');
  await ensurePackages("some", list, "some packages");
  expect(calls()).toHaveLength(2);
});

test("without a network a sentence says so, and what an earlier list left is not taken for what is asked for", async () => {
  writeFileSync(list, '{ "dependencies": { "a": "1.0.2" } }');
  writeFileSync(file("offline"), "");
  await expect(ensurePackages("some", list, "some packages")).rejects.toThrow(SetupError);
  await expect(ensurePackages("some", list, "some packages")).rejects.toThrow(
    /^some packages could not be installed; is the npm registry reachable\?$/,
  );
  expect(existsSync(join(file("cache"), "some", "node_modules/.package-lock.json"))).toBe(false);
  rmSync(file("offline"));
  expect(await ensurePackages("some", list, "some packages")).toBe(join(file("cache"), "some"));
});
