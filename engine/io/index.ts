/** Files that outlive the program: the part that runs in any host. See node.ts for files on disk, image-browser.ts for a page. */
export { bleedColor } from "./alpha-bleed.ts";
export * from "./checkpoint.ts";
export {
  bytesPerElement,
  elementCount,
  type HostArray,
  type HostDtype,
  type HostTensor,
  hostTensor,
  toFloat16Bits,
  toFloat32,
} from "./host-tensor.ts";
export * from "./image.ts";
export { type ImageHeader, readImageHeader } from "./image-header.ts";
export { jpegWith, type Metadata, metadataOfResult, readMetadata, webpWith } from "./metadata.ts";
export { type PngHeader, pngFile } from "./png-writer.ts";
export { type OnnxAttribute, type OnnxAxis, OnnxGraph, type OnnxInfo } from "./onnx.ts";
export { readNpy } from "./npy.ts";
export { readPth } from "./pth.ts";
export { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors.ts";
export { checkNumbers, checkStateDict, isCounter, networkWithin } from "./state-dict.ts";
export { openWeights, readWeights } from "./weights.ts";
