/** Reads ONNX models with code of its own, to look at what was written. */
import { type Message, messages, readMessage, texts } from "./protobuf-reader.ts";

/** An ONNX model as plain data; field numbers are read off onnx.proto. */
export function readOnnx(bytes: Uint8Array) {
  const model = readMessage(bytes);
  const [graph] = messages(model, 7);
  if (!graph) throw new Error("the model has no graph");
  const value = (info: Message) => {
    const [tensorType] = messages(info, 2).flatMap((type) => messages(type, 1));
    const axes = messages(tensorType as Message, 2).flatMap((shape) => messages(shape, 1));
    return {
      name: texts(info, 1)[0],
      type: tensorType?.get(1)?.[0],
      axes: axes.map((axis) => axis.get(1)?.[0] ?? texts(axis, 2)[0]),
    };
  };
  return {
    irVersion: model.get(1)?.[0],
    producer: [...texts(model, 2), ...texts(model, 3)],
    description: texts(model, 6)[0],
    operatorSets: messages(model, 8).map((set) => [texts(set, 1)[0], set.get(2)?.[0]]),
    metadata: Object.fromEntries(
      messages(model, 14).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]]),
    ),
    graph: texts(graph, 2)[0],
    inputs: messages(graph, 11).map(value),
    outputs: messages(graph, 12).map(value),
    nodes: messages(graph, 1).map((node) => ({
      type: texts(node, 4)[0],
      inputs: texts(node, 1),
      outputs: texts(node, 2),
      attributes: Object.fromEntries(
        messages(node, 5).map((attribute) => {
          const type = attribute.get(20)?.[0];
          const [f, i] = [attribute.get(2)?.[0], attribute.get(3)?.[0]];
          const content =
            type === 1 ? f : type === 2 ? i : type === 3 ? texts(attribute, 4)[0] : attribute.get(8);
          return [texts(attribute, 1)[0], content];
        }),
      ),
    })),
    constants: new Map(
      messages(graph, 5).map((tensor) => {
        const raw = Uint8Array.from(tensor.get(9)?.[0] as Uint8Array).buffer;
        const type = tensor.get(2)?.[0];
        const data = type === 1 ? [...new Float32Array(raw)] : [...new BigInt64Array(raw)].map(Number);
        return [texts(tensor, 8)[0], { type, shape: tensor.get(1) ?? [], data }];
      }),
    ),
  };
}
