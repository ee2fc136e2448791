/** Probing real drivers: a named one that does not work is refused by name, and the next one is taken. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { describeGpu } from "../../examples/setup/gpu.mjs";
import { cacheDir } from "../../examples/setup/paths.mjs";
import { probeDrivers } from "../../examples/setup/probe.mjs";

const folder = mkdtempSync(join(tmpdir(), "ganvas-probe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

test("the adapter found is remembered", () => {
  const { gpu } = probeDrivers({ fresh: true });
  expect(gpu?.adapter.vendor).not.toBe("");
  // Every probe is written down with its time.
  const remembered = readFileSync(join(cacheDir(), "adapters.json"), "utf8");
  expect(probeDrivers().gpu).toEqual(gpu);
  expect(readFileSync(join(cacheDir(), "adapters.json"), "utf8")).toBe(remembered);
  if (gpu) expect(describeGpu(gpu).includes("software")).toBe(gpu.adapter.software);
});

test.skipIf(process.platform !== "linux")("a named driver that is not there is refused", () => {
  vi.stubEnv("VK_DRIVER_FILES", join(folder, "absent.json"));
  vi.stubEnv("GANVAS_CACHE", folder);
  const { refused } = probeDrivers();
  expect(refused[0]?.name).toBe(`VK_DRIVER_FILES=${join(folder, "absent.json")}`);
  expect(refused[0]?.error).not.toBe("");
  const remembered = JSON.parse(readFileSync(join(folder, "adapters.json"), "utf8"));
  expect(Object.values(remembered)).toContainEqual(expect.objectContaining({ error: refused[0]?.error }));
});
