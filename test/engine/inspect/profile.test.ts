/** Tables and trace files made of a profile. */
import { describe, expect, test } from "vitest";
import {
  chromeTrace,
  type KernelRun,
  layerCosts,
  type Profile,
  profileRows,
  profileTable,
} from "../../../engine/inspect/index.ts";

const run = (start: number, milliseconds: number, extra: Partial<KernelRun> = {}): KernelRun => ({
  name: "conv2d.tile",
  ops: "conv2d + add",
  layer: "body.0",
  shape: [1, 8, 8, 4],
  wgsl: "",
  flops: 4e6,
  bytes: 1e6,
  start,
  milliseconds,
  ...extra,
});

const profile: Profile = {
  timed: true,
  kernels: [
    run(1, 2),
    run(3, 6, { layer: "body.1" }),
    run(9, 2, { name: "pointwise add", ops: "add", layer: "", flops: 100 }),
    run(11, 0, { name: "copy", ops: "assign", layer: "", flops: 0 }),
  ],
  host: [
    { kind: "submit", start: 0.5, milliseconds: 0.4, kernels: 4, bytes: 0 },
    { kind: "readback", start: 1, milliseconds: 11, kernels: 0, bytes: 1024 },
    { kind: "readback", start: 2, milliseconds: 9, kernels: 0, bytes: 4 },
  ],
  wall: 13,
};

describe("rows", () => {
  test("by kernel, slowest first, with rates and shares", () => {
    const [conv, add, copy] = profileRows(profile);
    expect(conv).toEqual({
      label: "conv2d.tile",
      calls: 2,
      milliseconds: 8,
      share: 0.8,
      flops: 8e6,
      bytes: 2e6,
      gflops: 1,
      gbytes: 0.25,
    });
    expect(add).toMatchObject({ label: "pointwise add", calls: 1, share: 0.2 });
    expect(copy).toMatchObject({ label: "copy", gflops: Number.NaN, gbytes: Number.NaN });
  });
  test("by layer, ops, or each kernel", () => {
    expect(profileRows(profile, "layer").map(({ label }) => label)).toEqual([
      "body.1",
      "body.0",
      "(no layer)",
    ]);
    expect(profileRows(profile, "ops").map(({ label }) => label)).toEqual(["conv2d + add", "add", "assign"]);
    expect(profileRows(profile, "each").map(({ label }) => label)).toEqual([
      "conv2d.tile  conv2d + add  [1, 8, 8, 4]  body.1",
      "conv2d.tile  conv2d + add  [1, 8, 8, 4]  body.0",
      "pointwise add  add  [1, 8, 8, 4]",
      "copy  assign  [1, 8, 8, 4]",
    ]);
  });
  test("as a table that leaves nothing out", () => {
    expect(profileTable(profile, "kernel", 1).split("\n")).toEqual([
      "   ms     %  calls  GFLOP/s  GB/s     bytes  kernel",
      "8.000  80.0      2      1.0  0.25  1.91 MiB  conv2d.tile",
      "2.000  20.0      2                 1.91 MiB  2 more",
      "",
      "4 kernels in 10.0 ms (13.0 ms on the wall), 1 submit, 2 readbacks",
    ]);
  });
});

describe("layers", () => {
  const step: Profile = {
    ...profile,
    kernels: [
      run(0, 1, { layer: "head.conv, head.act" }),
      run(1, 2, { layer: "tail, (backward)" }),
      run(3, 4, { layer: "tail, tail (backward), (backward)" }),
      run(7, 8, { layer: "head.conv (backward), head.act", bytes: 5 }),
      run(15, 16, { layer: "(backward)" }),
      run(31, 32, { layer: "", name: "copy" }),
      run(63, 64, { layer: "", name: "adam" }),
    ],
  };
  const none = { kernels: 0, milliseconds: 0, flops: 0, bytes: 0 };
  const one = (milliseconds: number, bytes = 1e6) => ({ kernels: 1, milliseconds, flops: 4e6, bytes });

  test("in the order they run, each kernel under the first it computes for", () => {
    expect(layerCosts(step)).toEqual([
      { layer: "head.conv", forward: one(1), backward: one(8, 5), update: none },
      { layer: "tail", forward: one(2), backward: one(4), update: none },
      { layer: "", forward: none, backward: one(16), update: { ...one(96, 2e6), kernels: 2, flops: 8e6 } },
    ]);
  });

  test("leave nothing out", () => {
    const costs = layerCosts(step).flatMap(({ forward, backward, update }) => [forward, backward, update]);
    expect(costs.reduce((sum, cost) => sum + cost.milliseconds, 0)).toBe(127);
    expect(costs.reduce((sum, cost) => sum + cost.kernels, 0)).toBe(step.kernels.length);
  });
});

test("a profile without times has rows by their bytes, and says so", () => {
  const kernels = profile.kernels.map((kernel, k) => ({ ...kernel, start: 0, milliseconds: 0, bytes: k }));
  const untimed: Profile = { ...profile, timed: false, kernels };
  expect(profileRows(untimed).map(({ label }) => label)).toEqual(["copy", "pointwise add", "conv2d.tile"]);
  expect(profileTable(untimed)).toContain(
    "4 kernels in 13.0 ms on the wall (the adapter times no kernels), 1 submit",
  );
});

describe("a trace", () => {
  const { traceEvents } = chromeTrace(profile);
  test("has a named track for kernels, submits and readbacks", () => {
    const names = traceEvents
      .filter(({ name }) => name === "thread_name")
      .map(({ tid, args }) => [tid, args?.name]);
    expect(names).toEqual([
      [1, "GPU kernels"],
      [2, "submits"],
      [3, "readbacks"],
    ]);
  });
  test("gives times in microseconds, and what each kernel did", () => {
    expect(traceEvents.find(({ cat }) => cat === "kernel")).toEqual({
      name: "conv2d.tile",
      cat: "kernel",
      ph: "X",
      ts: 1000,
      dur: 2000,
      pid: 1,
      tid: 1,
      args: {
        ops: "conv2d + add",
        layer: "body.0",
        shape: "[1, 8, 8, 4]",
        flops: 4e6,
        bytes: 1e6,
        "GFLOP/s": 2,
        "GB/s": 0.5,
      },
    });
  });
  test("pairs the beginnings and ends of readbacks, which overlap", () => {
    const reads = traceEvents.filter(({ cat }) => cat === "readback");
    expect(reads.map(({ ph, id, ts }) => [ph, id, ts])).toEqual([
      ["b", 1, 1000],
      ["e", 1, 12000],
      ["b", 2, 2000],
      ["e", 2, 11000],
    ]);
  });
});
