/** VGG19's layers and files, without running it. */
import { describe, expect, test } from "vitest";
import { hostTensor, readSafetensors, writeSafetensors } from "../../../engine/io/index.ts";
import { metadataOf } from "../../../models/architecture.ts";
import { VGG19, VGG_LAYERS, type VggLayer } from "../../../models/features/vgg19.ts";
import { parseVgg19 } from "../../../models/features/vgg19-files.ts";

describe("layers", () => {
  test.each([
    ["relu1_1", 2],
    ["relu2_2", 9],
    ["pool4", 28],
    ["conv5_4", 35],
    ["relu5_4", 36],
  ] as const)("%s is the last of torchvision's features[:%d]", (layer, length) => {
    expect(VGG_LAYERS.indexOf(layer) + 1).toBe(length);
    expect(new VGG19({ layer }).features).toHaveLength(length);
  });

  test("one that does not exist is named", () => {
    expect(() => new VGG19({ layer: "relu2_3" as VggLayer })).toThrow('VGG19 has no layer "relu2_3"');
  });
});

describe("files", () => {
  /** A file of the weights up to a layer, all zero, under other names. */
  const fileOf = (layer: VggLayer, rename = (name: string) => name, more: [string, number[]][] = []) => {
    const shapes = [...new VGG19({ layer }).fileShapes(), ...more];
    const entries = shapes.map(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [rename(name), hostTensor(new Float32Array(size), shape)] as const;
    });
    return writeSafetensors(new Map(entries));
  };
  const caffe = (name: string) => name.replace(/features\.(\d+)/, (_, k) => VGG_LAYERS[Number(k)] as string);

  test("of torchvision, with more than is needed", () => {
    const bytes = fileOf("relu2_1", undefined, [["classifier.6.bias", [1000]]]);
    const vgg = parseVgg19(bytes, "vgg19.safetensors", { layer: "relu1_2" });
    expect([vgg.layer, vgg.input]).toEqual(["relu1_2", "torchvision"]);
    expect(vgg.features).toHaveLength(4);
  });

  test("go as far behind the layer as is asked for", () => {
    const vgg = parseVgg19(fileOf("relu3_1"), "vgg.safetensors", { layer: "relu2_2", upTo: "relu3_1" });
    expect(vgg.layer).toBe("relu2_2");
    expect(vgg.features).toHaveLength(12);
    expect(() =>
      parseVgg19(fileOf("relu2_2"), "small.safetensors", { layer: "relu2_2", upTo: "relu3_1" }),
    ).toThrow("small.safetensors ends with conv2_2, before relu3_1: it has no conv3_1.weight");
    // A layer before that one asks for nothing.
    expect(
      parseVgg19(fileOf("relu2_2"), "vgg.safetensors", { layer: "relu2_2", upTo: "relu1_1" }).features,
    ).toHaveLength(9);
  });

  test("under Caffe's names expect Caffe's input", () => {
    const vgg = parseVgg19(fileOf("relu1_2", caffe), "vgg.safetensors", { layer: "relu1_2" });
    expect(vgg.input).toBe("caffe");
    const forced = parseVgg19(fileOf("relu1_2"), "vgg.safetensors", { layer: "relu1_2", input: "caffe" });
    expect(forced.input).toBe("caffe");
  });

  test("say in their metadata what their names and shapes do not", async () => {
    const net = new VGG19({ layer: "relu1_1", input: "caffe", padding: "reflect", width: 4 });
    const bytes = (metadata: Record<string, string>) =>
      parseVgg19(
        writeSafetensors(readSafetensors(fileOf("relu1_1"), "vgg").tensors, metadata),
        "vgg.safetensors",
        { layer: "relu1_1" },
      );
    const said = bytes(metadataOf(net));
    expect([said.input, said.padding]).toEqual(["caffe", "reflect"]);
    const unsaid = bytes({ architecture: "a network of mine" });
    expect([unsaid.input, unsaid.padding]).toEqual(["torchvision", "zeros"]);
    expect(() => bytes({ architecture: '{"padding":"circular"}' })).toThrow(
      'vgg.safetensors: its metadata want padding "circular", known are zeros and reflect',
    );
  });

  test("that end too early say where", () => {
    expect(() => parseVgg19(fileOf("relu2_2"), "small.safetensors", { layer: "relu5_4" })).toThrow(
      "small.safetensors ends with conv2_2, before relu5_4: it has no conv3_1.weight",
    );
  });

  test("of something else are refused", () => {
    const bytes = fileOf("relu1_1", (name) => name.replace("features.0", "stem"));
    expect(() => parseVgg19(bytes, "net.safetensors", { layer: "relu1_1" })).toThrow(
      "net.safetensors holds no VGG19: it has neither features.0.weight nor conv1_1.weight",
    );
  });

  test("whose preparation of the image is not Caffe's are refused", () => {
    const bytes = fileOf("relu1_1", caffe, [["conv0.weight", [3, 3, 1, 1]]]);
    expect(() => parseVgg19(bytes, "other.safetensors", { layer: "relu1_1" })).toThrow(
      "conv0 is not the change",
    );
  });
});
