/**
 * Random graphs of 5 to 30 ops: the same computation for the engine, for the reference, and for anything else that has the
 * reference's ops. Values stay within a few units, so that errors can be compared; where a maximum is taken, it is unique.
 */
import type { Shape } from "../../../engine/shape.ts";
import type { Input } from "../../reference/cases/case.ts";
import type { Ops } from "../../reference/ops.ts";
import { Builder, type Value } from "./graph-builder.ts";
import { imageMakers } from "./random-image-ops.ts";
import { makers } from "./random-ops.ts";

export interface RandomGraph {
  readonly name: string;
  readonly inputs: readonly Input[];
  /** Every value that an op makes, in order. */
  run<T>(k: Ops<T>, xs: readonly T[]): T[];
  /** Positions among them of those that nothing else uses. */
  readonly ends: readonly number[];
  /** The ops, one a line. */
  readonly text: string;
}

const SHAPES: readonly Shape[] = [
  [2, 3, 4],
  [4],
  [3, 4],
  [5],
  [3, 5],
  [2, 4, 3, 4],
  [1, 5, 6, 3],
  [],
  [8, 1],
  [33],
  [2, 4, 4, 8],
  [1, 7, 7, 1],
  [17, 3],
];

const show = ({ at, shape }: Value): string => `v${at}[${shape}]`;

/** A graph of 5 to 30 ops; the same seed gives the same graph. */
export function randomGraph(seed: string): RandomGraph {
  const b = new Builder(seed);
  for (let k = 2 + b.roll(7); k > 0; k--) b.fresh(b.pick(SHAPES));
  // 5 to 30, small ones likelier.
  const count = 5 + Math.min(b.roll(26), b.roll(26));
  for (let done = 0; done < count; ) {
    // Later values are likelier, so that graphs become deep.
    const x = b.values[Math.max(b.roll(b.values.length), b.roll(b.values.length))] as Value;
    if (!b.isReal(x.at)) continue;
    const all = x.shape.length === 4 && b.roll(3) > 0 ? imageMakers : makers;
    const before = { values: b.values.length, inputs: b.inputs.length };
    const instruction = b.pick(all)(b, x);
    if (instruction && b.record(instruction)) done++;
    else {
      // Inputs made for an op that came to nothing.
      b.values.length = before.values;
      b.sources.length = before.values;
      b.inputs.length = before.inputs;
    }
  }
  const { sources, inputs, values } = b;
  const used = new Set(sources.flatMap((s) => (typeof s === "number" ? [] : s.reads.map(({ at }) => at))));
  const made = sources.flatMap((source, at) => (typeof source === "number" ? [] : [at]));
  return {
    name: `random graph ${seed}`,
    inputs,
    ends: made.flatMap((at, k) => (used.has(at) ? [] : [k])),
    run(k, xs) {
      const results: (typeof xs)[number][] = [];
      for (const source of sources)
        results.push(
          typeof source === "number"
            ? (xs[source] as (typeof xs)[number])
            : source.apply(
                k,
                source.reads.map(({ at }) => results[at] as (typeof xs)[number]),
              ),
        );
      return made.map((at) => results[at] as (typeof xs)[number]);
    },
    text: sources
      .map((source, at) => {
        const of =
          typeof source === "number" ? "input" : `${source.text}(${source.reads.map(show).join(", ")})`;
        return `${show(values[at] as Value)} = ${of}`;
      })
      .join("\n"),
  };
}
