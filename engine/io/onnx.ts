/**
 * ONNX files: one graph of operators with its weights inside. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * Operator set 13 with IR version 7, of 2020, has all that image networks need, and every runtime in use reads it.
 */
import { ShapeError } from "../errors.ts";
import { arrayToBytes, elementCount } from "./host-tensor.ts";
import { Message } from "./protobuf.ts";

const IR_VERSION = 7;
const OPERATOR_SET = 13;

/** AttributeProto.AttributeType, and the field that holds the value. */
const FLOAT = { type: 1, field: 2 };
const INT = { type: 2, field: 3 };
const STRING = { type: 3, field: 4 };
const INTS = { type: 7, field: 8 };

/** TensorProto.DataType. */
const FLOAT32 = 1;
const INT64 = 7;

/** An operator's attribute: an integer, a string, integers, or a float. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** An axis: its size, or a name where each run may have another. */
export type OnnxAxis = number | string;

/** What a file says about itself. */
export interface OnnxInfo {
  /** The graph's name. */
  readonly name: string;
  /** What it does, for people. */
  readonly description: string;
  /** The program that wrote it, and its version. */
  readonly producer: readonly [name: string, version: string];
  /** Anything else, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A graph of float32 tensors, built operator by operator in the order of computation. */
export class OnnxGraph {
  private readonly nodes: Message[] = [];
  private readonly constants: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private unnamed = 0;

  /** Declares an input of type float32. @returns its name, to be used as an operator's input */
  input(name: string, axes: readonly OnnxAxis[]): string {
    this.inputs.push(valueInfo(name, axes));
    return name;
  }

  /** Declares that the value of this name is a result, of type float32. */
  output(name: string, axes: readonly OnnxAxis[]): void {
    this.outputs.push(valueInfo(name, axes));
  }

  /**
   * Adds a constant tensor: float32, or int64.
   * @throws ShapeError when the data do not fit the shape
   */
  constant(
    shape: readonly number[],
    data: Float32Array | BigInt64Array,
    name: string = this.nextName(),
  ): string {
    if (elementCount(shape) !== data.length)
      throw new ShapeError(`onnx: constant ${name} [${shape.join(", ")}] was given ${data.length} values`);
    const tensor = new Message();
    for (const size of shape) tensor.integer(1, size);
    tensor.integer(2, data instanceof Float32Array ? FLOAT32 : INT64);
    this.constants.push(tensor.text(8, name).bytes(9, arrayToBytes(data)));
    return name;
  }

  /**
   * Adds an operator with one result.
   * @param inputs names of values; an empty name leaves an optional input out
   * @returns the result's name
   */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    name: string = this.nextName(),
  ): string {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, name).text(3, name).text(4, type);
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value));
    this.nodes.push(node);
    return name;
  }

  /** The graph as the bytes of a file. */
  encode({ name, description, producer, metadata = {} }: OnnxInfo): Uint8Array {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, name);
    for (const tensor of this.constants) graph.message(5, tensor);
    graph.text(10, description);
    for (const input of this.inputs) graph.message(11, input);
    for (const output of this.outputs) graph.message(12, output);
    const model = new Message()
      .integer(1, IR_VERSION)
      .text(2, producer[0])
      .text(3, producer[1])
      .text(6, description)
      .message(7, graph)
      .message(8, new Message().text(1, "").integer(2, OPERATOR_SET));
    for (const [key, value] of Object.entries(metadata))
      model.message(14, new Message().text(1, key).text(2, value));
    return model.finish();
  }

  private nextName(): string {
    return `t${this.unnamed++}`;
  }
}

/** ValueInfoProto: a float32 tensor of these axes. */
function valueInfo(name: string, axes: readonly OnnxAxis[]): Message {
  const shape = new Message();
  for (const axis of axes)
    shape.message(1, typeof axis === "number" ? new Message().integer(1, axis) : new Message().text(2, axis));
  const tensorType = new Message().integer(1, FLOAT32).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensorType));
}

/** AttributeProto. */
function attribute(name: string, value: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.integer(INT.field, value).integer(20, INT.type);
  if (typeof value === "string") return message.text(STRING.field, value).integer(20, STRING.type);
  if ("float" in value) return message.float(FLOAT.field, value.float).integer(20, FLOAT.type);
  for (const item of value) message.integer(INTS.field, item);
  return message.integer(20, INTS.type);
}
