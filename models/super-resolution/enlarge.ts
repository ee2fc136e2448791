/** Making photographs larger with a network, strip by strip: each a row of tiles. */
import { imresize } from "../../engine/data/imresize.ts";
import { DeviceError, InputError } from "../../engine/errors.ts";
import { init, type Tensor, tensor, warmUp, withinArea } from "../../engine/index.ts";
import { crop, type Image, makeImage, splitAlpha, toRgb } from "../../engine/io/image.ts";
import { bleedColor } from "../../engine/io/index.ts";
import { type Window, windowSides, windows } from "./tiles.ts";
import type { SuperResolver } from "./upscale.ts";

/** A part of a result and where it lies there, in pixels. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly image: Image;
}

export interface EnlargeOptions {
  /**
   * Pixels of the input that one tile adds to the result, in each direction; 0 for the whole image at once. By default what suits
   * adapter and network, in windows of few shapes.
   */
  readonly tile?: number;
  /** Told before the first tile and after each. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Given each tile's part of the result as soon as it is there, without its alpha. */
  readonly onTile?: (part: Part) => void;
  /** Ends the work with its reason, within some 0.1 s. */
  readonly signal?: AbortSignal;
}

/** Largest result in bytes: a typed array of Node 20 holds 4 GB. Strips have no such limit. */
const MAX_RESULT_BYTES = 2 ** 32 - 1;

/**
 * Enlarges an image by the model's factor s: [h, w, c] bytes -> [s h, s w, c] bytes. Colour goes through the network, after it has bled
 * under transparent pixels; alpha is resampled (bicubic); images without colour stay without. Tiles overlap by the network's
 * receptive field, so the result is that of the whole image at once; memory on the GPU depends on the tile, not on the image.
 * @throws InputError when the result, or a tile that was asked for, is too large, or the network's numbers overflow
 * @throws DeviceError when the GPU gives an empty tile
 */
export async function upscaleImage(
  image: Image,
  model: SuperResolver,
  options: EnlargeOptions = {},
): Promise<Image> {
  const [width, height] = [image.width * model.scale, image.height * model.scale];
  const length = width * height * image.channels;
  if (length > MAX_RESULT_BYTES)
    throw new InputError(
      `upscale: ${image.width}x${image.height} pixels would become ${width}x${height}, ` +
        `${Math.round(length / 1e6)} MB uncompressed; at most ${Math.floor(MAX_RESULT_BYTES / 1e6)} MB can be held`,
    );
  const data = new Uint8Array(length);
  for await (const { y, image: strip } of enlargeInStrips(image, model, options))
    data.set(strip.data, y * width * image.channels);
  return makeImage(data, width, height, image.channels);
}

/**
 * The same in strips as wide as the result, from top to bottom: the result of any size takes the memory of one.
 * @throws as `upscaleImage`, but for the size of the result
 */
export async function* enlargeInStrips(
  image: Image,
  model: SuperResolver,
  options: EnlargeOptions = {},
): AsyncGenerator<Part> {
  const { signal, onProgress, onTile } = options;
  const { color, alpha } = splitAlpha(image);
  const { scale, multiple } = model;
  const source = extended(toRgb(alpha ? bleedColor(color, alpha) : color), multiple);
  const neutral = isNeutral(source.data);
  const { columns, rows, isShared } = await plan(source, model, options.tile);
  const total = rows.length * columns.length;
  let done = 0;
  onProgress?.(done, total);
  for (const row of rows) {
    // What was repeated to make the sides multiples is no part of the result.
    const [top, bottom] = [row.start, Math.min(row.end, image.height)].map((y) => y * scale) as [
      number,
      number,
    ];
    const width = image.width * scale;
    const strip = makeImage(
      new Uint8Array(width * (bottom - top) * image.channels),
      width,
      bottom - top,
      image.channels,
    );
    for (const column of columns) {
      signal?.throwIfAborted();
      const tile = { input: cutOut(source, row, column), row, column };
      const forward = isShared ? (x: Tensor) => inCorner(model, row, column, x) : model.forward;
      const result = await runTile(tile, model, forward, signal);
      const [left, right] = [column.start * scale, Math.min(column.end * scale, width)];
      paste(result, row, column, strip, [left, right], scale, neutral);
      onTile?.({ x: left, y: top, image: crop(strip, left, 0, right - left, bottom - top) });
      onProgress?.(++done, total);
    }
    if (alpha) pasteAlpha(alphaOf(alpha, row.start, bottom / scale, scale), strip);
    yield { x: 0, y: top, image: strip };
  }
}

/** Compiles what the tiles of an image of this size need and computes none: work on it then begins at once. */
export async function compileTiles(
  { width, height }: Pick<Image, "width" | "height">,
  model: SuperResolver,
): Promise<void> {
  const whole = (side: number) => Math.ceil(side / model.multiple) * model.multiple;
  const { columns, rows, isShared } = await plan(
    { width: whole(width), height: whole(height) },
    model,
    undefined,
  );
  const [row, column] = [rows[0] as Window, columns[0] as Window];
  const x = tensor(new Float32Array(row.size * column.size * 3), [1, row.size, column.size, 3]);
  await warmUp(
    () => (isShared ? inCorner(model, row, column, x) : model.forward(x)),
    () => {},
  );
}

/** @throws InputError when a tile that was asked for is too large for the adapter */
async function plan(source: Pick<Image, "width" | "height">, model: SuperResolver, tile: number | undefined) {
  const { radius, multiple } = model;
  const { limits, software } = await init();
  const sides = windowSides(model, software);
  const asked = Math.ceil((tile ?? 0) / multiple) * multiple + 2 * radius;
  // Windows that images of all sizes share need a network that can do without an edge.
  const isShared = tile === undefined && model.zeroPadded;
  const sidesFor = (length: number): readonly number[] =>
    isShared
      ? sides
      : [tile === 0 ? length : Math.min(tile === undefined ? (sides.at(-1) as number) : asked, length)];
  const columns = windows(source.width, sidesFor(source.width), radius);
  const rows = windows(source.height, sidesFor(source.height), radius);
  const pixels = (columns[0]?.size ?? 0) * (rows[0]?.size ?? 0);
  const bytes = pixels * model.bytesPerPixel;
  const most = limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;
  if (bytes > most)
    throw new InputError(
      `upscale: a tile of ${pixels} pixels takes ${Math.round(bytes / 1e6)} MB within the network, ` +
        `more than the ${Math.round(most / 1e6)} MB that this adapter can bind; take smaller tiles`,
    );
  return { columns, rows, isShared };
}

/** What the network makes of an image that may fill a corner of its window only. */
const inCorner = (model: SuperResolver, row: Window, column: Window, x: Tensor): Tensor =>
  withinArea(
    { height: row.size, width: column.size, imageHeight: row.within, imageWidth: column.within },
    () => model.forward(x),
  );

/** The numbers of a tile. @throws InputError, DeviceError */
async function runTile(
  { input, row, column }: { readonly input: Float32Array; readonly row: Window; readonly column: Window },
  model: SuperResolver,
  forward: (x: Tensor) => Tensor,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const read = async () => {
    const y = forward(tensor(input, [1, row.size, column.size, 3]));
    return (await y.data(signal ? { signal } : {})) as Float32Array;
  };
  const result = await read();
  if (!result.every(Number.isFinite)) throw new InputError(overflowOf(model));
  // Drivers in need have given black without a word; another try tells whether that passes.
  if (!isBlank(input, result)) return result;
  const again = await read();
  if (isBlank(input, again))
    throw new DeviceError(
      `upscale: the GPU gives an empty tile of ${model.name} where there is a picture, so nothing is saved`,
    );
  return again;
}

/** [0, 1] of a window; beyond the image's end its last column and row are repeated. */
function cutOut({ data, width }: Image, row: Window, column: Window): Float32Array {
  const input = new Float32Array(row.size * column.size * 3);
  for (let y = 0; y < row.size; y++) {
    const from = ((row.at + Math.min(y, row.within - 1)) * width + column.at) * 3;
    const to = y * column.size * 3;
    for (let k = 0; k < column.within * 3; k++) input[to + k] = (data[from + k] as number) / 255;
    for (let k = column.within * 3; k < column.size * 3; k++) input[to + k] = input[to + k - 3] as number;
  }
  return input;
}

/** One value all over where the input has several: no network makes that, a failing device does. */
export function isBlank(input: Float32Array, result: Float32Array): boolean {
  const [a] = result;
  if (!result.every((value) => value === a)) return false;
  const [first = 0] = input;
  return input.some((value) => Math.abs(value - first) > 2 / 255);
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

/**
 * Writes the columns of a result that belong to its tile into the colour of its strip, as bytes.
 * @param neutral only its luma (BT.601): a network makes grey pixels a little coloured
 */
function paste(
  result: Float32Array,
  row: Window,
  column: Window,
  strip: Image,
  [left, right]: readonly [number, number],
  scale: number,
  neutral: boolean,
): void {
  const width = column.size * scale;
  const { channels, data, height } = strip;
  for (let y = 0; y < height; y++) {
    let from = ((y + (row.start - row.at) * scale) * width + (column.start - column.at) * scale) * 3;
    let to = (y * strip.width + left) * channels;
    for (let x = left; x < right; x++, from += 3, to += channels) {
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

/** Rows of the input that bicubic interpolation sees beyond those that it makes larger. */
const REACH = 3;

/** The alpha of a strip: rows `top` to `bottom` made larger as they are within the whole. */
function alphaOf(alpha: Image, top: number, bottom: number, scale: number): Uint8Array {
  const from = Math.max(top - REACH, 0);
  const to = Math.min(bottom + REACH, alpha.height);
  const { data, width } = imresize(crop(alpha, 0, from, alpha.width, to - from), { scale });
  return data.subarray((top - from) * scale * width, (bottom - from) * scale * width);
}

function pasteAlpha(alpha: Uint8Array, strip: Image): void {
  const { channels, data } = strip;
  for (let pixel = 0; pixel < alpha.length; pixel++)
    data[pixel * channels + channels - 1] = alpha[pixel] as number;
}

/** [0, 1] -> 0 … 255, clamped. */
function toByte(value: number): number {
  const byte = Math.round(value * 255);
  return byte < 0 ? 0 : byte > 255 ? 255 : byte;
}
