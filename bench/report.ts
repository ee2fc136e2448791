/** Results as tables for people and as files. */
import type { DeviceInfo } from "../engine/index.ts";
import type { Measurement } from "./measure.ts";

/** One run of the benchmarks on one adapter. */
export interface Results {
  readonly adapter: string;
  readonly host: string;
  readonly date: string;
  /** The adapter's measured roofs. */
  readonly peaks: { readonly gflops: number; readonly gbytes: number };
  readonly cases: readonly Measurement[];
}

/** The adapter's name, as results are filed. */
export const adapterName = (info: DeviceInfo): string =>
  info.device && info.description
    ? `${info.device}, ${info.description}`
    : `${info.vendor} ${info.architecture}`;

/** A file name for an adapter and a host. */
export const fileName = (adapter: string, host: string): string =>
  `${adapter
    .toLowerCase()
    .replace(/\(.*?\)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")}-${host}.json`;

/** The share of the work's roof that a case reaches, and its rate. The roof is that of arithmetic or of memory. */
export function rate(m: Measurement, peaks: Results["peaks"]): { rate: string; share: number | undefined } {
  if (m.flops) {
    const gflops = m.flops / m.median / 1e6;
    return { rate: `${digits(gflops)} GFLOP/s`, share: gflops / peaks.gflops };
  }
  if (m.bytes) {
    const gbytes = m.bytes / m.median / 1e6;
    return { rate: `${digits(gbytes)} GB/s`, share: gbytes / peaks.gbytes };
  }
  return { rate: "", share: undefined };
}

/** Three significant digits. */
export function digits(value: number): string {
  if (value === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(places, 3));
}

const percent = (share: number | undefined): string =>
  share === undefined ? "" : `${(100 * share).toFixed(0)}%`;

/** Columns padded to the widest entry; the first is left-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => (row[k] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A table of results; with earlier ones, how many times faster each case has become. */
export function show(results: Results, earlier?: Results): string {
  const { peaks } = results;
  const head = [
    "",
    "ms",
    "±",
    "driver ms",
    "rate",
    "of peak",
    "dispatches",
    "submits",
    "buffers",
    "first ms",
    "compile ms",
  ];
  const rows = results.cases.map((m) => {
    if (m.error !== undefined) return [m.title, `failed: ${m.error}`];
    const { rate: speed, share } = rate(m, peaks);
    const before = earlier?.cases.find(({ id }) => id === m.id);
    return [
      m.title,
      digits(m.median),
      percent(m.spread),
      m.driver === undefined ? "" : digits(m.driver),
      speed,
      percent(share),
      `${m.dispatches}`,
      digits(m.submits),
      digits(m.newBuffers),
      digits(m.first),
      digits(m.compile),
      ...(earlier ? [before ? gain(m, before) : "new"] : []),
    ];
  });
  return table([[...head, ...(earlier ? ["faster"] : [])], ...rows]);
}

/** By CPU time of the driver where both runs have it, which other load on the machine hardly moves; else by the clock. */
function gain(now: Measurement, before: Measurement): string {
  const ratio =
    now.driver && before.driver ? before.driver / now.driver : before.median / Math.max(now.median, 1e-9);
  return `${ratio.toFixed(2)}×`;
}
