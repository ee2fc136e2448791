/** What the run-time does with recorded tensors, up to the kernels, without a device. */
import { chooseStored, type Graph } from "../../../engine/graph/fuse.ts";
import { lower } from "../../../engine/graph/lower.ts";
import type { LoweredKernel } from "../../../engine/graph/lowered.ts";
import type { Node, Target } from "../../../engine/graph/node.ts";
import { rewrite } from "../../../engine/graph/rewrite.ts";
import { type Schedule, schedule } from "../../../engine/graph/schedule.ts";
import type { Tensor } from "../../../engine/tensor.ts";

/** Everything that the outputs need, with data from JavaScript and state as leaves. */
export function graphOf(outputs: readonly Tensor[]): Graph {
  const isLeaf = (node: Node) => node.host !== undefined || node.storage !== undefined;
  const found = new Set<Node>();
  const stack = outputs.map((output) => output.node);
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (found.has(node)) continue;
    found.add(node);
    if (!isLeaf(node)) stack.push(...node.inputs);
  }
  const nodes = [...found].sort((a, b) => a.id - b.id);
  return { nodes, outputs: outputs.map((output) => output.node), isLeaf };
}

export interface Compiled extends Schedule {
  readonly kernels: readonly LoweredKernel[];
  /** Names of the ops whose values are stored, in order. */
  readonly stored: readonly string[];
}

export const SOFTWARE: Target = { software: true, subgroupSize: 8, nativeF16: true };
export const HARDWARE: Target = { software: false, subgroupSize: 0, nativeF16: true };

export function compile(outputs: readonly Tensor[], target: Target = SOFTWARE): Compiled {
  const { graph } = rewrite(graphOf(outputs), target.unfused);
  const stored = chooseStored(graph, target.unfused);
  const isStored = (node: Node) => graph.isLeaf(node) || stored.has(node) || node.op.kind === "updated";
  const plan = schedule(graph, stored, target);
  return {
    ...plan,
    kernels: plan.steps.flatMap((step) => lower(step, isStored, target, new Set()).kernels),
    stored: plan.steps.flatMap((step) => step.outputs.map(({ op }) => op.name)),
  };
}
