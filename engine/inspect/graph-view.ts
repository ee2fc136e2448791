/** Graphs as boxes and arrows: the ops as they were recorded, or the kernels that they became. */
import type { DType } from "../dtype.ts";
import type { Assembly } from "../graph/assemble.ts";
import { layersOf, nodesOf, opsOf, workOf } from "../graph/explain.ts";
import { type Graph, resolve } from "../graph/fuse.ts";
import type { LoweredStep } from "../graph/lowered.ts";
import type { Node, Target } from "../graph/node.ts";
import { runtime } from "../graph/runtime.ts";
import { type Shape, showShape } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";

/** One op or one kernel. */
export interface GraphBox {
  /** From 1 on, in the order of computation. */
  readonly id: number;
  readonly kind: "input" | "pointwise" | "movement" | "reduce" | "kernel" | "effect";
  /** Name of the op, or of the shader file. */
  readonly title: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The layers that recorded it, where layers have names (see `nameLayers`). */
  readonly layers: readonly string[];
  /** The boxes whose results it reads. */
  readonly inputs: readonly number[];
  /** What it reads besides, which is there before: parameters, constants, small tensors. */
  readonly reads: readonly string[];
  /** Names of the state that an update writes. */
  readonly writes: readonly string[];
  /** Of a kernel: the ops in it. */
  readonly ops?: string;
  readonly flops?: number;
  /** Of all buffers that it reads and writes. */
  readonly bytes?: number;
}

/** A graph that can be shown; see `graphText`, `graphDot`, `graphSvg`. */
export interface GraphView {
  /** Ops as recorded, or the kernels that they became. */
  readonly stage: "ops" | "kernels";
  readonly boxes: readonly GraphBox[];
}

/** Given tensors of at most this many elements are written into the box that reads them. */
const SMALL = 16;

/**
 * What it takes to compute these tensors, together with the updates recorded so far: as ops (`fused` false), or as kernels,
 * after fusion, with their flops and bytes. Nothing runs.
 */
export async function inspectGraph(
  outputs: Tensor | readonly Tensor[],
  { fused = false }: { readonly fused?: boolean } = {},
): Promise<GraphView> {
  const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs];
  expectTensors("inspectGraph", Object.fromEntries(list.map((output, k) => [`output ${k}`, output])));
  const { graph, assembly, target } = await runtime.explain(list.map(({ node }) => node));
  return fused ? kernelsOf(assembly, target) : opsGraph(graph);
}

/** Collects boxes, and knows which of them makes the value of a node. */
class Boxes {
  readonly list: GraphBox[] = [];
  private readonly maker = new Map<Node, number>();
  /** Nodes that others have put together in place: reading one is reading those. */
  private readonly packed = new Map<Node, readonly Node[]>();

  add(box: Omit<GraphBox, "id">, makes: readonly Node[]): void {
    const id = this.list.length + 1;
    this.list.push({ id, ...box });
    for (const node of makes) this.maker.set(node, id);
  }

  pack(node: Node, from: readonly Node[]): void {
    this.packed.set(node, from);
  }

  /** Arrows from those boxes that make `nodes`, and words for the other nodes; large given tensors get a box. */
  connect(nodes: readonly Node[]): Pick<GraphBox, "inputs" | "reads"> {
    const inputs = new Set<number>();
    const reads = new Set<string>();
    for (const node of nodes.flatMap((read) => this.packed.get(read) ?? read)) {
      const maker = this.maker.get(node) ?? this.maker.get(node.inputs[0] as Node);
      if (maker !== undefined && (this.maker.has(node) || node.op.kind === "updated")) inputs.add(maker);
      else if (node.op.kind === "constant") reads.add(`${node.attributes.value}`);
      else if (node.storage) reads.add(`${node.storage.name} ${showShape(node.shape)}`);
      else if (node.size <= SMALL) reads.add(`given ${showShape(node.shape)}`);
      else {
        const { shape, dtype } = node;
        this.add(
          { kind: "input", title: "input", shape, dtype, layers: [], inputs: [], reads: [], writes: [] },
          [node],
        );
        inputs.add(this.list.length);
      }
    }
    return { inputs: [...inputs], reads: [...reads] };
  }
}

function opsGraph({ nodes, isLeaf }: Graph): GraphView {
  const boxes = new Boxes();
  for (const node of nodes) {
    const { op, shape, dtype } = node;
    if (isLeaf(node) || op.kind === "constant" || op.kind === "updated" || op.kind === "source") continue;
    const links = boxes.connect(node.inputs);
    const writes = node.writes.map(({ name }) => name);
    const about = { title: op.name, shape, dtype, layers: layersOf([node]), writes };
    boxes.add({ kind: op.kind, ...about, ...links }, [node]);
  }
  return { stage: "ops", boxes: boxes.list };
}

function kernelsOf(assembly: Assembly, target: Target): GraphView {
  const boxes = new Boxes();
  for (const lowered of assembly.steps) {
    const kernels = assembly.kernels.filter(({ step }) => step === lowered);
    const { root, members, outputs, updates } = lowered.step;
    if (kernels.length === 0) {
      boxes.pack(
        root,
        root.inputs.map((input) => resolve(input, assembly.isStored)),
      );
      continue;
    }
    const works = kernels.map((kernel) => workOf({ kernel, assembly, target }));
    const nodes = nodesOf(lowered.step, assembly.isStored);
    const { kind } = root.op;
    const { shape, dtype } = outputs[0] ?? root;
    const total = (of: "flops" | "bytes") => works.reduce((sum, work) => sum + work[of], 0);
    boxes.add(
      {
        kind: kind === "constant" || kind === "source" || kind === "updated" ? "movement" : kind,
        title: [...new Set(works.map(({ name }) => name))].join(", "),
        shape: kind === "effect" ? (root.inputs[0]?.shape ?? shape) : shape,
        dtype,
        layers: layersOf(nodes),
        writes: [root, ...updates].flatMap(({ writes }) => writes.map(({ name }) => name)),
        ops: opsOf(nodes),
        flops: total("flops"),
        bytes: total("bytes"),
        ...boxes.connect(readsOf(lowered, assembly)),
      },
      [...members, ...updates],
    );
  }
  return { stage: "kernels", boxes: boxes.list };
}

function readsOf({ kernels, step: { root, members } }: LoweredStep, { isStored }: Assembly): readonly Node[] {
  const reads = new Set<Node>();
  // What others have put in place is a part of the whole too.
  if (root.op.kind === "kernel" && root.op.placement)
    for (const input of root.inputs) reads.add(resolve(input, isStored));
  for (const { operands } of kernels)
    for (const operand of operands)
      if ("node" in operand && !operand.write) reads.add(resolve(operand.node, isStored));
  for (const member of members) reads.delete(member);
  return [...reads];
}
