/** Profiles as tables: time, flops and bytes by kernel, op or layer. */
import type { KernelRun, Profile } from "../gpu/profile.ts";
import { showBytes, showCount } from "./units.ts";

/** What runs are put together by: the shader file, the ops in a kernel, the layer, or nothing but being the same kernel. */
export type ProfileKey = "kernel" | "ops" | "layer" | "each";

/** Runs that belong together. */
export interface ProfileRow {
  readonly label: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the time of all kernels, 0 … 1. */
  readonly share: number;
  readonly flops: number;
  readonly bytes: number;
  /** 10⁹ flop a second; NaN where the clock saw no time pass. */
  readonly gflops: number;
  /** 10⁹ bytes a second of what has to be moved at least. */
  readonly gbytes: number;
}

const labelOf = (run: KernelRun, by: ProfileKey): string => {
  if (by === "kernel") return run.name;
  if (by === "ops") return run.ops;
  if (by === "layer") return run.layer || "(no layer)";
  return [run.name, run.ops, `[${run.shape.join(", ")}]`, run.layer].filter((part) => part !== "").join("  ");
};

/** The time of a profile's kernels, put together by `by`, slowest first; those of an untimed profile by their bytes. */
export function profileRows(profile: Profile, by: ProfileKey = "kernel"): readonly ProfileRow[] {
  const groups = new Map<string, KernelRun[]>();
  for (const run of profile.kernels) {
    const label = labelOf(run, by);
    groups.set(label, [...(groups.get(label) ?? []), run]);
  }
  const all = sumOf(profile.kernels, "milliseconds");
  return [...groups]
    .map(([label, runs]) => {
      const [milliseconds, flops, bytes] = (["milliseconds", "flops", "bytes"] as const).map((of) =>
        sumOf(runs, of),
      ) as [number, number, number];
      const rate = (amount: number) => (milliseconds > 0 ? amount / milliseconds / 1e6 : Number.NaN);
      const share = all > 0 ? milliseconds / all : 0;
      const rates = { gflops: rate(flops), gbytes: rate(bytes) };
      return { label, calls: runs.length, milliseconds, share, flops, bytes, ...rates };
    })
    .sort((a, b) => (profile.timed ? b.milliseconds - a.milliseconds : b.bytes - a.bytes));
}

const sumOf = (runs: readonly KernelRun[], of: "milliseconds" | "flops" | "bytes"): number =>
  runs.reduce((sum, run) => sum + run[of], 0);

/**
 * The rows as text, and a last line with the sums: kernels, their time, the time on the wall, submits and readbacks.
 * @param most rows at most; the others are put into one
 */
export function profileTable(profile: Profile, by: ProfileKey = "kernel", most = 40): string {
  const rows = profileRows(profile, by);
  const head = [
    "ms",
    "%",
    "calls",
    "GFLOP/s",
    "GB/s",
    "bytes",
    by === "each" ? "kernel, ops, shape, layer" : by,
  ];
  const cells = rows
    .slice(0, most)
    .map((row) => [
      row.milliseconds.toFixed(3),
      (100 * row.share).toFixed(1),
      showCount(row.calls),
      showRate(row.gflops),
      showRate(row.gbytes),
      showBytes(row.bytes),
      row.label,
    ]);
  const rest = rows.slice(most);
  if (rest.length > 0)
    cells.push([
      rest.reduce((sum, row) => sum + row.milliseconds, 0).toFixed(3),
      (100 * rest.reduce((sum, row) => sum + row.share, 0)).toFixed(1),
      showCount(rest.reduce((sum, row) => sum + row.calls, 0)),
      "",
      "",
      showBytes(rest.reduce((sum, row) => sum + row.bytes, 0)),
      `${rest.length} more`,
    ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] as number)))
      .join("  ");
  return [line(head), ...cells.map(line), "", profileSummary(profile)].join("\n");
}

/** `96 kernels in 41.2 ms (47.0 ms on the wall), 1 submit, 2 readbacks`; untimed, `96 kernels in 47.0 ms on the wall, …`. */
export function profileSummary({ timed, kernels, host, wall }: Profile): string {
  const time = sumOf(kernels, "milliseconds");
  const count = (kind: "submit" | "readback") => {
    const n = host.filter((event) => event.kind === kind).length;
    return `${n} ${kind}${n === 1 ? "" : "s"}`;
  };
  const runs = `${showCount(kernels.length)} ${kernels.length === 1 ? "kernel" : "kernels"}`;
  const onWall = `${wall.toFixed(1)} ms on the wall`;
  const times = timed ? `${time.toFixed(1)} ms (${onWall})` : `${onWall} (the adapter times no kernels)`;
  return `${runs} in ${times}, ${count("submit")}, ${count("readback")}`;
}

const showRate = (rate: number): string =>
  Number.isNaN(rate) ? "" : rate >= 100 ? rate.toFixed(0) : rate.toFixed(rate >= 1 ? 1 : 2);
