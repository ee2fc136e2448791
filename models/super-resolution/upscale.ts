/** Making photographs larger with a network, tile by tile. */
import { imresize } from "../../engine/data/imresize.ts";
import { InputError } from "../../engine/errors.ts";
import { autocast, init, nameLayers, type Tensor, tensor } from "../../engine/index.ts";
import { crop, type Image, makeImage, splitAlpha, toRgb } from "../../engine/io/image.ts";
import { bleedColor, checkNumbers, openWeights } from "../../engine/io/index.ts";
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
    bytesPerPixel: 4 * floatsPerPixel,
    forward: (lr) => network.forward(lr),
  };
}

/** Wraps a network of an ONNX file. */
const fromOnnx = (network: OnnxResolver, name: string): SuperResolver => ({
  ...network,
  name,
  precision: "f32",
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

export interface UpscaleOptions {
  /** Pixels of the input that one tile adds to the result, in each direction; 0 for the whole image at once. */
  readonly tile?: number;
  /** Told after each tile. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the work with its reason. */
  readonly signal?: AbortSignal;
}

/** What the widest activation of a tile may take by default: every adapter can bind 128 MB. */
const TILE_BYTES = 85e6;

/** Side of the square that a network sees at a time by default: 144 pixels at width 64. */
const windowOf = (model: SuperResolver): number =>
  Math.floor(Math.sqrt(TILE_BYTES / model.bytesPerPixel) / 8) * 8;

/**
 * Largest result in bytes. A typed array of Node 20 holds 4 GB, and the PNG encoder works on as much again: a larger
 * photograph is told at once instead of after its hours of work.
 */
const MAX_RESULT_BYTES = 2 ** 32 - 1;

/**
 * Enlarges an image by the model's factor s: [h, w, c] bytes -> [s h, s w, c] bytes. Colour goes through the network, after it has bled
 * under transparent pixels; alpha is resampled (bicubic); images without colour stay without. Tiles overlap by the network's receptive field, so the result is that
 * of the whole image at once; memory on the GPU depends on the tile, not on the image, and memory of the process is the
 * result's bytes and little more.
 * @throws InputError when the result, or a tile that was asked for, is too large, or the network's numbers overflow
 */
export async function upscaleImage(
  image: Image,
  model: SuperResolver,
  options: UpscaleOptions = {},
): Promise<Image> {
  const { color, alpha } = splitAlpha(image);
  const { scale, radius, multiple } = model;
  const { width, height, data } = extended(toRgb(alpha ? bleedColor(color, alpha) : color), multiple);
  const length = width * height * scale * scale * image.channels;
  if (length > MAX_RESULT_BYTES)
    throw new InputError(
      `upscale: ${image.width}x${image.height} pixels would become ${image.width * scale}x${image.height * scale}, ` +
        `${Math.round(length / 1e6)} MB uncompressed; at most ${Math.floor(MAX_RESULT_BYTES / 1e6)} MB can be made`,
    );
  const neutral = isNeutral(data);
  const part = options.tile ?? Math.max(windowOf(model) - 2 * radius, 32);
  const inner = Math.ceil(part / multiple) * multiple;
  const columns = windows(width, inner, radius);
  const rows = windows(height, inner, radius);
  await checkTile((columns[0]?.size ?? 0) * (rows[0]?.size ?? 0), model);
  const enlarged = makeImage(new Uint8Array(length), width * scale, height * scale, image.channels);
  let done = 0;
  for (const row of rows)
    for (const column of columns) {
      options.signal?.throwIfAborted();
      const input = new Float32Array(row.size * column.size * 3);
      for (let y = 0; y < row.size; y++) {
        const from = ((row.at + y) * width + column.at) * 3;
        for (let k = 0; k < column.size * 3; k++)
          input[y * column.size * 3 + k] = (data[from + k] as number) / 255;
      }
      const result = (await model
        .forward(tensor(input, [1, row.size, column.size, 3]))
        .data()) as Float32Array;
      if (!result.every(Number.isFinite)) throw new InputError(overflowOf(model));
      paste(result, row, column, enlarged, scale, neutral);
      options.onProgress?.(++done, rows.length * columns.length);
    }
  const isExtended = width > image.width || height > image.height;
  const out = isExtended ? crop(enlarged, 0, 0, image.width * scale, image.height * scale) : enlarged;
  if (alpha) pasteAlpha(imresize(alpha, { scale }, { kernel: "bicubic" }).data, out);
  return out;
}

/** The image with its last column and row repeated until both sides are multiples. */
function extended(image: Image, multiple: number): Image {
  const [width, height] = [image.width, image.height].map((side) => Math.ceil(side / multiple) * multiple);
  if (width === undefined || height === undefined || (width === image.width && height === image.height))
    return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = Math.min(y, image.height - 1) * image.width;
    for (let x = 0; x < width; x++) {
      const from = 3 * (row + Math.min(x, image.width - 1));
      data.set(image.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return makeImage(data, width, height, 3);
}

/** NaN and infinity would be written as black. */
const overflowOf = ({ name, precision }: SuperResolver): string =>
  precision === "f16"
    ? `upscale: within ${name} numbers pass 65504, where half precision ends, so there is no picture; compute in f32`
    : `upscale: ${name} makes numbers that are not finite of this picture`;

/** @throws InputError when a tile of that many pixels is too large for the adapter */
async function checkTile(pixels: number, model: SuperResolver): Promise<void> {
  const bytes = pixels * model.bytesPerPixel;
  const most = (await init()).limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;
  if (bytes > most)
    throw new InputError(
      `upscale: a tile of ${pixels} pixels takes ${Math.round(bytes / 1e6)} MB within the network, ` +
        `more than the ${Math.round(most / 1e6)} MB that this adapter can bind; take smaller tiles`,
    );
}

/** A stretch of one axis that the network sees, and the part of it that goes into the result. */
interface Window {
  readonly at: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** Windows of equal size that cover an axis: each keeps `radius` pixels of context beyond its part, or the edge. */
function windows(length: number, inner: number, radius: number): Window[] {
  const size = inner > 0 ? Math.min(inner + 2 * radius, length) : length;
  if (size === length) return [{ at: 0, size, start: 0, end: length }];
  const list: Window[] = [];
  for (let start = 0; start < length; start += inner) {
    const at = Math.min(Math.max(start - radius, 0), length - size);
    list.push({ at, size, start, end: Math.min(start + inner, length) });
  }
  return list;
}

/**
 * Writes the part of a result that belongs to its tile into the colour of `out`, as bytes.
 * @param neutral only its luma (BT.601): a network makes grey pixels a little coloured
 */
function paste(
  result: Float32Array,
  row: Window,
  column: Window,
  out: Image,
  scale: number,
  neutral: boolean,
): void {
  const width = column.size * scale;
  const pixels = (column.end - column.start) * scale;
  const { channels, data } = out;
  for (let y = row.start * scale; y < row.end * scale; y++) {
    let from = ((y - row.at * scale) * width + (column.start - column.at) * scale) * 3;
    let to = (y * out.width + column.start * scale) * channels;
    for (let x = 0; x < pixels; x++, from += 3, to += channels) {
      const r = result[from] as number;
      const g = result[from + 1] as number;
      const b = result[from + 2] as number;
      if (neutral) {
        data.fill(toByte(0.299 * r + 0.587 * g + 0.114 * b), to, channels < 3 ? to + 1 : to + 3);
      } else {
        data[to] = toByte(r);
        data[to + 1] = toByte(g);
        data[to + 2] = toByte(b);
      }
    }
  }
}

/** Are all pixels of RGB bytes grey? */
function isNeutral(rgb: Uint8Array): boolean {
  for (let k = 0; k < rgb.length; k += 3) if (rgb[k] !== rgb[k + 1] || rgb[k] !== rgb[k + 2]) return false;
  return true;
}

function pasteAlpha(alpha: Uint8Array, out: Image): void {
  const { channels, data } = out;
  for (let pixel = 0; pixel < alpha.length; pixel++)
    data[pixel * channels + channels - 1] = alpha[pixel] as number;
}

/** [0, 1] -> 0 … 255, clamped. */
function toByte(value: number): number {
  const byte = Math.round(value * 255);
  return byte < 0 ? 0 : byte > 255 ? 255 : byte;
}
