/**
 * SRResNet, the generator of SRGAN, as an ONNX file: for ONNX Runtime, OpenVINO, TensorRT and whatever else reads one.
 *
 * Layout letters are ONNX's: n batch, c channels, h, w. Weights keep their state-dict names and PyTorch's layouts, which are
 * ONNX's too.
 */
import {
  type HostTensor,
  checkStateDict,
  type OnnxAttribute,
  OnnxGraph,
  type OnnxInfo,
  toFloat32,
} from "../../engine/io/index.ts";
import type { SRResNetFile } from "./srresnet-files.ts";
import { SRResNet, type SRResNetConfig } from "./srresnet.ts";

/** Names and ranges of the file's one input and one output, as its metadata tell them. */
export const SRRESNET_ONNX_VALUES = {
  input: "input: float32 [batch, 3, height, width], RGB in [0, 1]",
  output: "output: float32 [batch, 3, 4*height, 4*width], RGB in [0, 1], clamped",
} as const;

/** As `engine/nn` has it. */
const BATCH_NORM_EPSILON = 1e-5;

/** What stands in a file's metadata beside the names and ranges of its values. */
export interface SRResNetOnnxInfo {
  /** The model's name. */
  readonly model: string;
  /** Under which the weights may be used, as SPDX writes it; left out where it is not known. */
  readonly license?: string;
  /** Of the program that writes the file. */
  readonly version: string;
}

/**
 * An ONNX file of a network: float32, batch, height and width chosen at each run. Values enter and leave in [0, 1], whatever
 * range the network was trained for, and are clamped at the end as they are where a picture is saved.
 * @throws InputError naming the first tensor that is not of such a network, with both shapes
 */
export function srresnetOnnx(net: SRResNetFile, { model, license, version }: SRResNetOnnxInfo): Uint8Array {
  checkStateDict(new SRResNet(net.config).fileShapes(), net.weights, net.file, "an SRResNet");
  const writer = new SRResNetWriter(net);
  writer.write();
  const { input, output } = SRRESNET_ONNX_VALUES;
  const info: OnnxInfo = {
    name: model,
    description: `${model}: SRResNet, the generator of SRGAN; RGB pictures four times larger. ${input}. ${output}.`,
    producer: ["ganvas", version],
    metadata: {
      model,
      architecture: JSON.stringify(net.config),
      ...(license === undefined ? {} : { license }),
      input,
      output,
      ganvas_version: version,
    },
  };
  return writer.graph.encode(info);
}

/** Follows `SRResNet.forward` layer by layer. */
class SRResNetWriter {
  readonly graph = new OnnxGraph();
  private readonly config: SRResNetConfig;
  private readonly weights: SRResNetFile["weights"];

  constructor({ config, weights }: SRResNetFile) {
    this.config = config;
    this.weights = weights;
  }

  write(): void {
    const { graph, config } = this;
    const lr = graph.input("input", ["batch", 3, "height", "width"]);
    const first = this.prelu(this.conv(lr, "head.conv", 4), "head.act"); // [n, c, h, w]
    let x = first;
    for (let k = 0; k < config.numBlocks; k++) x = this.residualBlock(x, `body.${k}`); // [n, c, h, w]
    x = this.conv(x, "trunk.conv", 1);
    x = config.trunkEnd === "bn" ? this.batchNorm(x, "trunk.bn") : this.prelu(x, "trunk.act");
    x = graph.op("Add", [x, first], {}, "trunk"); // [n, c, h, w]
    for (const k of [0, 1]) x = this.upsample(x, `up.${k}`); // [n, c, 2h, 2w], [n, c, 4h, 4w]
    x = this.conv(x, "tail", 4); // [n, 3, 4h, 4w]
    if (config.output === "tanh01") x = graph.op("Tanh", [x]);
    if (config.output !== "linear01") {
      // [-1, 1] here: by tanh, or by what the network was trained for.
      const half = graph.constant([], new Float32Array([0.5]), "half");
      x = graph.op("Add", [graph.op("Mul", [x, half]), half]);
    }
    const zero = graph.constant([], new Float32Array([0]), "zero");
    const one = graph.constant([], new Float32Array([1]), "one");
    graph.op("Clip", [x, zero, one], {}, "output");
    graph.output("output", ["batch", 3, "4*height", "4*width"]);
  }

  private residualBlock(x: string, path: string): string {
    let h = this.batchNorm(this.conv(x, `${path}.conv1`, 1), `${path}.bn1`);
    h = this.prelu(h, `${path}.act`);
    h = this.batchNorm(this.conv(h, `${path}.conv2`, 1), `${path}.bn2`);
    return this.graph.op("Add", [x, h], {}, path);
  }

  private upsample(x: string, path: string): string {
    const { graph } = this;
    if (this.config.upsample === "deconv") {
      const attributes = { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] };
      const inputs = [x, this.weight(`${path}.deconv.weight`), this.weight(`${path}.deconv.bias`)];
      return graph.op("Relu", [graph.op("ConvTranspose", inputs, attributes, `${path}.deconv`)], {}, path);
    }
    // CRD: channel 4c + 2i + j becomes row i, column j of channel c, as in PyTorch's pixel shuffle.
    const wide = this.conv(x, `${path}.conv`, 1);
    const shuffled = graph.op("DepthToSpace", [wide], { blocksize: 2, mode: "CRD" }, path);
    return this.prelu(shuffled, `${path}.act`);
  }

  private conv(x: string, path: string, padding: number): string {
    const inputs = [this.weight(`${path}.weight`)];
    if (this.weights.has(`${path}.bias`)) inputs.push(this.weight(`${path}.bias`));
    const reflects = this.config.padding === "reflect";
    const around = reflects ? this.mirrored(x, path, padding) : x;
    const attributes: Record<string, OnnxAttribute> = reflects ? {} : { pads: Array(4).fill(padding) };
    return this.graph.op("Conv", [around, ...inputs], attributes, path);
  }

  /** The image with its border pixels mirrored. */
  private mirrored(x: string, path: string, padding: number): string {
    const side = [0, 0, padding, padding].map(BigInt);
    const pads = this.graph.constant([8], BigInt64Array.from([...side, ...side]), `${path}.pads`);
    return this.graph.op("Pad", [x, pads], { mode: "reflect" });
  }

  /**
   * In evaluation form, as an operator of its own: every tensor of the state dict can be found in the file, and runtimes
   * fold it into the convolution when they load it.
   */
  private batchNorm(x: string, path: string): string {
    const inputs = ["weight", "bias", "running_mean", "running_var"].map((name) =>
      this.weight(`${path}.${name}`),
    );
    const attributes = { epsilon: { float: BATCH_NORM_EPSILON } };
    return this.graph.op("BatchNormalization", [x, ...inputs], attributes, path);
  }

  /** Its slopes are broadcast from the right, so that they need axes for height and width. */
  private prelu(x: string, path: string): string {
    const name = `${path}.weight`;
    const slope = this.graph.constant([this.tensor(name).length, 1, 1], this.tensor(name), name);
    return this.graph.op("PRelu", [x, slope], {}, path);
  }

  private weight(name: string): string {
    return this.graph.constant(this.stored(name).shape, this.tensor(name), name);
  }

  private tensor(name: string): Float32Array {
    return toFloat32(this.stored(name));
  }

  private stored(name: string): HostTensor {
    return this.weights.get(name) as HostTensor;
  }
}
