/** Random graphs on the device: against the float64 reference, and fused against one op at a time. */
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../engine/index.ts";
import { reference } from "../../reference.ts";
import type { RefTensor } from "../../reference/array.ts";
import { allowance } from "../../reference/check.ts";
import { type Derivatives, differentiate } from "../../reference/differentiate.ts";
import { engineBackend } from "../../reference/engine.ts";
import type { Ops } from "../../reference/ops.ts";
import type { Precision } from "../../reference/tape.ts";
import { type RandomGraph, randomGraph } from "./random-graph.ts";

/** More graphs where there is time for them, e.g. at night. */
const GRAPHS = process.env.GANVAS_NIGHTLY ? 1000 : 60;
const graphs = Array.from({ length: GRAPHS }, (_, k) => randomGraph(`${k}`));

/** What nothing else uses, and one number made of it whose derivatives reach everything. */
function resultsOf<T>(graph: RandomGraph, k: Ops<T>, xs: readonly T[]): { ends: T[]; loss: T } {
  const values = graph.run(k, xs);
  const ends = graph.ends.map((at) => values[at] as T);
  const parts = ends.map((end) => k.mean(k.mul(end, k.add(k.mul(end, 0.5), 1))));
  return { ends, loss: parts.reduce((a, b) => k.add(a, b)) };
}

const given = (graph: RandomGraph) =>
  graph.inputs.map(({ shape, values }, k) => ({ shape, data: values(`${graph.name} ${k}`) }));

function expected(graph: RandomGraph, precision: Precision): Derivatives {
  const f = (...xs: RefTensor[]) => {
    const { ends, loss } = resultsOf(graph, reference, xs);
    return [...ends, loss];
  };
  return differentiate(f, given(graph), { cotangents: [...graph.ends.map(() => null), [1]], precision });
}

/** The largest error over the allowed one. */
function worst(got: ArrayLike<number>, want: ArrayLike<number>, sample: ArrayLike<number>): number {
  const allowed = allowance(want, sample);
  return Math.max(0, ...Array.from(want, (w, i) => Math.abs((got[i] as number) - w) / allowed(i)));
}

describe("random graphs", () => {
  test.each(graphs)("$name: values and gradients are the reference's", async (graph) => {
    const { ops, tensor, read, grad } = engineBackend;
    const xs = given(graph).map((x) => tensor(x, "f32"));
    const { ends, loss } = resultsOf<Tensor>(graph, ops, xs);
    const got = await read([...ends, loss, ...grad(loss, xs)]);
    const want = expected(graph, "f64");
    const sample = expected(graph, "f32");
    const wanted = [...want.outputs.map(({ data }) => data), ...want.gradients];
    const samples = [...sample.outputs.map(({ data }) => data), ...sample.gradients];
    got.forEach(({ data }, k) => {
      expect(data.length).toBe((wanted[k] as number[]).length);
      const what =
        k < ends.length ? `value ${k}` : k === ends.length ? "loss" : `gradient ${k - ends.length - 1}`;
      expect(worst(data, wanted[k] as number[], samples[k] as number[]), what).toBeLessThanOrEqual(1);
    });
  });

  test.each(graphs.slice(0, GRAPHS / 3))(
    "$name: fused or one op at a time, the values agree",
    async (graph) => {
      const { ops, tensor } = engineBackend;
      const inputs = given(graph);
      const fused = resultsOf<Tensor>(
        graph,
        ops,
        inputs.map((x) => tensor(x, "f32")),
      ).ends;
      const together = await engineBackend.read(fused);
      // A value that was read is data from then on, so nothing is left that the next op could be fused with.
      const apart: Ops<Tensor> = new Proxy(ops, {
        get(all, name) {
          const op = Reflect.get(all, name) as (...args: unknown[]) => Tensor;
          return (...args: unknown[]) => {
            const y = op(...args);
            values.push(y);
            return y;
          };
        },
      });
      const values: Tensor[] = [];
      const { ends } = resultsOf<Tensor>(
        graph,
        apart,
        inputs.map((x) => tensor(x, "f32")),
      );
      for (const value of values) await value.data();
      for (const [k, end] of ends.entries()) {
        const alone = await end.data();
        const joint = (together[k] as { data: ArrayLike<number> }).data;
        const largest = Math.max(1e-6, ...Array.from(alone, Math.abs));
        const error = Math.max(0, ...Array.from(alone, (v, i) => Math.abs(v - (joint[i] as number))));
        expect(error / largest, `value ${k}`).toBeLessThanOrEqual(1e-5);
      }
    },
  );
});
