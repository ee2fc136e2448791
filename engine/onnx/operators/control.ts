/** If, Loop and Scan: operators that have graphs inside. What is chosen, and how often, is read before anything is computed. */
import type { Call } from "../call.ts";
import { concat, reshape, sliceAxis } from "../movement.ts";
import type { Graph } from "../model.ts";
import { Value } from "../value.ts";

/** Computes a graph that lies in the one at hand, and can read numbers on the way. */
export type RunGraph = (
  graph: Graph,
  inputs: readonly (Value | undefined)[],
) => Generator<Value, Value[], Value>;

/** An operator that runs graphs; it yields values whose numbers it needs, and is given them back with numbers. */
export type Control = (call: Call, run: RunGraph) => Generator<Value, readonly Value[], Value>;

const graphOf = (call: Call, name: string): Graph =>
  call.of(name, "graph")?.value ?? call.refuse(`has no graph ${name}`);

const first = function* (value: Value): Generator<Value, number, Value> {
  const known = value.host ? value : yield value;
  return known.host?.[0] ?? 0;
};

function* branch(call: Call, run: RunGraph): Generator<Value, readonly Value[], Value> {
  const condition = yield* first(call.input(0));
  return yield* run(graphOf(call, condition !== 0 ? "then_branch" : "else_branch"), []);
}

/** No file's loop goes round as often. */
const MOST_ROUNDS = 1e6;

function* loop(call: Call, run: RunGraph): Generator<Value, readonly Value[], Value> {
  const body = graphOf(call, "body");
  const most = call.inputs[0] ? yield* first(call.input(0)) : MOST_ROUNDS;
  let goesOn = call.inputs[1] ? (yield* first(call.input(1))) !== 0 : true;
  let carried = call.inputs.slice(2).map((_, k) => call.input(k + 2));
  const count = carried.length;
  const collected: Value[][] = body.outputs.slice(count + 1).map(() => []);
  for (let round = 0; goesOn && round < most; round++) {
    if (round >= MOST_ROUNDS) call.refuse(`goes round more than ${MOST_ROUNDS} times`);
    const inputs = [Value.wholes([round], []), Value.known("bool", [], Float64Array.of(1)), ...carried];
    const [condition, ...results] = yield* run(body, inputs);
    goesOn = (yield* first(condition as Value)) !== 0;
    carried = results.slice(0, count);
    collected.forEach((list, k) => {
      list.push(results[count + k] as Value);
    });
  }
  return [...carried, ...collected.map((list) => stacked(call, list, 0))];
}

function stacked(call: Call, list: readonly Value[], axis: number): Value {
  const [one] = list;
  if (!one) return call.refuse("never goes round, and what it would have collected has no shape");
  return concat(
    list.map((v) => reshape(v, [...v.shape.slice(0, axis), 1, ...v.shape.slice(axis)])),
    axis,
  );
}

function* scan(call: Call, run: RunGraph): Generator<Value, readonly Value[], Value> {
  if (call.version < 9) call.refuse("of version 8 is not known");
  const body = graphOf(call, "body");
  const scanned = call.int("num_scan_inputs", 1);
  const count = call.inputs.length - scanned;
  const outputs = body.outputs.length - count;
  const list = (name: string, n: number) => call.list(name) ?? Array.from({ length: n }, () => 0);
  const inputAxes = list("scan_input_axes", scanned);
  const inputTurns = list("scan_input_directions", scanned);
  const outputAxes = list("scan_output_axes", outputs);
  const outputTurns = list("scan_output_directions", outputs);
  let carried = call.inputs.slice(0, count).map((_, k) => call.input(k));
  const sources = Array.from({ length: scanned }, (_, k) => {
    const x = call.input(count + k);
    return { x, axis: call.axis(inputAxes[k] as number, x.rank) };
  });
  const length = sources[0]?.x.shape[sources[0].axis] ?? 0;
  const collected: Value[][] = outputAxes.map(() => []);
  for (let round = 0; round < length; round++) {
    const slices = sources.map(({ x, axis }, k) => {
      const at = inputTurns[k] === 1 ? length - 1 - round : round;
      return reshape(
        sliceAxis(x, axis, at, at + 1),
        x.shape.filter((_, a) => a !== axis),
      );
    });
    const results = yield* run(body, [...carried, ...slices]);
    carried = results.slice(0, count);
    collected.forEach((all, k) => {
      const value = results[count + k] as Value;
      if (outputTurns[k] === 1) all.unshift(value);
      else all.push(value);
    });
  }
  const joined = collected.map((all, k) => {
    const rank = (all[0]?.rank ?? 0) + 1;
    return stacked(call, all, call.axis(outputAxes[k] as number, rank));
  });
  return [...carried, ...joined];
}

export const CONTROL: Readonly<Record<string, Control>> = { If: branch, Loop: loop, Scan: scan };
