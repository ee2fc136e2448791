/** Profiles as trace files: https://ui.perfetto.dev and chrome://tracing open them. */
import type { Profile } from "../gpu/profile.ts";
import { showShape } from "../shape.ts";

/** An event of the trace event format (Chromium's "Trace Event Format" document); times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: "M" | "X" | "b" | "e";
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

const TRACKS = { kernels: 1, submits: 2, readbacks: 3 } as const;

/**
 * One track with the GPU's kernels, one with submits, one with readbacks. The clocks of host and GPU are put together so that no
 * kernel begins before its submit; how much later it began is not known.
 */
export function chromeTrace(profile: Profile): {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
} {
  const place = (track: keyof typeof TRACKS) => ({ pid: 1, tid: TRACKS[track] });
  const named = (track: keyof typeof TRACKS, name: string): TraceEvent[] => [
    { name: "thread_name", ph: "M", ...place(track), args: { name } },
    { name: "thread_sort_index", ph: "M", ...place(track), args: { sort_index: TRACKS[track] } },
  ];
  const events: TraceEvent[] = [
    { name: "process_name", ph: "M", pid: 1, tid: 0, args: { name: "ganvas" } },
    ...named("kernels", "GPU kernels"),
    ...named("submits", "submits"),
    ...named("readbacks", "readbacks"),
  ];
  for (const { name, ops, layer, shape, flops, bytes, start, milliseconds } of profile.kernels) {
    const rate = (amount: number) => (milliseconds > 0 ? amount / milliseconds / 1e6 : 0);
    const args = {
      ops,
      layer,
      shape: showShape(shape),
      flops,
      bytes,
      "GFLOP/s": rate(flops),
      "GB/s": rate(bytes),
    };
    const times = { ts: start * 1000, dur: milliseconds * 1000 };
    events.push({ name, cat: "kernel", ph: "X", ...times, ...place("kernels"), args });
  }
  profile.host.forEach(({ kind, start, milliseconds, kernels, bytes }, id) => {
    const ts = start * 1000;
    const end = (start + milliseconds) * 1000;
    if (kind === "submit") {
      const name = `submit ${kernels} ${kernels === 1 ? "kernel" : "kernels"}`;
      events.push({ name, cat: kind, ph: "X", ts, dur: end - ts, ...place("submits"), args: { kernels } });
      return;
    }
    // Readbacks overlap each other, which only asynchronous events may.
    const shared = { name: `read ${bytes} bytes`, cat: kind, id, ...place("readbacks") };
    events.push({ ...shared, ph: "b", ts, args: { bytes } }, { ...shared, ph: "e", ts: end });
  });
  return { displayTimeUnit: "ms", traceEvents: events };
}
