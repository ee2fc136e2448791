import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canPan,
  coveredStage,
  fitScale,
  fitted,
  panned,
  type Viewport,
  zoomedAt,
} from "../../../examples/studio/components/viewport.ts";

const stage = { width: 800, height: 600 };

describe("fitted", () => {
  it("centres a wide picture between bars", () => {
    expect(fitted(stage, { width: 1600, height: 600 })).toEqual({ scale: 0.5, x: 0, y: 150 });
  });

  it("enlarges a tiny picture only so far", () => {
    expect(fitted(stage, { width: 40, height: 40 })).toEqual({ scale: 3, x: 340, y: 240 });
  });
});

describe("zoom and pan", () => {
  const picture = { width: 1600, height: 1200 };

  it("keeps the point under the pointer", () => {
    const before = fitted(stage, picture);
    const after = zoomedAt(before, 4, 500, 300, stage, picture);
    expect(after.scale).toBe(2);
    expect((500 - after.x) / after.scale).toBeCloseTo((500 - before.x) / before.scale, 9);
    expect((300 - after.y) / after.scale).toBeCloseTo((300 - before.y) / before.scale, 9);
  });

  it("goes no further out than the whole picture and no further in than eight times", () => {
    const view = fitted(stage, picture);
    expect(zoomedAt(view, 0.01, 0, 0, stage, picture)).toEqual(view);
    expect(zoomedAt(view, 1e6, 0, 0, stage, picture).scale).toBe(8);
  });

  it("stops at the edges", () => {
    const view: Viewport = { scale: 1, x: -100, y: -100 };
    expect(panned(view, 500, 500, stage, picture)).toEqual({ scale: 1, x: 0, y: 0 });
    expect(panned(view, -5000, -5000, stage, picture)).toEqual({ scale: 1, x: -800, y: -600 });
  });

  it("tells what can be moved and where the picture is seen", () => {
    expect(canPan(fitted(stage, picture), stage, picture)).toBe(false);
    expect(canPan({ scale: 1, x: 0, y: 0 }, stage, picture)).toBe(true);
    expect(
      coveredStage(fitted(stage, { width: 600, height: 600 }), stage, { width: 600, height: 600 }),
    ).toEqual({
      left: 100,
      right: 700,
    });
    expect(coveredStage({ scale: 1, x: -50, y: 0 }, stage, picture)).toEqual({ left: 0, right: 800 });
  });

  it("never shows a gap beside a picture larger than the stage", () => {
    const length = fc.integer({ min: 4, max: 16384 });
    const step = fc.record({
      factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
      x: fc.integer({ min: 0, max: 800 }),
      dx: fc.integer({ min: -900, max: 900 }),
    });
    fc.assert(
      fc.property(length, length, fc.array(step, { maxLength: 6 }), (width, height, steps) => {
        const size = { width, height };
        let view = fitted(stage, size);
        for (const { factor, x, dx } of steps) {
          view = panned(zoomedAt(view, factor, x, x / 2, stage, size), dx, -dx, stage, size);
        }
        const { left, right } = coveredStage(view, stage, size);
        expect(right - left).toBeCloseTo(Math.min(stage.width, width * view.scale), 3);
        expect(view.scale).toBeGreaterThanOrEqual(Math.min(fitScale(stage, size), 1) - 1e-12);
      }),
    );
  });
});
