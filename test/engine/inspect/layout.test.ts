/** Pictures of graphs: boxes that do not overlap, arrows that point down and do not cross boxes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  graphDot,
  graphSvg,
  graphText,
  type GraphBox,
  type GraphView,
} from "../../../engine/inspect/index.ts";
import { type LayoutBox, layoutGraph } from "../../../engine/inspect/layout.ts";

/** Graphs without circles: a box reads some of those before it. */
const graphs: fc.Arbitrary<LayoutBox[]> = fc
  .array(
    fc.record({
      width: fc.integer({ min: 10, max: 200 }),
      height: fc.integer({ min: 10, max: 90 }),
      inputs: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((boxes) =>
    boxes.map((box, k) => ({
      ...box,
      inputs: k === 0 ? [] : [...new Set(box.inputs.map((input) => input % k))],
    })),
  );

describe("layout", () => {
  test("boxes lie inside and apart, arrows begin and end at their boxes and point down", () => {
    fc.assert(
      fc.property(graphs, (boxes) => {
        const layout = layoutGraph(boxes);
        const edges = layout.boxes.map(({ x, y }, k) => {
          const { width, height } = boxes[k] as LayoutBox;
          return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
        });
        for (const [k, a] of edges.entries()) {
          expect(a.left).toBeGreaterThanOrEqual(0);
          expect(a.right).toBeLessThanOrEqual(layout.width);
          expect(a.top).toBeGreaterThanOrEqual(0);
          expect(a.bottom).toBeLessThanOrEqual(layout.height);
          for (const b of edges.slice(k + 1)) {
            const apart =
              a.right < b.left + 1e-6 || b.right < a.left + 1e-6 || a.bottom < b.top || b.bottom < a.top;
            expect(apart).toBe(true);
          }
        }
        expect(layout.arrows.length).toBe(boxes.reduce((sum, { inputs }) => sum + inputs.length, 0));
        for (const { from, to, points } of layout.arrows) {
          const [start, end] = [edges[from], edges[to]] as [(typeof edges)[0], (typeof edges)[0]];
          expect(points[0]?.[1]).toBeCloseTo(start.bottom, 6);
          expect(points.at(-1)?.[1]).toBeCloseTo(end.top, 6);
          points.slice(1).forEach(([, y], k) => {
            expect(y).toBeGreaterThanOrEqual((points[k]?.[1] as number) - 1e-9);
          });
        }
      }),
      { numRuns: 100 },
    );
  });
  test("what is prepared for one box only stands right above it", () => {
    const box = (...inputs: number[]) => ({ width: 20, height: 20, inputs });
    // 0 -> 1 -> 2 -> 4, and 3 (a parameter made ready) -> 4.
    const { boxes } = layoutGraph([box(), box(0), box(1), box(), box(2, 3)]);
    const y = boxes.map((place) => place.y);
    expect(y[3]).toBe(y[2]);
    expect(y[4]).toBeGreaterThan(y[3] as number);
  });
  test("a chain of 2000 boxes with shortcuts across 40 of them", () => {
    const chain = Array.from({ length: 2000 }, (_, k) => ({
      width: 50,
      height: 20,
      inputs: k === 0 ? [] : [k - 1, ...(k > 40 ? [k - 40] : [])],
    }));
    expect(layoutGraph(chain).boxes.length).toBe(2000);
  });
});

const box = (id: number, extra: Partial<GraphBox>): GraphBox => ({
  id,
  kind: "pointwise",
  title: "add",
  shape: [2, 3],
  dtype: "f32",
  layers: [],
  inputs: [],
  reads: [],
  writes: [],
  ...extra,
});

describe("pictures", () => {
  const view: GraphView = {
    stage: "kernels",
    boxes: [
      box(1, { kind: "input", title: "input" }),
      box(2, {
        kind: "kernel",
        title: "matmul.tile",
        inputs: [1],
        reads: ['weight "<&>" [3, 3]'],
        layers: ["body.0"],
        ops: "matmul + add",
        flops: 2e6,
        bytes: 3072,
      }),
      box(3, {
        kind: "effect",
        title: "adam",
        inputs: [2],
        writes: ["parameters"],
        ops: "adam",
        flops: 0,
        bytes: 64,
      }),
    ],
  };
  test("as text", () => {
    expect(graphText(view).split("\n")).toEqual([
      "2 kernels, 2.00 Mflop, 3.06 KiB",
      "#1  input        f32 [2, 3]",
      '#2  matmul.tile  f32 [2, 3]  2.00 Mflop  3.00 KiB  matmul + add  body.0  (#1, weight "<&>" [3, 3])',
      "#3  adam         f32 [2, 3]  0 flop      64 B      adam                  (#2) -> parameters",
    ]);
  });
  test("as DOT, with quotes escaped", () => {
    const dot = graphDot(view);
    expect(dot).toContain('weight \\"<&>\\" [3, 3]');
    expect(dot).toContain("  n1 -> n2;\n  n2 -> n3;");
    expect(dot.match(/\{/g)?.length).toBe(1);
  });
  test("as SVG that any XML reader takes", () => {
    const svg = graphSvg(view);
    expect(svg).toContain("weight &quot;&lt;&amp;&gt;&quot; [3, 3]");
    expect(svg.match(/<g class="(input|kernel|effect)"><title>/g)?.length).toBe(3);
    expect(svg.match(/<path d="M/g)?.length).toBe(3);
    // Every element that is opened is closed, in order.
    const open: string[] = [];
    for (const [, close, name, self] of svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!self) open.push(name as string);
    }
    expect(open).toEqual([]);
  });
});
