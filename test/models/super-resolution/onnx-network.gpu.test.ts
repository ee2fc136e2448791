/** ONNX files as super-resolvers: what upscaling must know of them, and pictures like those of the network they were made from. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { makeImage } from "../../../engine/io/image.ts";
import { isOnnx, readOnnxResolver } from "../../../models/super-resolution/onnx-network.ts";
import { readSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { srresnetOnnx } from "../../../models/super-resolution/srresnet-onnx.ts";
import { loadSuperResolver, upscaleImage } from "../../../models/super-resolution/upscale.ts";
import { floats, type NodeText, onnxFile, wholes } from "../../engine/onnx/build.ts";

const shipped = fileURLToPath(new URL("../../../models/weights/srresnet.safetensors", import.meta.url));
const weights = () => new Uint8Array(readFileSync(shipped));

const file = (nodes: readonly NodeText[], input: readonly (number | string)[] = ["n", 3, "h", "w"]) =>
  onnxFile({
    nodes,
    inputs: { x: input },
    outputs: ["y"],
    constants: {
      w: floats(Array(12 * 3 * 9).fill(0.05), [12, 3, 3, 3]),
      halves: floats([1, 1, 0.5, 0.5]),
      twice: floats([1, 1, 2, 2]),
      four: wholes([1, 3, 4, 4]),
    },
  });

const shuffle: readonly NodeText[] = [
  { op: "Conv", inputs: ["x", "w"], outputs: ["a"], attributes: { pads: [1n, 1n, 1n, 1n] } },
  { op: "DepthToSpace", inputs: ["a"], attributes: { blocksize: 2n, mode: "CRD" } },
];

describe("what upscaling must know", () => {
  test("factor and sight are read off what is recorded", async () => {
    const net = await readOnnxResolver(file(shuffle), "net.onnx");
    expect([net.scale, net.multiple, net.radius, net.bytesPerPixel]).toEqual([2, 1, 2, 48]);
  });

  test("a network that halves first takes pictures with even sides", async () => {
    const nodes: readonly NodeText[] = [
      {
        op: "MaxPool",
        inputs: ["x"],
        outputs: ["p"],
        attributes: { kernel_shape: [2n, 2n], strides: [2n, 2n] },
      },
      { op: "Resize", inputs: ["p", "", "twice"], outputs: ["q"] },
      { op: "Add", inputs: ["q", "x"] },
    ];
    const net = await readOnnxResolver(file(nodes), "net.onnx");
    expect([net.scale, net.multiple, net.radius % 2]).toEqual([1, 2, 0]);
  });

  test.each<[string, readonly NodeText[], readonly (number | string)[] | undefined, string]>([
    [
      "channels",
      shuffle,
      ["n", 1, "h", "w"],
      "net.onnx: takes pictures of 1 channels; upscaling is of three",
    ],
    ["sizes", shuffle, [1, 3, 24, 32], "net.onnx: takes pictures of 32×24 pixels alone"],
    [
      "results",
      [{ op: "Resize", inputs: ["x", "", "halves"] }],
      undefined,
      'net.onnx: its result "y" should be a picture a whole number of times as large',
    ],
  ])("other %s are told", async (_, nodes, input, message) => {
    await expect(readOnnxResolver(file(nodes, input), "net.onnx")).rejects.toThrow(message);
  });

  test("files are told apart by what they begin with", () => {
    expect([isOnnx(file(shuffle)), isOnnx(weights()), isOnnx(new Uint8Array())]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

test("an exported network enlarges a picture as the original does", async () => {
  const onnx = srresnetOnnx(readSRResNet(weights(), "srresnet"), { model: "srresnet", version: "0" });
  const [original, imported] = await Promise.all(
    [weights(), onnx].map((bytes) => loadSuperResolver("net.bin", async () => bytes)),
  );
  const pixels = Uint8Array.from({ length: 16 * 12 * 3 }, (_, k) => 128 + 100 * Math.sin(k / 7));
  const image = makeImage(pixels, 16, 12, 3);
  const [a, b] = [await upscaleImage(image, original as never), await upscaleImage(image, imported as never)];
  const worst = Math.max(...a.data.map((value, k) => Math.abs(value - (b.data[k] as number))));
  expect([b.width, b.height]).toEqual([64, 48]);
  expect(worst).toBeLessThanOrEqual(1);
});
