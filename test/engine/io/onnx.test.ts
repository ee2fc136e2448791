/** What is written is read by code of its own. */
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { OnnxGraph } from "../../../engine/io/index.ts";
import { Message } from "../../../engine/io/protobuf.ts";
import { readOnnx } from "./onnx-reader.ts";
import { readMessage, texts } from "./protobuf-reader.ts";

describe("protocol buffers", () => {
  test("are bytes as their documentation shows them", () => {
    expect([...new Message().integer(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().text(2, "testing").finish()]).toEqual([0x12, 7, ...Buffer.from("testing")]);
    const inner = new Message().integer(1, 150);
    expect([...new Message().message(3, inner).finish()]).toEqual([0x1a, 3, 0x08, 0x96, 0x01]);
    expect([...new Message().integer(1, -2).finish()]).toEqual([0x08, 0xfe, ...Array(8).fill(0xff), 0x01]);
  });

  test("keep field numbers, large integers, floats and repeated values", () => {
    const long = "x".repeat(300);
    const bytes = new Message()
      .integer(20, 2 ** 40)
      .float(2, 0.1)
      .integer(8, 1)
      .integer(8, 0)
      .text(900, long);
    const fields = readMessage(bytes.finish());
    expect(fields.get(20)).toEqual([2 ** 40]);
    expect(fields.get(2)).toEqual([Math.fround(0.1)]);
    expect(fields.get(8)).toEqual([1, 0]);
    expect(texts(fields, 900)).toEqual([long]);
  });
});

describe("an ONNX graph", () => {
  const graph = new OnnxGraph();
  const x = graph.input("x", ["batch", 3, "height", "width"]);
  const w = graph.constant([2, 1], new Float32Array([1.5, -2]), "w");
  const pads = graph.constant([2], new BigInt64Array([1n, -1n]));
  const padded = graph.op("Pad", [x, pads], { mode: "reflect" });
  graph.op("Example", [padded, "", w], { sizes: [1, 2], size: 4, epsilon: { float: 0.5 } }, "y");
  graph.output("y", [1]);
  const info = {
    name: "g",
    description: "größer",
    producer: ["ganvas", "9.8"] as const,
    metadata: { a: "b" },
  };

  test("is read back as it was built", () => {
    expect(readOnnx(graph.encode(info))).toEqual({
      irVersion: 7,
      producer: ["ganvas", "9.8"],
      description: "größer",
      operatorSets: [["", 13]],
      metadata: { a: "b" },
      graph: "g",
      inputs: [{ name: "x", type: 1, axes: ["batch", 3, "height", "width"] }],
      outputs: [{ name: "y", type: 1, axes: [1] }],
      nodes: [
        { type: "Pad", inputs: ["x", "t0"], outputs: ["t1"], attributes: { mode: "reflect" } },
        {
          type: "Example",
          inputs: ["t1", "", "w"],
          outputs: ["y"],
          attributes: { sizes: [1, 2], size: 4, epsilon: 0.5 },
        },
      ],
      constants: new Map([
        ["w", { type: 1, shape: [2, 1], data: [1.5, -2] }],
        ["t0", { type: 7, shape: [2], data: [1, -1] }],
      ]),
    });
  });

  test("refuses a constant whose values do not fill its shape", () => {
    expect(() => graph.constant([2, 2], new Float32Array(3), "v")).toThrow(ShapeError);
    expect(() => graph.constant([2, 2], new Float32Array(3), "v")).toThrow(/constant v \[2, 2\] .* 3 values/);
  });
});
