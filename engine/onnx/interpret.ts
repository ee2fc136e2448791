/** Goes through a graph, node by node. Where an operator must know numbers that a device has, it waits for them. */
import { InputError } from "../errors.ts";
import { inLayer } from "../graph/node.ts";
import { Call, placeOf } from "./call.ts";
import type { Attribute, Graph, LocalFunction, Model, OperatorNode } from "./model.ts";
import { CONTROL } from "./operators/control.ts";
import { findOperator } from "./operators.ts";
import { Value } from "./value.ts";

/** Values by name; inner graphs see those of the outer ones. */
class Scope {
  private readonly values = new Map<string, Value>();
  private readonly outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.outer = outer;
  }

  get(name: string): Value | undefined {
    return this.values.get(name) ?? this.outer?.get(name);
  }

  set(name: string, value: Value): void {
    this.values.set(name, value);
  }
}

/** What waits for numbers yields a value, and is given the same one with its numbers. */
export type Interpretation = Generator<Value, Value[], Value>;

type Attributes = OperatorNode["attributes"];

export class Interpreter {
  private readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  /** @param given inputs and weights by name */
  *run(given: ReadonlyMap<string, Value>): Interpretation {
    const scope = new Scope();
    for (const [name, value] of given) scope.set(name, value);
    const { graph, versions } = this.model;
    yield* this.nodes(graph.nodes, scope, versions, undefined);
    return graph.outputs.map(({ name }) => resultOf(scope, name));
  }

  private *graph(
    graph: Graph,
    inputs: readonly (Value | undefined)[],
    outer: Scope,
    versions: Model["versions"],
    attributes: Attributes | undefined,
  ): Interpretation {
    const scope = new Scope(outer);
    for (const { name, type, shape, numbers } of graph.constants)
      scope.set(name, Value.known(type, shape, numbers));
    graph.inputs.forEach(({ name }, k) => {
      const value = inputs[k];
      if (value) scope.set(name, value);
    });
    yield* this.nodes(graph.nodes, scope, versions, attributes);
    return graph.outputs.map(({ name }) => resultOf(scope, name));
  }

  private *nodes(
    nodes: readonly OperatorNode[],
    scope: Scope,
    versions: Model["versions"],
    attributes: Attributes | undefined,
  ): Generator<Value, void, Value> {
    for (const written of nodes) {
      const node = attributes ? withAttributes(written, attributes) : written;
      const inputs = node.inputs.map((name) =>
        name === ""
          ? undefined
          : (scope.get(name) ?? fail(node, `its input ${JSON.stringify(name)} is made by nothing before it`)),
      );
      const results = yield* this.node(node, inputs, scope, versions, attributes);
      node.outputs.forEach((name, k) => {
        const value = results[k];
        if (name !== "" && value) scope.set(name, value);
      });
    }
  }

  private *node(
    node: OperatorNode,
    given: readonly (Value | undefined)[],
    scope: Scope,
    versions: Model["versions"],
    attributes: Attributes | undefined,
  ): Generator<Value, readonly Value[], Value> {
    const version = versions.get(node.domain) ?? 1;
    const own = this.model.functions.get(`${node.domain}:${node.operator}`);
    if (own) return yield* this.local(own, node, given);
    const control = node.domain === "" ? CONTROL[node.operator] : undefined;
    if (control) {
      const run = (graph: Graph, inputs: readonly (Value | undefined)[]) =>
        this.graph(graph, inputs, scope, versions, attributes);
      return yield* control(new Call(node, version, given), run);
    }
    const operator = findOperator(node.domain, node.operator) ?? fail(node, "is not known");
    const inputs = [...given];
    for (const k of operator.reads(new Call(node, version, given))) {
      const input = inputs[k];
      if (input && !input.host) inputs[k] = yield input;
    }
    const call = new Call(node, version, inputs);
    return inLayer(node.name, () => explained(node, () => listed(operator.compute(call))));
  }

  /** A function of the file's own: its nodes see nothing but what they are given. */
  private *local(
    f: LocalFunction,
    node: OperatorNode,
    inputs: readonly (Value | undefined)[],
  ): Interpretation {
    const scope = new Scope();
    f.inputs.forEach((name, k) => {
      const value = inputs[k];
      if (value) scope.set(name, value);
    });
    const versions = f.versions.size > 0 ? f.versions : this.model.versions;
    yield* this.nodes(f.nodes, scope, versions, new Map([...f.defaults, ...node.attributes]));
    return f.outputs.map((name) => resultOf(scope, name));
  }
}

const listed = (result: Value | readonly Value[]): readonly Value[] =>
  result instanceof Value ? [result] : result;

const resultOf = (scope: Scope, name: string): Value => {
  const value = scope.get(name);
  if (!value) throw new InputError(`onnx: the result ${JSON.stringify(name)} is made by nothing`);
  return value;
};

function fail(node: OperatorNode, reason: string): never {
  throw new InputError(`onnx: ${placeOf(node)}: ${reason}`);
}

/** Errors of the engine say which node they come from. */
function explained<T>(node: OperatorNode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error.message.includes(placeOf(node))) throw error;
    const reason = error.message.replace(/^onnx: /, "");
    throw new InputError(`onnx: ${placeOf(node)}: ${reason}`, { cause: error });
  }
}

/** The node of a function's body, its attributes filled in. */
function withAttributes(node: OperatorNode, given: Attributes): OperatorNode {
  const filled = [...node.attributes].flatMap(([name, attribute]): [string, Attribute][] => {
    if (attribute.kind !== "reference") return [[name, attribute]];
    const value = given.get(attribute.value);
    return value ? [[name, value]] : [];
  });
  return { ...node, attributes: new Map(filled) };
}
