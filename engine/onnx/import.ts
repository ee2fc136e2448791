/** From the bytes of an ONNX file to a network. */
import { expectBytes, InputError } from "../errors.ts";
import { Call, placeOf } from "./call.ts";
import { type Graph, type Model, type OperatorNode, readModel } from "./model.ts";
import { OnnxNetwork } from "./network.ts";
import { CONTROL } from "./operators/control.ts";
import { findOperator } from "./operators.ts";
import { isFloating } from "./types.ts";

/**
 * Reads an ONNX file as a network whose ops are the engine's: differentiable, with the file's float weights as its parameters.
 * Whole numbers, shapes and whatever depends on constants alone are computed in host memory when it runs.
 *
 * @param file its name, for messages
 * @throws FormatError when the bytes are no ONNX file, or damaged
 * @throws InputError when it has operators or types that are not known, naming all of them with all their places
 */
export function importOnnx(bytes: Uint8Array, file = "the ONNX file"): OnnxNetwork {
  expectBytes("importOnnx", bytes);
  const model = readModel(bytes, file);
  expectKnown(model, file);
  return new OnnxNetwork(model, weightsOf(model));
}

/** Nodes with those of the graphs inside them. */
function* allNodes(nodes: readonly OperatorNode[]): Generator<OperatorNode> {
  for (const node of nodes) {
    yield node;
    for (const attribute of node.attributes.values())
      if (attribute.kind === "graph") yield* allNodes(attribute.value.nodes);
  }
}

/** All that is not known is told at once. */
function expectKnown({ graph, functions }: Model, file: string): void {
  const places = new Map<string, string[]>();
  for (const nodes of [graph.nodes, ...[...functions.values()].map((f) => f.nodes)])
    for (const node of allNodes(nodes)) {
      const { domain, operator } = node;
      const isKnown =
        functions.has(`${domain}:${operator}`) ||
        (domain === "" && operator in CONTROL) ||
        findOperator(domain, operator) !== undefined;
      if (isKnown) continue;
      const name = domain === "" ? operator : `${domain}.${operator}`;
      places.set(name, [...(places.get(name) ?? []), placeOf(node).slice(operator.length + 1)]);
    }
  if (places.size === 0) return;
  const list = [...places].map(([name, at]) => `${name} (${at.join(", ")})`);
  throw new InputError(`${file}: operators that are not known: ${list.join("; ")}`);
}

/** Running statistics are kept, not trained. */
const STATISTICS: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };

/**
 * Which constants are weights: floats that something computes with. What only says how (sizes, limits, factors that an operator
 * reads) is none.
 */
function weightsOf({ graph, versions }: Model): Map<string, { trained: boolean }> {
  // A scalar is a factor, not something learned.
  const floats = new Set(
    graph.constants.filter(({ type, shape }) => isFloating(type) && shape.length > 0).map(({ name }) => name),
  );
  const found = new Map<string, { trained: boolean }>();
  const inner = new Set(innerNames(graph));
  for (const node of allNodes(graph.nodes)) {
    const call = new Call(node, versions.get(node.domain) ?? 1, []);
    node.inputs.forEach((name, k) => {
      if (!floats.has(name) || inner.has(name) || isRead(call, k)) return;
      const trained = STATISTICS[node.operator]?.includes(k) !== true;
      found.set(name, { trained: trained && found.get(name)?.trained !== false });
    });
  }
  return found;
}

/** Names that a graph within has for something of its own. */
function* innerNames(graph: Graph): Generator<string> {
  for (const node of allNodes(graph.nodes))
    for (const attribute of node.attributes.values())
      if (attribute.kind === "graph") {
        for (const { name } of attribute.value.constants) yield name;
        for (const { name } of attribute.value.inputs) yield name;
      }
}

function isRead(call: Call, k: number): boolean {
  const { domain, operator } = call.node;
  if (operator === "Clip" && k > 0) return true;
  return findOperator(domain, operator)?.reads(call).includes(k) ?? false;
}
