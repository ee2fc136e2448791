/**
 * Networks in TensorFlow.js's layers format (a model.json with its weights in files beside it), such as UpscalerJS's ESRGAN models,
 * as ONNX files. What such networks are made of is known here, not all of Keras.
 */
import { InputError } from "../../engine/errors.ts";
import { OnnxGraph } from "../../engine/io/index.ts";

interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, ...unknown[]])[])[];
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: unknown;
}

interface Model {
  readonly format: string;
  readonly modelTopology: {
    readonly model_config: {
      readonly config: { readonly layers: readonly Layer[]; readonly output_layers: readonly [string][] };
    };
  };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly Weight[];
  }[];
}

type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Of UpscalerJS's residual-in-residual blocks. */
const BETA = 0.2;

/** Whether a file is such a model.json. */
export function isTfjsModel(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b && parsed(bytes)?.format === "layers-model";
}

function parsed(bytes: Uint8Array): Model | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Model;
  } catch {
    return undefined;
  }
}

/**
 * The network of a model.json as an ONNX file, from RGB in [0, 1] to RGB in [0, 1], height and width free.
 * @param readBeside reads a file of weights by its name in the folder of the model.json
 * @param version of this program
 * @throws InputError naming the layer or tensor that is not known
 */
export async function tfjsToOnnx(
  bytes: Uint8Array,
  file: string,
  readBeside: (name: string) => Promise<Uint8Array>,
  version: string,
): Promise<Uint8Array> {
  const model = parsed(bytes);
  const config = model?.modelTopology?.model_config?.config;
  const output = config?.output_layers?.[0]?.[0];
  if (!model || !Array.isArray(config?.layers) || typeof output !== "string")
    throw new InputError(`${file}: no network of layers is described in it`);
  const weights = await readWeights(model, file, readBeside);
  const graph = new OnnxGraph();
  const writer = new Writer(graph, weights, file);
  // UpscalerJS's RDN networks take and make bytes, its RRDN ones what we do.
  const inBytes = !config.layers.some((layer) => layer.class_name === "MultiplyBeta");
  const input = graph.input("input", ["batch", 3, "height", "width"]);
  writer.begin(inBytes ? writer.times(input, 255) : input);
  for (const layer of config.layers) writer.layer(layer);
  writer.times(writer.valueOf(output), inBytes ? 1 / 255 : 1, "output");
  graph.output("output", ["batch", 3, "height_out", "width_out"]);
  return graph.encode({
    name: "tfjs",
    description: `Converted from ${file.split(/[\\/]/).at(-1)}. RGB in [0, 1] to RGB in [0, 1].`,
    producer: ["ganvas", version],
  });
}

async function readWeights(
  model: Model,
  file: string,
  readBeside: (name: string) => Promise<Uint8Array>,
): Promise<Weights> {
  const found = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { paths, weights } of model.weightsManifest ?? []) {
    const stray = paths.find((path) => /[\\/]|^\.*$/.test(path));
    if (stray !== undefined)
      throw new InputError(`${file}: its weights should lie beside it, not at ${stray}`);
    const shards = [];
    for (const path of paths) shards.push(await readBeside(path));
    const bytes = new Uint8Array(await new Blob(shards as BlobPart[]).arrayBuffer());
    let at = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      if (dtype !== "float32" || quantization !== undefined)
        throw new InputError(
          `${file}: weights ${name} are ${quantization ? "quantised" : dtype}, not float32`,
        );
      const length = 4 * shape.reduce((product, size) => product * size, 1);
      if (!Number.isSafeInteger(length) || at + length > bytes.length)
        throw new InputError(`${file}: the files of weights end before ${name}`);
      found.set(name, { shape, data: new Float32Array(bytes.slice(at, at + length).buffer) });
      at += length;
    }
  }
  return found;
}

/** Writes one layer after the other; values are [n, c, h, w] here, where Keras has [n, h, w, c]. */
class Writer {
  readonly #graph: OnnxGraph;
  readonly #weights: Weights;
  readonly #file: string;
  readonly #values = new Map<string, string>();
  #input = "";

  constructor(graph: OnnxGraph, weights: Weights, file: string) {
    this.#graph = graph;
    this.#weights = weights;
    this.#file = file;
  }

  begin(input: string): void {
    this.#input = input;
  }

  valueOf(layer: string): string {
    const value = this.#values.get(layer);
    if (value === undefined) throw new InputError(`${this.#file}: layer ${layer} comes before what it needs`);
    return value;
  }

  times(value: string, factor: number, name?: string): string {
    const by = this.#graph.constant([], Float32Array.of(factor));
    return this.#graph.op("Mul", [value, by], {}, name);
  }

  layer(layer: Layer): void {
    const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => this.valueOf(name));
    this.#values.set(layer.name, this.#written(layer, inputs));
  }

  #written(layer: Layer, inputs: readonly string[]): string {
    const { class_name: kind, config, name } = layer;
    const [x = ""] = inputs;
    const graph = this.#graph;
    const shuffle = /^PixelShuffle(\d)x$/.exec(kind)?.[1];
    if (kind === "InputLayer") return this.#input;
    if (kind === "Conv2D") return this.#activated(this.#conv(layer, x), config.activation, layer);
    if (kind === "Activation") return this.#activated(x, config.activation, layer);
    if (kind === "Add") return inputs.slice(1).reduce((sum, other) => graph.op("Add", [sum, other]), x);
    if (kind === "MultiplyBeta") return this.times(x, BETA);
    if (kind === "Concatenate" && (config.axis === 3 || config.axis === -1))
      return graph.op("Concat", inputs, { axis: 1 });
    // TensorFlow's order of channels.
    if (shuffle !== undefined)
      return graph.op("DepthToSpace", [x], { blocksize: Number(shuffle), mode: "DCR" });
    if (kind === "UpSampling2D" && config.interpolation === "nearest" && Array.isArray(config.size)) {
      const scales = graph.constant([4], Float32Array.from([1, 1, ...config.size]));
      const nearest = {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      };
      return graph.op("Resize", [x, "", scales], nearest);
    }
    throw new InputError(`${this.#file}: layer ${name} is a ${kind} of a kind that is not known here`);
  }

  #activated(value: string, activation: unknown, { name }: Layer): string {
    if (activation === "linear" || activation === undefined) return value;
    if (activation === "relu") return this.#graph.op("Relu", [value]);
    throw new InputError(`${this.#file}: the activation ${activation} of layer ${name} is not known here`);
  }

  #conv({ name, config }: Layer, x: string): string {
    const kernel = this.#weights.get(`${name}/kernel`);
    const [strides, dilations] = [config.strides, config.dilation_rate ?? [1, 1]].map(String);
    if (kernel?.shape.length !== 4 || strides !== "1,1" || dilations !== "1,1")
      throw new InputError(`${this.#file}: layer ${name} needs a kernel [h, w, in, out], without strides`);
    const [h = 0, w = 0, i = 0, o = 0] = kernel.shape;
    const data = new Float32Array(kernel.data.length);
    for (let y = 0; y < h * w; y++)
      for (let c = 0; c < i; c++)
        for (let k = 0; k < o; k++)
          data[(k * i + c) * h * w + y] = kernel.data[(y * i + c) * o + k] as number;
    const inputs = [x, this.#graph.constant([o, i, h, w], data)];
    const bias = this.#weights.get(`${name}/bias`);
    if (bias) inputs.push(this.#graph.constant([o], bias.data));
    const around = config.padding === "same" ? [h - 1, w - 1] : [0, 0];
    const pads = [...around.map((all) => all >> 1), ...around.map((all) => all - (all >> 1))];
    return this.#graph.op("Conv", inputs, { kernel_shape: [h, w], pads });
  }
}
