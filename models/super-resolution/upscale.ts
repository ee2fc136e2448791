/** Making photographs four times larger with a network, tile by tile. */
import { imresize } from "../../engine/data/imresize.ts";
import { InputError } from "../../engine/errors.ts";
import { autocast, init, nameLayers, type Tensor, tensor } from "../../engine/index.ts";
import { type Image, makeImage, splitAlpha, toRgb } from "../../engine/io/image.ts";
import { bleedColor, checkNumbers } from "../../engine/io/index.ts";
import { parseBlend } from "./blend.ts";
import type { ModelEntry } from "../system.ts";
import { findShipped, superResolvers } from "./shipped.ts";
import type { SRResNet } from "./srresnet.ts";
import { blendSRResNets, buildSRResNet, readSRResNet, type SRResNetFile } from "./srresnet-files.ts";

/** What products are computed in. */
export type Precision = "f32" | "f16";

/** A network that enlarges images by `scale`. */
export interface SuperResolver {
  readonly name: string;
  readonly scale: 4;
  /** Pixels of the input to each side that an output pixel depends on. */
  readonly radius: number;
  readonly precision: Precision;
  /** Bytes of the widest activation, for each pixel of the input. */
  readonly bytesPerPixel: number;
  /** [1, h, w, 3] with values in [0, 1] -> [1, 4h, 4w, 3] in [0, 1], not clamped. */
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
    // [4h, 4w, width] floats, and as many between the last convolution and its pixel shuffle; the 9×9 convolution at the
    // end makes 28 sums a pixel on its way.
    bytesPerPixel: 16 * Math.max(net.config.width, 28) * 4,
    forward: (lr) => (net.config.output === "linear" ? net.forward(lr).add(1).mul(0.5) : net.forward(lr)),
  };
}

/** The same network in half precision: products on f16 copies of its weights, activations in half the memory. */
export const inHalfPrecision = (model: SuperResolver): SuperResolver => ({
  ...model,
  precision: "f16",
  forward: (lr) => autocast(() => model.forward(lr)),
});

/** Reads a model's file: of a row of the table by its path from the repository's root, else as given. */
export type ReadModelFile = (path: string, entry: ModelEntry | undefined) => Promise<Uint8Array>;

/**
 * A model by its name, by a file of weights (ours as safetensors, or leftthomas/SRGAN's `.pth`), or between two (see
 * `parseBlend`).
 * @throws InputError when there is no such model, its weights are of another network, or cannot be computed with in this
 *   precision, or two cannot be blended
 */
export async function loadSuperResolver(
  name: string,
  readFile: ReadModelFile,
  precision: Precision = "f32",
): Promise<SuperResolver> {
  const file = await readSuperResolver(name, readFile);
  checkNumbers(file.weights, file.file, precision);
  const model = asSuperResolver(buildSRResNet(file), name);
  return precision === "f16" ? inHalfPrecision(model) : model;
}

/** The same model in host memory, as files hold it. @throws InputError as `loadSuperResolver` does */
export async function readSuperResolver(name: string, readFile: ReadModelFile): Promise<SRResNetFile> {
  const blend = parseBlend(name);
  if (!blend) return readNetwork(name, readFile);
  const from = await readNetwork(blend.from, readFile);
  const to = await readNetwork(blend.to, readFile);
  return blendSRResNets(from, to, blend.amount);
}

/** What a name is, a file's content decides, not its ending: only a plain word is taken for the name of a model. */
async function readNetwork(name: string, readFile: ReadModelFile): Promise<SRResNetFile> {
  const entry = findShipped(name);
  const file = entry?.file ?? name;
  const bytes = await readFile(file, entry).catch((error: Error) => {
    if (entry || /[./\\]/.test(name)) throw error;
    const known = superResolvers.map((model) => model.name).join(", ");
    throw new InputError(
      `there is no model "${name}"; known are ${known}, or give a file of weights (.safetensors, .pth)`,
    );
  });
  return readSRResNet(bytes, file);
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
 * Enlarges an image by four: [h, w, c] bytes -> [4h, 4w, c] bytes. Colour goes through the network, after it has bled
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
  const { width, height, data } = toRgb(alpha ? bleedColor(color, alpha) : color);
  const { scale, radius } = model;
  const length = width * height * scale * scale * image.channels;
  if (length > MAX_RESULT_BYTES)
    throw new InputError(
      `upscale: ${width}x${height} pixels would become ${width * scale}x${height * scale}, ` +
        `${Math.round(length / 1e6)} MB uncompressed; at most ${Math.floor(MAX_RESULT_BYTES / 1e6)} MB can be made`,
    );
  const neutral = isNeutral(data);
  const inner = options.tile ?? Math.max(windowOf(model) - 2 * radius, 32);
  const columns = windows(width, inner, radius);
  const rows = windows(height, inner, radius);
  await checkTile((columns[0]?.size ?? 0) * (rows[0]?.size ?? 0), model);
  const out = makeImage(new Uint8Array(length), width * scale, height * scale, image.channels);
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
      paste(result, row, column, out, scale, neutral);
      options.onProgress?.(++done, rows.length * columns.length);
    }
  if (alpha) pasteAlpha(imresize(alpha, { scale }, { kernel: "bicubic" }).data, out);
  return out;
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
