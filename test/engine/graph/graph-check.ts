/** Runs a random graph on the engine, fused and unfused, and compares values and gradients with the float64 reference's. */
import type { Tensor } from "../../../engine/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { reference } from "../../reference.ts";
import type { Numbers, RefTensor } from "../../reference/array.ts";
import { allowance } from "../../reference/check.ts";
import { differentiate } from "../../reference/differentiate.ts";
import { engineBackend } from "../../reference/engine.ts";
import type { Ops } from "../../reference/ops.ts";
import type { Precision } from "../../reference/tape.ts";
import type { RandomGraph } from "./random-graph.ts";

/** One result of a graph. */
export interface GraphResult {
  /** `value 3`, `loss`, `gradient 0`. */
  readonly result: string;
  /** Its worst error over the allowed one: at most 1 is right. */
  readonly ratio: number;
  /** The worst difference between fused and unfused, over the allowed error. */
  readonly difference: number;
}

/** What nothing else uses, and one number made of it whose derivatives reach everything. */
export function resultsOf<T>(graph: RandomGraph, k: Ops<T>, xs: readonly T[]): { ends: T[]; loss: T } {
  const values = graph.run(k, xs);
  const ends = graph.ends.map((at) => values[at] as T);
  const parts = ends.map((end) => k.mean(k.mul(end, k.add(k.mul(end, 0.5), 1))));
  return { ends, loss: parts.reduce((a, b) => k.add(a, b)) };
}

const given = (graph: RandomGraph) =>
  graph.inputs.map(({ shape, dtype, values }, k) => ({ shape, dtype, data: values(`${graph.name} ${k}`) }));

/** Those of one value each input, that have a gradient. */
const real = <X>(graph: RandomGraph, ofInputs: readonly X[]): X[] =>
  ofInputs.filter((_, k) => graph.inputs[k]?.dtype === "f32");

/** Ends, loss, gradients. */
function expected(graph: RandomGraph, precision: Precision): ArrayLike<number>[] {
  const f = (...xs: RefTensor[]) => {
    const { ends, loss } = resultsOf(graph, reference, xs);
    return [...ends, loss];
  };
  const cotangents = [...graph.ends.map(() => null), [1]];
  const { outputs, gradients } = differentiate(f, given(graph), { cotangents, precision });
  return [...outputs.map(({ data }) => data), ...real(graph, gradients)];
}

/** The engine as it is, or with every op in a kernel of its own. */
async function onEngine(graph: RandomGraph, fused: boolean): Promise<Numbers[]> {
  const { ops, tensor, read, grad } = engineBackend;
  runtime.useFusion(fused);
  try {
    const xs = given(graph).map((x) => tensor(x, x.dtype));
    const { ends, loss } = resultsOf<Tensor>(graph, ops, xs);
    return await read([...ends, loss, ...grad(loss, real(graph, xs))]);
  } finally {
    runtime.useFusion(true);
  }
}

const worst = (errors: readonly number[]): number =>
  errors.reduce((a, b) => (Number.isNaN(b) ? Number.POSITIVE_INFINITY : Math.max(a, b)), 0);

/**
 * The part of the allowed error that fusion may make. The arithmetic is the same, but where two ops stand in one shader its
 * compiler may turn (x·c)·d into x·(c·d), as SPIRV-Tools does, or contract a·b + c.
 */
const MOST_DIFFERENCE = 0.25;

/** Errors below this part of the largest result are rounding: results may cancel to 0, their terms do not. */
const CANCELLATION = 2e-6;

const largest = (all: readonly ArrayLike<number>[]): number =>
  Math.max(0, ...all.map((data) => worst(Array.from(data, Math.abs))));

/** Every result of a graph against the reference, and fused against unfused. */
export async function checkGraph(graph: RandomGraph): Promise<GraphResult[]> {
  const fused = await onEngine(graph, true);
  const apart = await onEngine(graph, false);
  const want = expected(graph, "f64");
  const sample = expected(graph, "f32");
  const ends = graph.ends.length;
  const [ofValues, ofGradients] = [want.slice(0, ends + 1), want.slice(ends + 1)].map(
    (all) => CANCELLATION * largest(all),
  ) as [number, number];
  return want.map((wanted, k): GraphResult => {
    const { data } = fused[k] as Numbers;
    const alone = (apart[k] as Numbers).data;
    const own = allowance(wanted, sample[k] as ArrayLike<number>);
    const allowed = (i: number) => Math.max(own(i), k <= ends ? ofValues : ofGradients);
    const complete = data.length === wanted.length && alone.length === wanted.length;
    const errors = (from: ArrayLike<number>, to: ArrayLike<number>): number[] =>
      Array.from(from, (v, i) => Math.abs(v - (to[i] as number)) / allowed(i));
    return {
      result: k < ends ? `value ${k}` : k === ends ? "loss" : `gradient ${k - ends - 1}`,
      ratio: complete ? worst(errors(data, wanted)) : Number.POSITIVE_INFINITY,
      difference: complete ? worst(errors(data, alone)) : Number.POSITIVE_INFINITY,
    };
  });
}

/** What is wrong with a graph, in a line for each result; nothing where all is right. */
export function faultsOf(results: readonly GraphResult[]): string[] {
  return results.flatMap(({ result, ratio, difference }) => [
    ...(ratio <= 1 ? [] : [`${result}: ${ratio.toPrecision(3)} times the allowed error`]),
    ...(difference <= MOST_DIFFERENCE
      ? []
      : [`${result}: unfused it differs by ${difference.toPrecision(3)} times the allowed error`]),
  ]);
}
