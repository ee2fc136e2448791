/** Reading ONNX files, and what is computed in host memory: no device is needed. */
import { describe, expect, test } from "vitest";
import { FormatError, InputError } from "../../../engine/errors.ts";
import { FieldReader } from "../../../engine/io/protobuf-reader.ts";
import { Message } from "../../../engine/io/protobuf.ts";
import { importOnnx, type OnnxInput } from "../../../engine/onnx/index.ts";
import { uniformNumbers } from "../../../engine/onnx/mersenne-twister.ts";
import { floats, type Given, type GraphText, type NodeText, onnxFile, wholes } from "./build.ts";

const numbersAs = (type: "int64" | "bool" | "float64", { shape, values }: Given): OnnxInput => ({
  type,
  shape,
  numbers: Float64Array.from(values, Number),
});

/** What a graph of constants makes. */
async function resultOf(
  graph: GraphText,
  version?: number,
): Promise<{ shape: readonly number[]; numbers: number[] }> {
  const net = importOnnx(onnxFile(graph, version));
  const results = await net.run({});
  const y = results.get(graph.outputs[0] as string);
  return { shape: y?.shape ?? [], numbers: [...((await y?.numbers()) ?? [])] };
}

const single = (node: NodeText, constants: Readonly<Record<string, Given>>): GraphText => ({
  nodes: [{ ...node, inputs: node.inputs ?? Object.keys(constants) }],
  outputs: ["y"],
  constants,
});

describe("protocol buffers that are read", () => {
  test("give back what was written: packed or not, with and without sign", () => {
    const packed = new Message().bytes(
      8,
      Uint8Array.of(1, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
    );
    expect(new FieldReader(packed.finish(), "f").integers(8)).toEqual([1n, 128n, -1n]);
    const fields = new FieldReader(new Message().integer(3, -5).float(2, 0.5).text(1, "ä").finish(), "f");
    expect([fields.integer(3), fields.floats(2), fields.text(1), fields.integer(9, 7)]).toEqual([
      -5,
      [0.5],
      "ä",
      7,
    ]);
  });

  test.each([
    ["a length beyond the end", [0x0a, 0x7f, 1]],
    ["a length of 2^63", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ["a number without an end", [0x08, ...Array(12).fill(0x80)]],
    ["a group", [0x0b, 0x0c]],
    ["field 0", [0x00, 0x01]],
    ["a cut float", [0x15, 1, 2]],
  ])("%s is damage", (_, bytes) => {
    expect(() => new FieldReader(Uint8Array.from(bytes), "net.onnx")).toThrow(/net\.onnx: damaged/);
  });
});

describe("files", () => {
  const whole = onnxFile({
    nodes: [{ op: "Conv", inputs: ["x", "w"], attributes: { pads: [1n, 1n, 1n, 1n] } }],
    inputs: { x: [1, 1, "h", "w"] },
    outputs: ["y"],
    constants: { w: floats([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]) },
  });

  test("are read with their inputs, results and weights", () => {
    const net = importOnnx(whole);
    expect(net.inputs).toEqual([{ name: "x", type: "float32", axes: [1, 1, "h", "w"] }]);
    expect([...net.parameters().keys()]).toEqual(["tensors.w"]);
    expect(net.parameterCount).toBe(9);
  });

  test("cut off anywhere they are refused in a sentence or lack an end, and never take long", () => {
    for (let n = 0; n < whole.length; n++) {
      try {
        importOnnx(whole.subarray(0, n), "net.onnx");
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toContain("net.onnx");
      }
    }
  });

  test("with any one byte changed they are read or refused in a sentence", () => {
    for (let n = 0; n < whole.length; n++) {
      const changed = Uint8Array.from(whole);
      changed[n] = (changed[n] as number) ^ 0xff;
      try {
        importOnnx(changed, "net.onnx");
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
  });

  test("a shape that its numbers do not fill takes no memory", () => {
    const tensor = new Message();
    for (let k = 0; k < 6; k++) tensor.integer(1, 2 ** 31);
    tensor.integer(2, 1).text(8, "w").bytes(9, new Uint8Array(4));
    const bytes = new Message().message(7, new Message().message(5, tensor)).finish();
    expect(() => importOnnx(bytes, "net.onnx")).toThrow(FormatError);
  });

  test("graphs within each other without end are refused", () => {
    let graph: GraphText = { nodes: [{ op: "Identity", inputs: ["x"] }], outputs: ["y"] };
    for (let k = 0; k < 30; k++)
      graph = { nodes: [{ op: "If", inputs: ["c"], attributes: { then_branch: graph } }], outputs: ["y"] };
    expect(() => importOnnx(onnxFile(graph), "net.onnx")).toThrow(
      "net.onnx: more than 16 graphs lie in each other",
    );
  });

  test("weights in other files and strings are told", () => {
    const constant = (tensor: Message) =>
      new Message().message(7, new Message().message(5, tensor.text(8, "w"))).finish();
    expect(() => importOnnx(constant(new Message().integer(1, 2).integer(2, 1).integer(14, 1)))).toThrow(
      'tensor "w": its numbers lie in another file',
    );
    expect(() => importOnnx(constant(new Message().integer(2, 8)))).toThrow("elements of type string");
  });

  test("what is not known is named with all its places at once", () => {
    const graph: GraphText = {
      nodes: [
        { op: "Relu", inputs: ["x"], outputs: ["a"] },
        { op: "Foo", inputs: ["a"], outputs: ["b"], name: "first" },
        { op: "Bar", inputs: ["b"], outputs: ["c"], domain: "com.example" },
        { op: "Foo", inputs: ["c"], name: "second" },
      ],
      inputs: { x: [1] },
      outputs: ["y"],
    };
    expect(() => importOnnx(onnxFile(graph), "net.onnx")).toThrow(
      'net.onnx: operators that are not known: Foo ("first", "second"); com.example.Bar (that makes "c")',
    );
  });
});

describe("what is called wrongly is told by the name of the input or the node", () => {
  const net = importOnnx(
    onnxFile({
      nodes: [{ op: "TopK", inputs: ["x", "k"], outputs: ["y", "i"], name: "best" }],
      inputs: { x: [2, 3] },
      outputs: ["y"],
      constants: { k: wholes([5]) },
    }),
  );
  test.each([
    [
      "there is no input",
      { z: numbersAs("float64", floats([1])) },
      'there is no input "z"; this network takes x',
    ],
    ["missing", {}, 'input "x" is missing'],
    ["shape", { x: numbersAs("float64", floats([1, 2])) }, 'input "x" should be [2, 3], got [2]'],
    [
      "too many",
      { x: numbersAs("float64", floats([1, 2, 3, 4, 5, 6], [2, 3])) },
      'TopK "best": asks for 5 of 3 elements',
    ],
  ])("%s", async (_, inputs, message) => {
    await expect(net.run(inputs)).rejects.toThrow(message);
  });
});

describe("in host memory", () => {
  test.each<[string, NodeText, Record<string, Given>, number[], number[]]>([
    ["whole quotients go towards 0", { op: "Div" }, { a: wholes([7, -7]), b: wholes([2]) }, [2], [3, -3]],
    ["Mod has the divisor's sign", { op: "Mod" }, { a: wholes([-4, 7]), b: wholes([3, -3]) }, [2], [2, -2]],
    [
      "fmod has the dividend's",
      { op: "Mod", attributes: { fmod: 1n } },
      { a: wholes([-4, 7]), b: wholes([3, -3]) },
      [2],
      [-1, 1],
    ],
    [
      "Cast wraps to few bits",
      { op: "Cast", attributes: { to: 2n } },
      { a: wholes([257, -1]) },
      [2],
      [1, 255],
    ],
    ["Cast cuts off", { op: "Cast", attributes: { to: 7n } }, { a: floats([-1.7], []) }, [], [-1]],
    [
      "Slice goes backwards to the first",
      { op: "Slice" },
      { x: wholes([1, 2, 3, 4]), s: wholes([-1]), e: wholes([-100]), a: wholes([0]), t: wholes([-2]) },
      [2],
      [4, 2],
    ],
    [
      "Reshape keeps what is 0",
      { op: "Reshape" },
      { x: wholes([1, 2, 3, 4, 5, 6], [2, 3]), s: wholes([0, -1, 1]) },
      [2, 3, 1],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      "Range",
      { op: "Range" },
      { a: wholes([10], []), b: wholes([4], []), c: wholes([-3], []) },
      [2],
      [10, 7],
    ],
    ["NonZero", { op: "NonZero" }, { x: wholes([1, 0, 0, 2], [2, 2]) }, [2, 2], [0, 1, 0, 1]],
    [
      "Tile",
      { op: "Tile" },
      { x: wholes([1, 2], [1, 2]), r: wholes([2, 2]) },
      [2, 4],
      [1, 2, 1, 2, 1, 2, 1, 2],
    ],
    [
      "Pad of whole numbers",
      { op: "Pad" },
      { x: wholes([1, 2]), p: wholes([1, 1]), v: wholes([9], []) },
      [4],
      [9, 1, 2, 9],
    ],
    [
      "wrapped borders",
      { op: "Pad", attributes: { mode: "wrap" } },
      { x: wholes([1, 2, 3]), p: wholes([1, 2]) },
      [6],
      [3, 1, 2, 3, 1, 2],
    ],
    [
      "ScatterND adds what meets",
      { op: "ScatterND", attributes: { reduction: "add" } },
      { x: wholes([1, 1]), i: wholes([1, 1], [2, 1]), u: wholes([5, 6]) },
      [2],
      [1, 12],
    ],
    [
      "GatherND with negative places",
      { op: "GatherND" },
      { x: wholes([1, 2, 3, 4], [2, 2]), i: wholes([-1, 0], [1, 2]) },
      [1],
      [3],
    ],
    [
      "CumSum from the end, without itself",
      { op: "CumSum", attributes: { exclusive: 1n, reverse: 1n } },
      { x: wholes([1, 2, 3]), a: wholes([0], []) },
      [3],
      [5, 3, 0],
    ],
    ["Unique", { op: "Unique" }, { x: wholes([3, 1, 3]) }, [2], [1, 3]],
    [
      "ReduceProd",
      { op: "ReduceProd", attributes: { keepdims: 0n } },
      { x: wholes([2, 3, 4], [3]) },
      [],
      [24],
    ],
    ["rounding to even", { op: "Round" }, { x: floats([-2.5], []) }, [], [-2]],
  ])("%s", async (_, node, constants, shape, numbers) => {
    const result = await resultOf(single(node, constants));
    expect(result.shape).toEqual(shape);
    expect(result.numbers.map((v) => v + 0)).toEqual(numbers);
  });

  test("shapes are followed from node to node", async () => {
    const graph: GraphText = {
      nodes: [
        { op: "Shape", inputs: ["x"], outputs: ["s"] },
        { op: "Gather", inputs: ["s", "last"], outputs: ["n"] },
        { op: "Mul", inputs: ["n", "two"], outputs: ["m"] },
        { op: "Concat", inputs: ["m", "rest"], outputs: ["t"], attributes: { axis: 0n } },
        { op: "Reshape", inputs: ["x", "t"], outputs: ["y"] },
      ],
      inputs: { "int64:x": [2, "n"] },
      outputs: ["y"],
      constants: { last: wholes([-1]), two: wholes([2]), rest: wholes([-1]) },
    };
    const results = await importOnnx(onnxFile(graph)).run({
      x: numbersAs("int64", wholes([1, 2, 3, 4], [2, 2])),
    });
    expect(results.get("y")?.shape).toEqual([4, 1]);
  });

  test("If takes one branch, Loop goes round as often as it says and collects", async () => {
    const branch = (value: number): GraphText => ({
      nodes: [{ op: "Constant", outputs: ["r"], attributes: { value_ints: [BigInt(value)] } }],
      outputs: ["r"],
    });
    const body: GraphText = {
      nodes: [
        { op: "Add", inputs: ["v", "i"], outputs: ["w"] },
        { op: "Less", inputs: ["w", "limit"], outputs: ["go"] },
        { op: "Identity", inputs: ["w"], outputs: ["seen"] },
      ],
      inputs: { "int64:i": [], "bool:c": [], "int64:v": [] },
      outputs: ["go", "w", "seen"],
    };
    const net = importOnnx(
      onnxFile({
        nodes: [
          {
            op: "If",
            inputs: ["c"],
            outputs: ["chosen"],
            attributes: { then_branch: branch(1), else_branch: branch(2) },
          },
          { op: "Loop", inputs: ["most", "", "start"], outputs: ["final", "all"], attributes: { body } },
        ],
        inputs: { "bool:c": [] },
        outputs: ["chosen", "final", "all"],
        constants: { most: wholes([10], []), start: wholes([1], []), limit: wholes([4], []) },
      }),
    );
    const results = await net.run({ c: numbersAs("bool", wholes([0], [])) });
    const numbers = async (name: string) => [...((await results.get(name)?.numbers()) ?? [])];
    expect([await numbers("chosen"), await numbers("final"), await numbers("all")]).toEqual([
      [2],
      [4],
      [1, 2, 4],
    ]);
  });

  test("numbers with a seed are NumPy's", () => {
    // numpy.random.seed(0); numpy.random.uniform(size=3), as NumPy's documentation prints them
    const numbers = uniformNumbers(0);
    const drawn = [0, 1, 2].map(() => numbers.next().value);
    [0.5488135, 0.71518937, 0.60276338].forEach((value, k) => {
      expect(drawn[k]).toBeCloseTo(value, 7);
    });
  });
});
