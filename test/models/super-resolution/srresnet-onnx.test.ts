/** The graph that a network is exported as. That it computes the same is shown by srresnet-onnx.gpu.test.ts. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { SRResNet, type SRResNetOptions } from "../../../models/super-resolution/srresnet.ts";
import { srresnetOnnx } from "../../../models/super-resolution/srresnet-onnx.ts";
import { madeUpWeights } from "../../cli/samples.ts";
import { readOnnx } from "../../engine/io/onnx-reader.ts";

const info = { model: "example", license: "CC0-1.0", version: "1.2.3" };

function exported(options: SRResNetOptions) {
  const weights = madeUpWeights({ numBlocks: 1, width: 4, ...options });
  const { config } = new SRResNet({ numBlocks: 1, width: 4, ...options });
  return { config, weights, model: readOnnx(srresnetOnnx({ config, weights, file: "made up" }, info)) };
}

describe("an exported SRResNet", () => {
  test("says what it takes and gives, whose it is, and who wrote it", () => {
    const { config, model } = exported({});
    expect(model.inputs).toEqual([{ name: "input", type: 1, axes: ["batch", 3, "height", "width"] }]);
    expect(model.outputs).toEqual([{ name: "output", type: 1, axes: ["batch", 3, "4*height", "4*width"] }]);
    expect(model.producer).toEqual(["ganvas", "1.2.3"]);
    expect(model.description).toContain("[0, 1]");
    expect(model.metadata).toMatchObject({ model: "example", license: "CC0-1.0", ganvas_version: "1.2.3" });
    expect(model.metadata.input).toContain("RGB in [0, 1]");
    expect(JSON.parse(model.metadata.architecture as string)).toEqual(config);
  });

  test.each<SRResNetOptions>([
    {},
    { upsample: "deconv", convBias: true },
    { trunkEnd: "prelu", prelu: "shared" },
  ])("%j holds every tensor of the state dict under its name, and uses it", (options) => {
    const { weights, model } = exported(options);
    const used = new Set(model.nodes.flatMap(({ inputs }) => inputs));
    for (const [name, { shape, data }] of weights) {
      const { shape: theirs, data: values } = model.constants.get(name) ?? {};
      // Slopes of PReLU carry axes for height and width.
      expect(theirs).toEqual(name.endsWith("act.weight") ? [...shape, 1, 1] : shape);
      expect(values).toEqual([...data].map(Number));
      expect(used).toContain(name);
    }
  });

  test("shuffles pixels in PyTorch's order, and mirrors by an operator of its own", () => {
    const { model } = exported({ padding: "reflect" });
    const shuffles = model.nodes.filter(({ type }) => type === "DepthToSpace");
    expect(shuffles.map(({ attributes }) => attributes)).toEqual(
      Array(2).fill({ blocksize: 2, mode: "CRD" }),
    );
    const pads = model.nodes.filter(({ type }) => type === "Pad");
    const convolutions = model.nodes.filter(({ type }) => type === "Conv");
    expect([pads.length, convolutions.length]).toEqual([7, 7]);
    expect(convolutions.map(({ attributes }) => attributes)).toEqual(Array(7).fill({}));
  });

  test("is refused where a tensor is missing", () => {
    const { config } = new SRResNet({ numBlocks: 1, width: 4 });
    const weights = new Map(
      [...madeUpWeights()].filter(([name]) => name !== "tail.bias" && name !== "tail.weight"),
    );
    expect(() => srresnetOnnx({ config, weights, file: "made up" }, info)).toThrow(InputError);
    expect(() => srresnetOnnx({ config, weights, file: "made up" }, info)).toThrow(
      /made up .* 2 tensors missing \(first tail\.weight/,
    );
  });
});
