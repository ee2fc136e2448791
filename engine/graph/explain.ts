/** What the kernels of a program do, in words and numbers: for profiles and pictures of graphs. */
import { elementBytes } from "../dtype.ts";
import type { KernelWork } from "../gpu/profile.ts";
import type { AssembledKernel, Assembly } from "./assemble.ts";
import type { Step } from "./schedule.ts";
import type { Node, Target } from "./node.ts";

/** The nodes that a step computes, inputs first: its members, what is computed on the way to them, and updates of state. */
export function nodesOf({ members, updates }: Step, isStored: (node: Node) => boolean): readonly Node[] {
  const found = new Set<Node>();
  const visit = (node: Node, isOwn: boolean) => {
    if (found.has(node) || (!isOwn && (isStored(node) || node.op.kind === "updated"))) return;
    // A kernel with a file of its own reads its inputs from buffers.
    const { op } = node;
    const fromBuffers = op.kind === "kernel" || (op.kind === "effect" && !op.expression);
    if (!fromBuffers) for (const input of node.inputs) visit(input, members.has(input));
    found.add(node);
  };
  for (const node of [...members, ...updates]) visit(node, true);
  return [...found];
}

/** Names of the ops among these nodes that compute something; of those that only move elements where there is nothing else. */
export function opsOf(nodes: readonly Node[]): string {
  const names = (kinds: readonly string[]) =>
    nodes.filter((node) => kinds.includes(node.op.kind)).map((node) => node.op.name);
  const computed = names(["pointwise", "reduce", "kernel", "effect"]);
  return (computed.length > 0 ? computed : names(["movement", "constant"])).join(" + ");
}

/** Names of the layers that recorded these nodes, each once. A constant is of whoever used it first, and says nothing. */
export const layersOf = (nodes: readonly Node[]): readonly string[] => [
  ...new Set(nodes.flatMap(({ layer, op }) => (layer === "" || op.kind === "constant" ? [] : [layer]))),
];

/** Where a dispatch comes from. */
export interface Origin {
  readonly kernel: AssembledKernel;
  readonly assembly: Assembly;
  readonly target: Target;
}

export function workOf({ kernel, assembly, target }: Origin): KernelWork {
  const { lowered, places } = kernel;
  const { step } = kernel.step;
  const nodes = nodesOf(step, assembly.isStored);
  const { operands, name, flops, text: wgsl } = lowered;
  const buffers = new Map<string, number>();
  operands.forEach((operand, k) => {
    const place = places[k];
    if (!place) return;
    if ("value" in place) buffers.set(`${place.value}@${place.offset}`, place.bytes);
    else if ("node" in operand)
      buffers.set(
        `e${place.external}`,
        operand.node.size * elementBytes(operand.node.dtype, target.nativeF16),
      );
    else if ("effect" in operand)
      buffers.set(`e${place.external}`, operand.effect.writes[operand.state]?.bytes ?? 0);
  });
  const bytes = [...buffers.values()].reduce((sum, size) => sum + size, 0);
  const { shape } = step.outputs[0] ?? step.root;
  return { name, ops: opsOf(nodes), layer: layersOf(nodes).join(", "), shape, flops, bytes, wgsl };
}
