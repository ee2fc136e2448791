/**
 * Files of VGG19's weights: torchvision's (`features.0.weight` …, with or without the classifier), those under Caffe's
 * names (`conv1_1.weight` …), and those rescaled for style transfer, which begin with a 1×1 convolution `conv0`. What a file says in
 * its metadata (see `architecture.ts`) goes before what its names say.
 */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights, toFloat32 } from "../../engine/io/index.ts";
import { hiddenOptions } from "../architecture.ts";
import { deeperVggLayer, VGG19, VGG_LAYERS, type VggInput, type VggLayer } from "./vgg19.ts";

export interface VggFileOptions {
  /** The layer whose output is wanted; the file may hold more. */
  readonly layer: VggLayer;
  /** As in `VggOptions`. */
  readonly upTo?: VggLayer;
  /**
   * What the weights expect. By default what their file says, else their names: torchvision's names go with its input, Caffe's
   * with its own. Files of Caffe's weights under torchvision's names are about: those need "caffe" here.
   */
  readonly input?: VggInput;
}

/** 1×1 convolution with which rescaled weights begin: RGB in [0, 1] to Caffe's BGR in [0, 255] less the mean. */
const CAFFE_PREPARATION = [0, 0, 255, 0, 255, 0, 255, 0, 0];

/**
 * VGG19 up to a layer, with the weights of a safetensors or PyTorch file.
 * @throws InputError when the file is not VGG19's, or ends before the layer
 */
export function parseVgg19(bytes: Uint8Array, file: string, options: VggFileOptions): VGG19 {
  const { layer, upTo = layer } = options;
  const { tensors: stored, metadata } = openWeights(bytes, file);
  const { input, padding } = hiddenOptions(metadata, file);
  const isCaffe = stored.has("conv1_1.weight");
  if (!isCaffe && !stored.has("features.0.weight"))
    throw new InputError(`${file} holds no VGG19: it has neither features.0.weight nor conv1_1.weight`);
  const isRescaled = stored.has("conv0.weight");
  if (isRescaled) checkPreparation(stored, file);
  const net = new VGG19({
    layer,
    upTo,
    input: options.input ?? input ?? (isCaffe ? "caffe" : "torchvision"),
    padding: padding ?? (isRescaled ? "reflect" : "zeros"),
  });
  const names = [...net.fileShapes().keys()];
  const found = names.map((name) => [name, stored.get(isCaffe ? caffeName(name) : name)] as const);
  const missing = found.find(([, tensor]) => !tensor);
  if (missing) {
    const last = found.findLast(([, tensor]) => tensor)?.[0] ?? "";
    throw new InputError(
      `${file} ends with ${caffeName(last).split(".")[0]}, before ${deeperVggLayer(layer, upTo)}: it has no ${caffeName(missing[0])}`,
    );
  }
  net.loadStateDict(new Map(found as (readonly [string, HostTensor])[]), file);
  return net;
}

/** `features.5.bias` is Caffe's `conv2_1.bias`. */
function caffeName(name: string): string {
  const [, index, part] = name.split(".");
  return `${VGG_LAYERS[Number(index)]}.${part}`;
}

/** The first convolution must be what the input convention "caffe" does. */
function checkPreparation(stored: ReadonlyMap<string, HostTensor>, file: string): void {
  const weight = toFloat32(stored.get("conv0.weight") as HostTensor);
  if (weight.length !== CAFFE_PREPARATION.length || CAFFE_PREPARATION.some((w, k) => weight[k] !== w))
    throw new InputError(
      `${file}: conv0 is not the change from RGB to Caffe's BGR that these weights begin with`,
    );
}
