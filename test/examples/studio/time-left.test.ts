import { describe, expect, it } from "vitest";
import { formatDuration, formatTimeLeft, TimeLeft } from "../../../examples/studio/components/time-left.ts";

describe("TimeLeft", () => {
  it("knows nothing before the second piece", () => {
    const left = new TimeLeft();
    expect(left.at(0)).toBeUndefined();
    left.update(1, 10, 5000);
    expect(left.at(5000)).toBeUndefined();
  });

  it("leaves the first piece, which compiles the kernels, out of the estimate", () => {
    const left = new TimeLeft();
    left.update(1, 5, 60_000);
    left.update(2, 5, 61_000);
    expect(left.at(61_000)).toBe(3000);
  });

  it("counts down between pieces, but no further than one piece", () => {
    const left = new TimeLeft();
    left.update(1, 4, 0);
    left.update(2, 4, 1000);
    expect(left.at(1400)).toBe(1600);
    expect(left.at(9000)).toBe(1000);
  });

  it("follows a change of pace, and takes several pieces at once", () => {
    const left = new TimeLeft();
    left.update(1, 100, 0);
    left.update(3, 100, 2000);
    expect(left.at(2000)).toBe(97_000);
    left.update(4, 100, 5000);
    expect(left.at(5000)).toBeCloseTo(96 * 1600, 6);
  });

  it("ends at zero", () => {
    const left = new TimeLeft();
    left.update(1, 2, 0);
    left.update(2, 2, 700);
    expect(left.at(700)).toBe(0);
  });
});

it("formats durations", () => {
  expect([420, 9900, 9960, 59_400, 60_000, 125_000, 3_600_000, 4_260_000].map(formatDuration)).toEqual([
    "0.4 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min",
    "2 min 5 s",
    "1 h",
    "1 h 11 min",
  ]);
});

it("formats the time left, coarser the longer it is", () => {
  expect([900, 7400, 43_000, 250_000, 5_400_000, 1e9].map(formatTimeLeft)).toEqual([
    "almost done",
    "about 7 s left",
    "about 45 s left",
    "about 4 min left",
    "about 1.5 h left",
    "about 278 h left",
  ]);
});
