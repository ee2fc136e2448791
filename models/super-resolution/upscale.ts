/** Networks that make photographs larger: by name, by file, or between two. */
import { InputError } from "../../engine/errors.ts";
import { autocast, nameLayers, type Tensor } from "../../engine/index.ts";
import { checkNumbers, openWeights } from "../../engine/io/index.ts";
import { parseBlend } from "./blend.ts";
import type { ModelEntry } from "../system.ts";
import { type EsrganNetwork, readEsrgan } from "./esrgan-files.ts";
import { isOnnx, type OnnxResolver, readOnnxResolver } from "./onnx-network.ts";
import { findShipped, superResolvers } from "./shipped.ts";
import type { SRResNet } from "./srresnet.ts";
import {
  blendSRResNets,
  buildSRResNet,
  holdsSRResNet,
  type SRResNetFile,
  srresnetOf,
} from "./srresnet-files.ts";

/** What products are computed in. */
export type Precision = "f32" | "f16";

/** A network that enlarges images by `scale`. */
export interface SuperResolver {
  readonly name: string;
  readonly scale: number;
  /** Pixels of the input to each side that an output pixel depends on, or as many of them as matter. */
  readonly radius: number;
  /** Width and height of what the network is given are multiples of this, and so is `radius`. */
  readonly multiple: number;
  /** Its convolutions see zeros around an image, so that it can compute one in the corner of a larger tensor (`withinArea`). */
  readonly zeroPadded: boolean;
  readonly precision: Precision;
  /** Bytes of the widest activation, for each pixel of the input. */
  readonly bytesPerPixel: number;
  /** [1, h, w, 3] with values in [0, 1] -> [1, s h, s w, 3] in [0, 1], not clamped. */
  forward(lr: Tensor): Tensor;
}

/** Wraps a trained SRResNet. */
export function asSuperResolver(net: SRResNet, name: string): SuperResolver {
  nameLayers(net.eval());
  return {
    name,
    scale: 4,
    precision: "f32",
    radius: net.receptiveRadius,
    multiple: 1,
    zeroPadded: net.config.padding === "zeros",
    // [4h, 4w, width] floats, and as many between the last convolution and its pixel shuffle; the 9×9 convolution at the
    // end makes 28 sums a pixel on its way.
    bytesPerPixel: 16 * Math.max(net.config.width, 28) * 4,
    forward: (lr) => (net.config.output === "linear" ? net.forward(lr).add(1).mul(0.5) : net.forward(lr)),
  };
}

/** Wraps a network of ESRGAN's families. */
function fromEsrgan(
  { network, radius, multiple, floatsPerPixel }: EsrganNetwork,
  name: string,
): SuperResolver {
  nameLayers(network);
  return {
    name,
    scale: network.scale,
    precision: "f32",
    radius,
    multiple,
    zeroPadded: true,
    bytesPerPixel: 4 * floatsPerPixel,
    forward: (lr) => network.forward(lr),
  };
}

/** Wraps a network of an ONNX file. */
const fromOnnx = (network: OnnxResolver, name: string): SuperResolver => ({
  ...network,
  name,
  precision: "f32",
  // How a stranger's network fills its margins is not known.
  zeroPadded: false,
});

/** The same network in half precision: products on f16 copies of its weights, activations in half the memory. */
export const inHalfPrecision = (model: SuperResolver): SuperResolver => ({
  ...model,
  precision: "f16",
  forward: (lr) => autocast(() => model.forward(lr)),
});

/** Reads a model's file: of a row of the table by its path from the repository's root, else as given. */
export type ReadModelFile = (path: string, entry: ModelEntry | undefined) => Promise<Uint8Array>;

/**
 * A model by its name, by a file of weights (an SRResNet of ours, leftthomas/SRGAN's or Lornatang/SRGAN-PyTorch's; RRDBNet,
 * SRVGGNetCompact or MSRResNet), by an ONNX file of any network from RGB to larger RGB, or between two SRResNets (see
 * `parseBlend`).
 * @throws InputError when there is no such model, its weights are of another network, or cannot be computed with in this
 *   precision, or two cannot be blended
 */
export async function loadSuperResolver(
  name: string,
  readFile: ReadModelFile,
  precision: Precision = "f32",
): Promise<SuperResolver> {
  const model = parseBlend(name)
    ? fromSRResNet(await readSuperResolver(name, readFile), name, precision)
    : await fromFile(await readModelBytes(name, readFile), name, precision);
  return precision === "f16" ? inHalfPrecision(model) : model;
}

/** An SRResNet by name, file or blend, in host memory, as files hold it. @throws InputError as `loadSuperResolver` does */
export async function readSuperResolver(name: string, readFile: ReadModelFile): Promise<SRResNetFile> {
  const read = async (model: string) => {
    const { bytes, file } = await readModelBytes(model, readFile);
    return srresnetOf(openWeights(bytes, file), file);
  };
  const blend = parseBlend(name);
  return blend ? blendSRResNets(await read(blend.from), await read(blend.to), blend.amount) : read(name);
}

interface ModelBytes {
  readonly bytes: Uint8Array;
  readonly file: string;
}

/** What a name is, a file's content decides, not its ending: only a plain word is taken for the name of a model. */
async function readModelBytes(name: string, readFile: ReadModelFile): Promise<ModelBytes> {
  const entry = findShipped(name);
  const file = entry?.file ?? name;
  const bytes = await readFile(file, entry).catch((error: Error) => {
    if (entry || /[./\\]/.test(name)) throw error;
    const known = superResolvers.map((model) => model.name).join(", ");
    throw new InputError(
      `there is no model "${name}"; known are ${known}, or give a file of weights (.safetensors, .pth) or a network (.onnx)`,
    );
  });
  return { bytes, file };
}

async function fromFile(
  { bytes, file }: ModelBytes,
  name: string,
  precision: Precision,
): Promise<SuperResolver> {
  if (isOnnx(bytes)) return fromOnnx(await readOnnxResolver(bytes, file), name);
  const opened = openWeights(bytes, file);
  const esrgan = holdsSRResNet(opened.tensors) ? undefined : readEsrgan(opened.tensors, file, precision);
  return esrgan ? fromEsrgan(esrgan, name) : fromSRResNet(srresnetOf(opened, file), name, precision);
}

function fromSRResNet(file: SRResNetFile, name: string, precision: Precision): SuperResolver {
  checkNumbers(file.weights, file.file, precision);
  return asSuperResolver(buildSRResNet(file), name);
}
