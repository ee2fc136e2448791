import { describe, expect, test } from "vitest";
import { closingLine, countResults, countStep, describeCounts, hostOf, total } from "./counts.mjs";

/** A file as lines-reporter.mjs describes it. */
const file = (name: string, status: string, ...states: string[]) => ({
  name,
  failed: status === "failed",
  states,
  seconds: 2,
});

const report = (...files: object[]) => files.map((one) => `${JSON.stringify(one)}\n`).join("");

describe("the closing line", () => {
  test("knows a test's host by its file's name", () => {
    expect(hostOf("/a/test/engine/ops.gpu.test.ts")).toBe("gpu");
    expect(hostOf("/a/test/x.browser.test.ts")).toBe("browser");
    expect(hostOf("/a/gpu/x.test.ts")).toBe("unit");
  });

  test("sums the hosts", () => {
    const text = report(
      file("a.test.ts", "passed", "passed", "passed", "pending"),
      file("b.gpu.test.ts", "failed", "passed", "failed"),
    );
    const counts = countResults(text, 1);
    expect(counts.get("unit")).toEqual({ passed: 2, failed: 0, skipped: 1, seconds: 2 });
    expect(counts.get("gpu")).toEqual({ passed: 1, failed: 1, skipped: 0, seconds: 2 });
    expect(closingLine(total(counts))).toBe("3 passed, 1 failed, 1 skipped");
    expect(describeCounts(counts)[1]).toBe("  gpu      1 passed, 1 failed   2.0 s");
  });

  test("says nothing of skipped tests where there are none", () => {
    expect(closingLine({ passed: 5, failed: 0, skipped: 0 })).toBe("5 passed, 0 failed");
  });

  test("counts a file that cannot be loaded as a failure", () => {
    expect(total(countResults(report(file("a.test.ts", "failed")), 1)).failed).toBe(1);
    expect(total(countResults(report(file("a.test.ts", "failed", "skipped")), 1)).failed).toBe(1);
  });

  test("counts what must be right besides the tests", () => {
    const counts = countResults(report(file("a.test.ts", "passed", "passed")), 0);
    countStep(counts, "browser", false);
    countStep(counts, "checks", true);
    expect(closingLine(total(counts))).toBe("2 passed, 1 failed");
  });

  test("counts a crash outside every test as a failure, once", () => {
    expect(total(countResults(report(file("a.test.ts", "passed", "passed")), 1)).failed).toBe(1);
    expect(total(countResults(report(), 1)).failed).toBe(1);
    expect(total(countResults(report(file("a.test.ts", "failed", "failed")), 1)).failed).toBe(1);
  });
});
