/** An ONNX file as plain objects. Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
import { FormatError, InputError } from "../errors.ts";
import { FieldReader } from "../io/protobuf-reader.ts";
import { fromFloat16Bits } from "../half.ts";
import { sizeOf } from "../shape.ts";
import { decodeRaw, type ElementType, type Numbers, storedAs, typeOf } from "./types.ts";

/** A tensor in the file. */
export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly numbers: Numbers;
}

/** What attributes hold, by their kind. */
export interface AttributeValues {
  readonly float: number;
  readonly int: number;
  readonly string: string;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
  readonly tensor: Constant;
  readonly graph: Graph;
  /** The attribute of this name of the function that the node lies in. */
  readonly reference: string;
  readonly other: undefined;
}

export type AttributeOf<K extends keyof AttributeValues> = {
  readonly [Kind in K]: { readonly kind: Kind; readonly value: AttributeValues[Kind] };
}[K];

export type Attribute = AttributeOf<keyof AttributeValues>;

/** One operator of a graph. */
export interface OperatorNode {
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  /** An empty name is an input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An axis: its size, a name, or nothing known. */
export type Axis = number | string | undefined;

export interface Port {
  readonly name: string;
  /** Undefined where it is no tensor, or of a type that cannot be computed with. */
  readonly type: ElementType | undefined;
  readonly axes: readonly Axis[] | undefined;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly OperatorNode[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** An operator that the file defines itself. */
export interface LocalFunction {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OperatorNode[];
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly versions: ReadonlyMap<string, number>;
}

export interface Model {
  readonly producer: string;
  readonly graph: Graph;
  /** Versions of the operator sets, by domain; that of ONNX itself is "". */
  readonly versions: ReadonlyMap<string, number>;
  /** By domain and name, as "domain:name". */
  readonly functions: ReadonlyMap<string, LocalFunction>;
}

/** Graphs lie in attributes of graphs: no real file has so many within each other. */
const MOST_NESTED = 16;

/**
 * Reads an ONNX file.
 * @throws FormatError when it is none, or damaged
 * @throws InputError when it has weights in other files, or of types that cannot be computed with
 */
export function readModel(bytes: Uint8Array, file: string): Model {
  if (bytes.length === 0) throw new FormatError(`${file}: not an ONNX file (it is empty)`);
  const model = new FieldReader(bytes, file);
  const [graph] = model.messages(7);
  if (!graph) throw new FormatError(`${file}: not an ONNX file (it has no graph)`);
  return {
    producer: `${model.text(2)} ${model.text(3)}`.trim(),
    graph: readGraph(graph, file, 0),
    versions: readVersions(model.messages(8)),
    functions: new Map(
      model.messages(25).map((f) => [`${domainOf(f.text(10))}:${f.text(1)}`, readFunction(f, file)]),
    ),
  };
}

/** A tensor by itself, as ONNX's tests hold theirs. @throws as `readModel` */
export const readTensor = (bytes: Uint8Array, file: string): Constant =>
  readConstant(new FieldReader(bytes, file), file);

const domainOf = (text: string): string => (text === "ai.onnx" ? "" : text);

const readVersions = (sets: readonly FieldReader[]): Map<string, number> =>
  new Map(sets.map((set) => [domainOf(set.text(1)), set.integer(2)]));

function readGraph(graph: FieldReader, file: string, depth: number): Graph {
  if (depth > MOST_NESTED)
    throw new FormatError(`${file}: more than ${MOST_NESTED} graphs lie in each other`);
  if (graph.has(15)) throw new InputError(`${file}: sparse weights cannot be read`);
  return {
    name: graph.text(2),
    nodes: graph.messages(1).map((node) => readNode(node, file, depth)),
    constants: graph.messages(5).map((tensor) => readConstant(tensor, file)),
    inputs: graph.messages(11).map((port) => readPort(port)),
    outputs: graph.messages(12).map((port) => readPort(port)),
  };
}

function readPort(port: FieldReader): Port {
  const [tensor] = port.messages(2).flatMap((type) => type.messages(1));
  const [shape] = tensor?.messages(2) ?? [];
  const code = tensor?.integer(1) ?? 0;
  let type: ElementType | undefined;
  try {
    type = typeOf(code, "");
  } catch {
    type = undefined;
  }
  const axes = shape?.messages(1).map((axis) => {
    if (axis.has(1)) return axis.integer(1);
    return axis.has(2) ? axis.text(2) : undefined;
  });
  return { name: port.text(1), type, axes };
}

function readNode(node: FieldReader, file: string, depth: number): OperatorNode {
  return {
    name: node.text(3),
    operator: node.text(4),
    domain: domainOf(node.text(7)),
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: new Map(node.messages(5).map((a) => [a.text(1), readAttribute(a, file, depth)])),
  };
}

function readFunction(f: FieldReader, file: string): LocalFunction {
  return {
    inputs: f.texts(4),
    outputs: f.texts(5),
    nodes: f.messages(7).map((node) => readNode(node, file, 0)),
    defaults: new Map(f.messages(11).map((a) => [a.text(1), readAttribute(a, file, 0)])),
    versions: readVersions(f.messages(9)),
  };
}

function readAttribute(a: FieldReader, file: string, depth: number): Attribute {
  if (a.has(21)) return { kind: "reference", value: a.text(21) };
  switch (a.integer(20)) {
    case 1:
      return { kind: "float", value: a.floats(2).at(-1) ?? 0 };
    case 2:
      return { kind: "int", value: a.integer(3) };
    case 3:
      return { kind: "string", value: a.text(4) };
    case 4: {
      const [tensor] = a.messages(5);
      if (!tensor) break;
      return { kind: "tensor", value: readConstant(tensor, file) };
    }
    case 5: {
      const [graph] = a.messages(6);
      if (!graph) break;
      return { kind: "graph", value: readGraph(graph, file, depth + 1) };
    }
    case 6:
      return { kind: "floats", value: a.floats(7) };
    case 7:
      return { kind: "ints", value: a.integers(8).map(Number) };
    case 8:
      return { kind: "strings", value: a.texts(9) };
  }
  return { kind: "other", value: undefined };
}

function readConstant(tensor: FieldReader, file: string): Constant {
  const name = tensor.text(8);
  const where = name === "" ? file : `${file}: tensor ${JSON.stringify(name)}`;
  const shape = tensor.integers(1).map(Number);
  const size = sizeOf(shape);
  if (shape.some((n) => n < 0) || !Number.isSafeInteger(size))
    throw new FormatError(`${where}: the shape [${shape.join(", ")}] is none`);
  if (tensor.integer(14) === 1)
    throw new InputError(`${where}: its numbers lie in another file; save the model with all weights inside`);
  const type = typeOf(tensor.integer(2), where);
  const [raw] = tensor.bytes(9);
  const numbers = raw ? decodeRaw(type, raw, size, where) : listed(tensor, type);
  if (numbers.length !== size)
    throw new FormatError(
      `${where}: the shape [${shape.join(", ")}] holds ${size} numbers, there are ${numbers.length}`,
    );
  return { name, type, shape, numbers };
}

/** Numbers in the fields that each type has of its own. */
function listed(tensor: FieldReader, type: ElementType): Numbers {
  switch (type) {
    case "float32":
      return Float32Array.from(tensor.floats(4));
    case "float64":
      return Float64Array.from(tensor.floats(10, 64));
    case "int64":
      return Float64Array.from(tensor.integers(7), Number);
    case "uint32":
    case "uint64":
      return Float64Array.from(tensor.integers(11), (n) => Number(BigInt.asUintN(64, n)));
    case "float16":
      return fromFloat16Bits(Uint16Array.from(tensor.integers(5), Number));
    case "bfloat16":
      return new Float32Array(Uint32Array.from(tensor.integers(5), (n) => Number(n) << 16).buffer);
    default:
      return storedAs(type, Float64Array.from(tensor.integers(5), Number));
  }
}
