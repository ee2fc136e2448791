/** Writing state in place: assignment, moving averages, and packing many tensors into one buffer. */
import { ShapeError, shown } from "../errors.ts";
import { foldGrid } from "../gpu/kernel.ts";
import { type EffectOp, type KernelOp, Node } from "../graph/node.ts";
import { runtime } from "../graph/runtime.ts";
import copySource from "../../shaders/copy.wgsl";
import zeroGapsSource from "../../shaders/zero-gaps.wgsl";
import { sameShape, showShape } from "../shape.ts";
import { expectTensors, Parameter, record, type Tensor, tensor } from "../tensor.ts";
import { detach } from "./broadcast.ts";
import { ceilDiv } from "./kernels.ts";
import { finiteNumber } from "./pair.ts";

const ASSIGN: EffectOp = { kind: "effect", name: "assign", expression: ([value]) => value as string };

const LERP: EffectOp = {
  kind: "effect",
  name: "lerp",
  expression: ([value, rate], old) => `${old} + ${rate} * (${value} - ${old})`,
};

const PACK: KernelOp = {
  kind: "kernel",
  name: "pack",
  acceptsF16: true,
  placement: (node) => node.attributes.offsets as readonly number[],
  launches: (node) => {
    const offsets = node.attributes.offsets as readonly number[];
    const copies = offsets.map((offset, k) =>
      copyLaunch(k, (node.inputs[k] as Node).size, { output: true }, offset),
    );
    const gaps = node.inputs[offsets.length];
    if (!gaps) return copies;
    const count = gaps.size / 2;
    const zero = {
      name: "zero-gaps",
      source: zeroGapsSource,
      constants: { GAPS: count },
      bindings: [{ input: offsets.length }, { output: true, write: true }],
      grid: foldGrid(count),
    } as const;
    return [...copies, zero];
  },
};

function copyLaunch(input: number, size: number, to: { state: number } | { output: true }, offset = 0) {
  return {
    name: "copy",
    source: copySource,
    constants: { SIZE: size, OFFSET: offset },
    bindings: [{ input }, { ...to, write: true }],
    grid: foldGrid(ceilDiv(size, 64)),
  };
}

function recordEffect(op: EffectOp, inputs: readonly Tensor[], state: Parameter): void {
  // Nothing to write, and no binding may be empty.
  if (state.size === 0) return;
  // A name of its own for each input lets the graph compiler copy one that lies in the buffer to be written.
  const effect = new Node(
    op,
    inputs.map((input) => detach(input).node),
    [],
    "f32",
    { writes: [state.state] },
  );
  runtime.addEffect(effect);
  state.updatedBy(effect);
}

/** Records that `state` takes the value of `value`, which has its shape. */
export function assign(state: Parameter, value: Tensor): void {
  expectState("assign", state, value);
  if (!sameShape(state.shape, value.shape))
    throw new ShapeError(
      `assign: ${state.name} has shape ${showShape(state.shape)}, the value ${showShape(value.shape)}`,
    );
  const { host } = value.node;
  // Nothing has used the state yet: it simply starts with another value.
  if (host instanceof Float32Array && state.restart(host)) return;
  recordEffect(ASSIGN, [value], state);
}

function expectState(op: string, state: Parameter, value: Tensor): void {
  if (!(state instanceof Parameter))
    throw new ShapeError(`${op}: state should be a Parameter, got ${shown(state)}`);
  expectTensors(op, { value });
}

/** Records that `state` moves by `rate` of the way to `value`: state + rate (value - state). */
export function lerp(state: Parameter, value: Tensor, rate: number): void {
  expectState("lerp", state, value);
  finiteNumber("lerp", "rate", rate);
  if (!sameShape(state.shape, value.shape))
    throw new ShapeError(
      `lerp: ${state.name} has shape ${showShape(state.shape)}, the value ${showShape(value.shape)}`,
    );
  recordEffect(LERP, [value, tensor([rate])], state);
}

/**
 * One flat tensor of `size` elements that holds tensor k from element `offsets[k]` on, with at most 64 elements between
 * one and the next. Tensors that nothing else reads are computed right where they belong.
 * @param zeroed fills what lies between with zeros; else it is undefined
 */
export function pack(
  tensors: readonly Tensor[],
  offsets: readonly number[],
  size: number,
  zeroed = false,
): Tensor {
  const gaps = tensors.flatMap((t, k): [number, number][] => {
    const from = (offsets[k] as number) + t.size;
    const to = offsets[k + 1] ?? size;
    return from < to ? [[from, to]] : [];
  });
  const isFilled = (k: number) => (tensors[k] as Tensor).size > 0;
  const inputs = tensors.filter((_, k) => isFilled(k));
  if (zeroed && gaps.length > 0) inputs.push(tensor(Uint32Array.from(gaps.flat())));
  const attributes = { offsets: offsets.filter((_, k) => isFilled(k)) };
  return record(PACK, inputs, [size], { dtype: "f32", attributes });
}
