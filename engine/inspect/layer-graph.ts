/** Networks as boxes and arrows: the layers that were applied, and what lies between them. */
import type { Node } from "../graph/node.ts";
import type { LayerCall } from "../nn/name-layers.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** A layer that was applied, or several that were applied as one. */
export interface LayerBox {
  /** Its name (see `nameLayers`). */
  readonly layer: string;
  /** Of what it puts out. */
  readonly shape: Shape;
  /** Positions of the boxes that it reads; each comes before this one. */
  readonly inputs: readonly number[];
  /** Shapes of what it reads that no box makes: noise, a condition, data. */
  readonly given: readonly Shape[];
  /** Names of the ops on the way from those to it, in order, each once. */
  readonly through: readonly string[];
}

const tensorsIn = (values: readonly unknown[]): Tensor[] => values.filter((x) => x instanceof Tensor);

/**
 * @param calls as `watchLayers` tells them; of a layer that was applied more than once, the last counts
 * @param isBox which of the layers are drawn; arrows lead through the others
 */
export function layerGraph(calls: readonly LayerCall[], isBox: (layer: string) => boolean): LayerBox[] {
  const last = new Map(calls.map((call) => [call.layer, call]));
  const boxes: LayerBox[] = [];
  const maker = new Map<Node, number>();
  for (const call of calls) {
    const { layer, inputs, output } = call;
    if (last.get(layer) !== call || !(output instanceof Tensor) || !isBox(layer)) continue;
    // Several applied as one end with what was made of the last of them; a single one begins with its arguments.
    const several = calls.some((other) => other.layer.startsWith(`${layer}.`));
    const isOuter = !layer.includes(".");
    // A wrapper that only hands on what the layer in it has made.
    if (several && !isOuter && maker.has(output.node)) continue;
    const from = several ? [output] : tensorsIn(inputs);
    boxes.push({ layer, shape: output.shape, ...waysTo(from, maker) });
    maker.set(output.node, boxes.length - 1);
  }
  return boxes;
}

/** Whether one of `targets` was used to compute these. */
export function comesFrom(values: readonly unknown[], targets: readonly unknown[]): boolean {
  const maker = new Map(tensorsIn(targets).map(({ node }) => [node, 0]));
  return waysTo(tensorsIn(values), maker).inputs.length > 0;
}

/** Axes by which `pixelShuffle` moves blocks of channels between pixels. */
const SHUFFLE = [0, 1, 4, 2, 5, 3].join();

const nameOf = ({ op, attributes }: Node): string =>
  op.name === "permute" && String(attributes.axes) === SHUFFLE ? "pixelShuffle" : op.name;

/** From boxes to these tensors. */
function waysTo(
  tensors: readonly Tensor[],
  maker: ReadonlyMap<Node, number>,
): Pick<LayerBox, "inputs" | "given" | "through"> {
  const inputs = new Set<number>();
  const given: Shape[] = [];
  const ops: Node[] = [];
  const seen = new Set<Node>(tensors.map(({ node }) => node));
  const stack = [...seen];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const box = maker.get(node);
    if (box !== undefined) inputs.add(box);
    else if (node.inputs.length === 0) given.push(node.shape);
    else {
      ops.push(node);
      for (const input of node.inputs) {
        if (seen.has(input)) continue;
        seen.add(input);
        stack.push(input);
      }
    }
  }
  const names = ops.sort((a, b) => a.id - b.id).map(nameOf);
  return { inputs: [...inputs].sort((a, b) => a - b), given, through: [...new Set(names)] };
}
