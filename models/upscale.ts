/** Making photographs four times larger with a network, tile by tile. */
import { imresize } from "../engine/data/imresize.ts";
import { InputError } from "../engine/errors.ts";
import { type Tensor, tensor } from "../engine/index.ts";
import { type Image, makeImage, mergeAlpha, splitAlpha, toRgb } from "../engine/io/image.ts";
import type { SRResNet } from "./srresnet.ts";
import { parseSRResNet } from "./srresnet-files.ts";

/** A network that enlarges images by `scale`. */
export interface SuperResolver {
  readonly name: string;
  readonly scale: 4;
  /** Pixels of the input to each side that an output pixel depends on. */
  readonly radius: number;
  /** [1, h, w, 3] with values in [0, 1] -> [1, 4h, 4w, 3] in [0, 1], not clamped. */
  forward(lr: Tensor): Tensor;
}

/** A model that comes with the project. */
export interface ModelEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Path of its weights from the repository's root. */
  readonly file: string;
}

/** The models that come with the project, best first. */
export const superResolvers: readonly ModelEntry[] = [
  {
    name: "srresnet",
    title: "SRResNet (compact)",
    description: "Sharp and faithful: trained to be as close to the original as possible, pixel by pixel.",
    file: "models/weights/srresnet-compact.safetensors",
  },
];

/** Wraps a trained SRResNet. */
export function asSuperResolver(net: SRResNet, name: string): SuperResolver {
  net.eval();
  return {
    name,
    scale: 4,
    radius: net.receptiveRadius,
    forward: (lr) => (net.config.output === "tanh01" ? net.forward(lr) : net.forward(lr).add(1).mul(0.5)),
  };
}

/**
 * A model by its name, or by a file of weights (ours as safetensors, or leftthomas/SRGAN's `.pth`).
 * @param readFile gets a path from the repository's root for a name, else the file as given
 * @throws InputError when there is no such model or its weights are of another network
 */
export async function loadSuperResolver(
  name: string,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<SuperResolver> {
  const entry = superResolvers.find((model) => model.name === name);
  if (!entry && !/\.(safetensors|pth?|bin|ckpt)$/i.test(name))
    throw new InputError(
      `there is no model "${name}"; known are ${superResolvers.map((m) => m.name).join(", ")}, or give a .safetensors or .pth file`,
    );
  const file = entry?.file ?? name;
  return asSuperResolver(parseSRResNet(await readFile(file), file), name);
}

export interface UpscaleOptions {
  /** Pixels of the input that one tile adds to the result, in each direction; 0 for the whole image at once. */
  readonly tile?: number;
  /** Told after each tile. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the work with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Side of the square that the network sees at a time by default. Its widest activation then takes
 * (4 · 144)² · 64 · 4 bytes = 85 MB, below the 128 MB that every adapter can bind.
 */
const WINDOW = 144;

/**
 * Enlarges an image by four: [h, w, c] bytes -> [4h, 4w, c] bytes. Colour goes through the network, alpha is resampled
 * (bicubic); grey images stay grey. Tiles overlap by the network's receptive field, so the result is that of the whole
 * image at once; memory on the GPU depends on the tile, not on the image.
 */
export async function upscaleImage(
  image: Image,
  model: SuperResolver,
  options: UpscaleOptions = {},
): Promise<Image> {
  const { color, alpha } = splitAlpha(image);
  const rgb = toRgb(color);
  const { width, height } = rgb;
  const { scale, radius } = model;
  const inner = options.tile ?? Math.max(WINDOW - 2 * radius, 32);
  const columns = windows(width, inner, radius);
  const rows = windows(height, inner, radius);
  const out = new Uint8Array(width * height * scale * scale * 3);
  let done = 0;
  for (const row of rows)
    for (const column of columns) {
      options.signal?.throwIfAborted();
      const input = new Float32Array(row.size * column.size * 3);
      for (let y = 0; y < row.size; y++) {
        const from = ((row.at + y) * width + column.at) * 3;
        for (let k = 0; k < column.size * 3; k++)
          input[y * column.size * 3 + k] = (rgb.data[from + k] as number) / 255;
      }
      const result = await model.forward(tensor(input, [1, row.size, column.size, 3])).data();
      paste(result as Float32Array, row, column, out, width * scale, scale);
      options.onProgress?.(++done, rows.length * columns.length);
    }
  const enlarged = makeImage(out, width * scale, height * scale, 3);
  const own = color.channels === 1 ? grey(enlarged) : enlarged;
  if (!alpha) return own;
  const resampled = imresize(alpha, { scale }, { kernel: "bicubic" });
  return mergeAlpha(own, makeImage(resampled.data, width * scale, height * scale, 1));
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

/** Writes the part of a result that belongs to its tile, as bytes. */
function paste(
  result: Float32Array,
  row: Window,
  column: Window,
  out: Uint8Array,
  outWidth: number,
  scale: number,
): void {
  const width = column.size * scale;
  const count = (column.end - column.start) * scale * 3;
  for (let y = row.start * scale; y < row.end * scale; y++) {
    let from = ((y - row.at * scale) * width + (column.start - column.at) * scale) * 3;
    let to = (y * outWidth + column.start * scale) * 3;
    for (let k = 0; k < count; k++) {
      const value = Math.round((result[from++] as number) * 255);
      out[to++] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function grey(image: Image): Image {
  const data = new Uint8Array(image.width * image.height);
  for (let k = 0; k < data.length; k++)
    data[k] = Math.round(
      ((image.data[3 * k] as number) +
        (image.data[3 * k + 1] as number) +
        (image.data[3 * k + 2] as number)) /
        3,
    );
  return makeImage(data, image.width, image.height, 1);
}
