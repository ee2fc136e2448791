/** Small ONNX files, written field by field, for tests of the reader and the operators. */
import { Message } from "../../../engine/io/protobuf.ts";

/** A tensor in a file: floats are float32, bigints int64, booleans bool. */
export interface Given {
  readonly shape: readonly number[];
  readonly values: readonly (number | bigint | boolean)[];
}

export type AttributeValue =
  | number
  | bigint
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | Given
  | GraphText;

/** Whole numbers of attributes are bigints, floats are numbers. */
export interface NodeText {
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface GraphText {
  readonly nodes: readonly NodeText[];
  /** Names of float inputs with their axes; `int64:name` and `bool:name` are of other types. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly constants?: Readonly<Record<string, Given>>;
}

export const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Given => ({
  shape,
  values,
});
export const wholes = (values: readonly number[], shape: readonly number[] = [values.length]): Given => ({
  shape,
  values: values.map(BigInt),
});

const TYPES = { number: 1, bigint: 7, boolean: 9 } as const;

/** TensorProto. */
export function tensorMessage({ shape, values }: Given, name = ""): Message {
  const kind = typeof values[0] as keyof typeof TYPES;
  const raw =
    kind === "bigint"
      ? BigInt64Array.from(values as readonly bigint[])
      : kind === "boolean"
        ? Uint8Array.from(values as readonly boolean[], Number)
        : Float32Array.from(values as readonly number[]);
  const message = new Message();
  for (const n of shape) message.integer(1, n);
  message.integer(2, TYPES[kind] ?? 1);
  return message.text(8, name).bytes(9, new Uint8Array(raw.buffer));
}

function attributeMessage(name: string, value: AttributeValue): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.float(2, value).integer(20, 1);
  if (typeof value === "bigint") return message.integer(3, Number(value)).integer(20, 2);
  if (typeof value === "string") return message.text(4, value).integer(20, 3);
  if ("nodes" in value) return message.message(6, graphMessage(value)).integer(20, 5);
  if ("shape" in value) return message.message(5, tensorMessage(value)).integer(20, 4);
  for (const item of value)
    if (typeof item === "string") message.text(9, item);
    else if (typeof item === "bigint") message.integer(8, Number(item));
    else message.float(7, item);
  const [first] = value;
  return message.integer(20, typeof first === "string" ? 8 : typeof first === "bigint" ? 7 : 6);
}

function portMessage(name: string, axes: readonly (number | string)[] | undefined): Message {
  const [type, plain] = name.includes(":") ? (name.split(":") as [string, string]) : ["float", name];
  const tensor = new Message().integer(1, { float: 1, int64: 7, bool: 9 }[type] ?? 1);
  if (axes) {
    const shape = new Message();
    for (const axis of axes)
      shape.message(
        1,
        typeof axis === "number" ? new Message().integer(1, axis) : new Message().text(2, axis),
      );
    tensor.message(2, shape);
  }
  return new Message().text(1, plain).message(2, new Message().message(1, tensor));
}

function graphMessage({ nodes, inputs = {}, outputs, constants = {} }: GraphText): Message {
  const graph = new Message();
  for (const {
    op,
    inputs: from = [],
    outputs: to = ["y"],
    name = "",
    domain = "",
    attributes = {},
  } of nodes) {
    const node = new Message();
    for (const input of from) node.text(1, input);
    for (const output of to) node.text(2, output);
    node.text(3, name).text(4, op).text(7, domain);
    for (const [key, value] of Object.entries(attributes)) node.message(5, attributeMessage(key, value));
    graph.message(1, node);
  }
  graph.text(2, "g");
  for (const [name, given] of Object.entries(constants)) graph.message(5, tensorMessage(given, name));
  for (const [name, axes] of Object.entries(inputs)) graph.message(11, portMessage(name, axes));
  for (const name of outputs) graph.message(12, portMessage(name, undefined));
  return graph;
}

/** The bytes of a file. @param version of ONNX's operator set */
export function onnxFile(graph: GraphText, version = 18): Uint8Array {
  return new Message()
    .integer(1, 8)
    .message(7, graphMessage(graph))
    .message(8, new Message().text(1, "").integer(2, version))
    .finish();
}
