/** Networks of TensorFlow.js's layers: what becomes of them against float64 loops over what Keras says of each layer. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { isTfjsModel, tfjsToOnnx } from "../../../models/super-resolution/tfjs-layers.ts";
import { loadSuperResolver } from "../../../models/super-resolution/upscale.ts";

interface Made {
  readonly layers: object[];
  readonly weights: { readonly name: string; readonly shape: number[]; readonly data: Float32Array }[];
}

const layer = (class_name: string, name: string, from: readonly string[], config: object = {}) => ({
  class_name,
  name,
  config,
  inbound_nodes: from.length > 0 ? [from.map((other) => [other, 0, 0, {}])] : [],
});

function conv(made: Made, name: string, from: string, shape: number[], activation = "linear"): void {
  const padding = "same";
  made.layers.push(
    layer("Conv2D", name, [from], { padding, activation, strides: [1, 1], dilation_rate: [1, 1] }),
  );
  const values = (stream: number, size: number) =>
    fillUniform(new Float32Array(size), 5, 10 * made.weights.length + stream, -0.3, 0.3);
  made.weights.push({
    name: `${name}/kernel`,
    shape,
    data: values(
      1,
      shape.reduce((a, b) => a * b),
    ),
  });
  made.weights.push({
    name: `${name}/bias`,
    shape: [shape[3] as number],
    data: values(2, shape[3] as number),
  });
}

const json = ({ layers, weights }: Made, output: string, more: object = {}) =>
  new TextEncoder().encode(
    JSON.stringify({
      format: "layers-model",
      modelTopology: { model_config: { config: { layers, output_layers: [[output, 0, 0]] } } },
      weightsManifest: [
        {
          paths: ["a.bin", "b.bin"],
          weights: weights.map(({ name, shape }) => ({ name, shape, dtype: "float32", ...more })),
        },
      ],
    }),
  );

/** The weights in two files, which end in the middle of a number. */
const beside = ({ weights }: Made) => {
  const all = new Uint8Array(Float32Array.from(weights.flatMap(({ data }) => [...data])).buffer);
  return async (name: string) => (name === "a.bin" ? all.slice(0, 101) : all.slice(101));
};

type Picture = { readonly h: number; readonly w: number; readonly c: number; readonly data: number[] };

function convolved({ h, w, c, data }: Picture, made: Made, name: string): Picture {
  const weight = (part: string) =>
    made.weights.find((one) => one.name === `${name}/${part}`) as Made["weights"][0];
  const { shape, data: k } = weight("kernel");
  const [kh, kw, , o] = shape as [number, number, number, number];
  const bias = weight("bias").data;
  const out: number[] = [];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let f = 0; f < o; f++) {
        let sum = bias[f] as number;
        for (let v = 0; v < kh; v++)
          for (let u = 0; u < kw; u++) {
            // Keras's "same": of an even kernel's zeros more lie behind.
            const [sy, sx] = [y + v - ((kh - 1) >> 1), x + u - ((kw - 1) >> 1)];
            if (sy < 0 || sx < 0 || sy >= h || sx >= w) continue;
            for (let i = 0; i < c; i++)
              sum += (data[(sy * w + sx) * c + i] as number) * (k[((v * kw + u) * c + i) * o + f] as number);
          }
        out.push(sum);
      }
  return { h, w, c: o, data: out };
}

const mapped = (a: Picture, f: (value: number, at: number) => number): Picture => ({
  ...a,
  data: a.data.map(f),
});
const relu = (a: Picture): Picture => mapped(a, (value) => Math.max(value, 0));
const joined = (a: Picture, b: Picture): Picture => ({
  ...a,
  c: a.c + b.c,
  data: Array.from({ length: a.h * a.w }, (_, p) => [
    ...a.data.slice(p * a.c, (p + 1) * a.c),
    ...b.data.slice(p * b.c, (p + 1) * b.c),
  ]).flat(),
});

const [H, W] = [7, 6];
const input: Picture = {
  ...{ h: H, w: W, c: 3 },
  data: [...fillUniform(new Float32Array(H * W * 3), 9, 9, 0, 1)],
};

async function result(made: Made, output: string): Promise<Float32Array> {
  const bytes = await tfjsToOnnx(json(made, output), "model.json", beside(made), "0");
  const model = await loadSuperResolver("./made.onnx", async () => bytes);
  const y = model.forward(tensor(Float32Array.from(input.data), [1, H, W, 3]));
  expect(y.shape).toEqual([1, 2 * H, 2 * W, 3]);
  return (await y.data()) as Float32Array;
}

function near(got: Float32Array, want: (y: number, x: number, c: number) => number): void {
  let most = 0;
  for (let y = 0; y < 2 * H; y++)
    for (let x = 0; x < 2 * W; x++)
      for (let c = 0; c < 3; c++)
        most = Math.max(most, Math.abs((got[(y * 2 * W + x) * 3 + c] as number) - want(y, x, c)));
  expect(most).toBeLessThan(1e-5);
}

describe("layers", () => {
  test("of bytes: dense connections and pixels repeated", async () => {
    const made: Made = { layers: [layer("InputLayer", "LR", [])], weights: [] };
    conv(made, "a", "LR", [3, 3, 3, 4], "relu");
    conv(made, "b", "a", [2, 2, 4, 2]);
    made.layers.push(layer("Activation", "b_relu", ["b"], { activation: "relu" }));
    made.layers.push(layer("Concatenate", "both", ["a", "b_relu"], { axis: 3 }));
    conv(made, "c", "both", [1, 1, 6, 3]);
    made.layers.push(layer("Add", "sum", ["c", "LR"]));
    made.layers.push(layer("UpSampling2D", "up", ["sum"], { size: [2, 2], interpolation: "nearest" }));
    const x = mapped(input, (value) => 255 * value);
    const a = relu(convolved(x, made, "a"));
    const c = convolved(joined(a, relu(convolved(a, made, "b"))), made, "c");
    const sum = mapped(c, (value, at) => (value + (x.data[at] as number)) / 255);
    near(await result(made, "up"), (y, col, k) => sum.data[((y >> 1) * W + (col >> 1)) * 3 + k] as number);
  });

  test("of [0, 1]: scaled shortcuts and TensorFlow's depth to space", async () => {
    const made: Made = { layers: [layer("InputLayer", "LR", [])], weights: [] };
    conv(made, "a", "LR", [3, 3, 3, 12]);
    made.layers.push(layer("MultiplyBeta", "beta", ["a"]));
    made.layers.push(layer("PixelShuffle2x", "shuffle", ["beta"]));
    const a = convolved(input, made, "a");
    near(
      await result(made, "shuffle"),
      (y, x, k) => 0.2 * (a.data[((y >> 1) * W + (x >> 1)) * 12 + ((y & 1) * 2 + (x & 1)) * 3 + k] as number),
    );
  });
});

describe("files", () => {
  const made: Made = { layers: [layer("InputLayer", "LR", [])], weights: [] };
  conv(made, "a", "LR", [3, 3, 3, 3]);
  const bytes = json(made, "a");

  test("are known by what they say", () => {
    expect(isTfjsModel(bytes)).toBe(true);
    for (const text of ["{", "[]", '{"format":"graph-model"}', "null"])
      expect(isTfjsModel(new TextEncoder().encode(text))).toBe(false);
  });

  test.each([
    [
      "a layer that is not known",
      json({ ...made, layers: [...made.layers, layer("LSTM", "z", ["a"])] }, "z"),
      /layer z is a LSTM of a kind that is not known/,
    ],
    [
      "a place elsewhere",
      new TextEncoder().encode(new TextDecoder().decode(bytes).replace("a.bin", "../a.bin")),
      /should lie beside it, not at ..\/a.bin/,
    ],
    ["quantised weights", json(made, "a", { quantization: {} }), /weights a\/kernel are quantised/],
    ["an output that is not there", json(made, "q"), /layer q comes before/],
    ["no network", new TextEncoder().encode('{"format":"layers-model"}'), /no network of layers/],
  ])("%s is refused", async (_, file, message) => {
    await expect(tfjsToOnnx(file, "model.json", beside(made), "0")).rejects.toThrow(message);
  });

  test("weights that end early are refused", async () => {
    const short = async () => new Uint8Array(8);
    await expect(tfjsToOnnx(bytes, "model.json", short, "0")).rejects.toThrow(/end before a\/kernel/);
  });
});
