/** Finding things on a machine, with folders and variables made for the test; nothing is started or fetched. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { findBrowsers } from "../../examples/setup/browsers.mjs";
import { driverCandidates } from "../../examples/setup/drivers.mjs";
import { dependenciesAreInstalled, runMain, SetupError } from "../../examples/setup/install.mjs";
import { installAdvice } from "../../examples/setup/obtain.mjs";
import { cacheDir, mtime } from "../../examples/setup/paths.mjs";
import { childEnv } from "../../examples/setup/probe.mjs";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "ganvas-setup-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** An empty file below the test's folder. */
function touch(...names: string[]): string {
  const path = join(folder, ...names);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  return path;
}

const linux = process.platform === "linux";

describe("browsers", () => {
  test("one that is named hides all others", () => {
    vi.stubEnv("GANVAS_BROWSER", "/somewhere/chrome");
    expect(findBrowsers().map(({ path }) => path)).toEqual(["/somewhere/chrome"]);
  });

  test.skipIf(!linux)("on the PATH come first, and each once", () => {
    const chrome = touch("opt", "chrome");
    symlinkSync(chrome, touch("bin", "x").replace(/x$/, "google-chrome"));
    symlinkSync(chrome, join(folder, "bin", "chromium"));
    vi.stubEnv("PATH", [join(folder, "absent"), join(folder, "bin")].join(delimiter));
    vi.stubEnv("GANVAS_BROWSER", "");
    const paths = findBrowsers().map(({ path }) => path);
    expect(paths[0]).toBe(join(folder, "bin", "chromium"));
    expect(paths).not.toContain(join(folder, "bin", "google-chrome"));
  });

  test("that were unpacked into the cache are found with their libraries", () => {
    vi.stubEnv("GANVAS_CACHE", join(folder, "cache"));
    vi.stubEnv("GANVAS_BROWSER", "none");
    expect(findBrowsers()).toEqual([]);
    const path = touch("cache", "chromium", "chrome");
    const libraries = [join(folder, "cache", "chromium", "lib")];
    expect(findBrowsers()).toEqual([{ path, source: "@sparticuz/chromium", shell: true, libraries }]);
  });
});

describe.skipIf(!linux)("Vulkan drivers", () => {
  test("the user's variable stands in for the system's drivers", () => {
    vi.stubEnv("VK_DRIVER_FILES", "/a.json");
    const [first, ...others] = driverCandidates();
    expect(first?.env).toEqual({ VK_DRIVER_FILES: "/a.json", VK_ICD_FILENAMES: "/a.json" });
    expect(others.map(({ name }) => name)).not.toContain("system");
  });

  test("a browser lends its SwiftShader, and its loader as the second way", () => {
    const browser = touch("browser", "chrome");
    const icd = touch("browser", "vk_swiftshader_icd.json");
    touch("browser", "libvulkan.so.1");
    vi.stubEnv("GANVAS_BROWSER", browser);
    vi.stubEnv("GANVAS_CACHE", join(folder, "empty-cache"));
    vi.stubEnv("VK_DRIVER_FILES", undefined);
    vi.stubEnv("VK_ICD_FILENAMES", undefined);
    const [system, plain, withLoader] = driverCandidates();
    expect([system?.name, system?.env]).toEqual(["system", {}]);
    expect(plain?.env).toEqual({ VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd });
    expect(withLoader?.env.LD_LIBRARY_PATH).toBe(join(folder, "browser"));
  });

  test("their libraries go in front of the caller's own, once", () => {
    vi.stubEnv("LD_LIBRARY_PATH", "/mine");
    expect(childEnv({ LD_LIBRARY_PATH: "/theirs" }).LD_LIBRARY_PATH).toBe("/theirs:/mine");
    vi.stubEnv("LD_LIBRARY_PATH", "/theirs:/mine");
    expect(childEnv({ LD_LIBRARY_PATH: "/theirs" }).LD_LIBRARY_PATH).toBe("/theirs:/mine");
    expect(childEnv({}).LD_LIBRARY_PATH).toBe("/theirs:/mine");
  });
});

describe("the cache folder", () => {
  test.skipIf(!linux || process.getuid?.() === 0)("is elsewhere where the home cannot be written to", () => {
    const home = join(folder, "home");
    mkdirSync(home);
    chmodSync(home, 0o500);
    vi.stubEnv("GANVAS_CACHE", undefined);
    vi.stubEnv("XDG_CACHE_HOME", join(home, "cache"));
    expect(cacheDir("a").startsWith(home)).toBe(false);
    expect(mtime(cacheDir("a"))).toBeGreaterThan(0);
  });

  test("is the one that is named", () => {
    vi.stubEnv("GANVAS_CACHE", join(folder, "named"));
    expect(cacheDir("a", "b")).toBe(join(folder, "named", "a", "b"));
  });
});

describe("installing", () => {
  test("sees that the packages are there", () => {
    expect(dependenciesAreInstalled()).toBe(true);
  });

  test("tells the user what to install, and how to name what he has", () => {
    const advice = installAdvice("No adapter works here");
    expect(advice).toMatch(/^No adapter works here\. Install one of these/);
    if (linux) expect(advice).toContain("sudo apt-get install chromium");
    expect(advice).toContain("GANVAS_BROWSER=");
  });

  test("a problem of set-up is a sentence and exit code 2", async () => {
    const before = process.exitCode;
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await runMain(() => Promise.reject(new SetupError("no registry")));
    const { exitCode } = process;
    process.exitCode = before;
    expect(written).toHaveBeenCalledWith("no registry\n");
    written.mockRestore();
    expect(exitCode).toBe(2);
    await expect(runMain(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
  });
});
