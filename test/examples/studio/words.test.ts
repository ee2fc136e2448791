import { describe, expect, it } from "vitest";
import { adapterDetails, adapterName } from "../../../examples/studio/components/adapter-name.ts";
import type { Adapter, CheckResult } from "../../../examples/studio/engine-bridge.ts";
import {
  browserAdvice,
  browserFamily,
  obstacles,
} from "../../../examples/studio/pages/browser-help/advice.ts";
import {
  familySummary,
  formatShare,
  reportText,
  summary,
} from "../../../examples/studio/pages/self-test/report.ts";

const adapter = (known: Partial<Adapter>): Adapter => ({
  vendor: "",
  architecture: "",
  device: "",
  description: "",
  software: false,
  host: "browser",
  features: [],
  limits: {},
  nativeF16: false,
  subgroupSize: 0,
  ...known,
});

describe("the adapter's name", () => {
  it("takes what the browser tells", () => {
    expect(adapterName(adapter({ vendor: "nvidia", architecture: "ampere" }))).toBe("NVIDIA Ampere");
    expect(adapterName(adapter({ vendor: "apple", description: "Apple M2" }))).toBe("Apple M2");
    expect(adapterName(adapter({}))).toBe("GPU");
  });

  it("says when it is software", () => {
    const swiftshader = adapter({ vendor: "google", architecture: "swiftshader", software: true });
    expect(adapterName(swiftshader)).toBe("SwiftShader (software)");
    expect(adapterName(adapter({ description: "llvmpipe (LLVM 15)", software: true }))).toBe(
      "llvmpipe (software)",
    );
    expect(adapterName(adapter({ vendor: "mesa", software: true }))).toBe("Mesa (software)");
  });

  it("lists only what is known", () => {
    const rows = adapterDetails(adapter({ vendor: "amd", limits: { maxBufferSize: 2 ** 31 } }), "worker");
    expect(rows).toEqual([
      ["Vendor", "amd"],
      ["Largest buffer", "2 GiB"],
      ["Engine runs in", "a worker"],
    ]);
  });
});

describe("the self-test in words", () => {
  const passed: CheckResult = {
    family: "product",
    name: "matmul",
    status: "passed",
    check: { forward: 0.25, second: 0.4 },
  };
  const failed: CheckResult = {
    family: "reduce",
    name: "max",
    status: "failed",
    check: { forward: 3.2, gradient: 0 },
  };
  const missing: CheckResult = {
    family: "loss",
    name: "kl",
    status: "not supported",
    error: 'the engine has no op "kl"',
  };

  it("sums up", () => {
    expect(summary([passed, passed])).toBe("All 2 checks passed.");
    expect(summary([passed, failed, missing])).toBe(
      "1 of 2 checks failed: max. 1 more is not supported yet.",
    );
    expect(summary(Array.from({ length: 7 }, () => failed))).toMatch(/max and 2 more\.$/);
    expect(familySummary([passed])).toBe("1 passed · worst error 40 % of the allowed");
    expect(familySummary([missing])).toBe("1 not supported");
  });

  it("formats shares of the allowed error", () => {
    expect([undefined, 0, 0.004, 0.5, 3.2, 40.4, 2e6, Number.POSITIVE_INFINITY].map(formatShare)).toEqual([
      "–",
      "0 %",
      "< 1 %",
      "50 %",
      "320 %",
      "40 ×",
      "2e+6 ×",
      "∞",
    ]);
  });

  it("reports as text, failures first, with browser and adapter", () => {
    const connection = {
      adapter: adapter({ vendor: "amd" }),
      models: [],
      defaults: {},
      blend: undefined,
      subjects: [],
    };
    const call = () => Promise.reject(new Error("not called"));
    const text = reportText([passed, missing, failed], { call, connection, runsIn: "page" }, "Browser/1.0");
    const lines = text.split("\n");
    expect(lines[0]).toBe("ganvas self-test: 1 of 2 checks failed: max. 1 more is not supported yet.");
    expect(lines).toContain("Browser: Browser/1.0");
    expect(lines).toContain("Vendor: amd");
    expect(lines.slice(-4, -1).map((line) => line.split("  ")[0])).toEqual([
      "failed",
      "not supported",
      "passed",
    ]);
  });
});

describe("advice for browsers without WebGPU", () => {
  it("recognises the families", () => {
    const chrome =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const iphone =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Safari/604.1";
    const safari =
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15";
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";
    expect([chrome, iphone, safari, firefox, "curl/8"].map(browserFamily)).toEqual([
      "chrome",
      "safari",
      "safari",
      "firefox",
      undefined,
    ]);
  });

  it("has steps for each, and words for each obstacle", () => {
    for (const advice of browserAdvice) {
      expect(advice.steps.length).toBeGreaterThan(1);
      for (const step of advice.steps) expect((step.split("`").length - 1) % 2).toBe(0);
    }
    for (const { title, text } of Object.values(obstacles))
      expect(title.length * text.length).toBeGreaterThan(0);
  });
});
