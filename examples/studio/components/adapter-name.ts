/** Words for an adapter. Browsers tell little about it, for privacy; these functions make the best of that. */
import type { Adapter } from "../engine-bridge.ts";

/** A short name such as "NVIDIA Ampere", "Apple M2" or "SwiftShader (software)". */
export function adapterName(adapter: Adapter): string {
  const known = adapter.description || adapter.device;
  const general = [adapter.vendor, adapter.architecture].filter((part) => part !== "").map(capitalised);
  const name = known || general.join(" ") || "GPU";
  if (!adapter.software) return name;
  const software = /swiftshader|llvmpipe|lavapipe|warp/i
    .exec(`${known} ${adapter.architecture}`)?.[0]
    .toLowerCase();
  return `${software === undefined ? name : (softwareNames[software] ?? name)} (software)`;
}

const softwareNames: Readonly<Record<string, string>> = {
  swiftshader: "SwiftShader",
  llvmpipe: "llvmpipe",
  lavapipe: "lavapipe",
  warp: "WARP",
};

/** Vendors that browsers write in lower case, as they write themselves. */
const vendors: Readonly<Record<string, string>> = {
  amd: "AMD",
  nvidia: "NVIDIA",
  arm: "Arm",
  "img-tec": "Imagination",
};

function capitalised(word: string): string {
  return vendors[word] ?? word.charAt(0).toUpperCase() + word.slice(1);
}

/** The rows of the adapter's details: what it is, what it offers, where the engine runs. */
export function adapterDetails(
  adapter: Adapter,
  runsIn: "worker" | "page",
): readonly (readonly [string, string])[] {
  const limit = (name: string) => formatBytes(adapter.limits[name]);
  const rows: readonly (readonly [string, string])[] = [
    ["Vendor", adapter.vendor],
    ["Architecture", adapter.architecture],
    ["Device", adapter.device],
    ["Description", adapter.description],
    ["Features", adapter.features.join(", ")],
    ["Largest buffer", limit("maxBufferSize")],
    ["Workgroup memory", limit("maxComputeWorkgroupStorageSize")],
    ["Engine runs in", runsIn === "worker" ? "a worker" : "the page"],
  ];
  return rows.filter(([, value]) => value !== "");
}

function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 10 ? Math.round(value) : Number(value.toFixed(1))} ${units[power]}`;
}
