/** Pictures as bytes, and what can be done to them without decoding anything. */
import { InputError, ShapeError } from "../errors.ts";

/** Bytes in row-major HWC order: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. Colour is sRGB, alpha is not multiplied in. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** What decoding accepts. */
export interface DecodeOptions {
  /** Largest number of pixels; a larger image is refused by its header. Default {@link MAX_PIXELS}. */
  readonly maxPixels?: number;
  /** Told in a sentence what of the file is not used, or how its numbers are taken. */
  readonly onNote?: (sentence: string) => void;
}

/** 100 megapixels: more than cameras make, and 300 MB as RGB. */
export const MAX_PIXELS = 100_000_000;

/**
 * Refuses images without pixels or with too many.
 * @throws InputError naming the file and its size
 */
export function checkImageSize(width: number, height: number, name: string, maxPixels = MAX_PIXELS): void {
  if (!(width > 0 && height > 0))
    throw new InputError(`${name}: the image is ${width}x${height} pixels, so there is nothing in it`);
  if (width * height > maxPixels) {
    const limit = Math.round(maxPixels / 1e5) / 10;
    throw new InputError(
      `${name}: the image says it is ${width}x${height} pixels; the limit is ${limit} megapixels`,
    );
  }
}

/**
 * Makes an image after checking that the bytes fit the size.
 * @throws ShapeError
 */
export function makeImage(data: Uint8Array, width: number, height: number, channels: number): Image {
  const fits = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  if (!fits || ![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new ShapeError(
      `image: ${data.length} bytes are not ${width}x${height} pixels of ${channels} channels`,
    );
  }
  return { width, height, channels: channels as Image["channels"], data };
}

/** Does the image have an alpha channel? */
export function hasAlpha(image: Image): boolean {
  return image.channels === 2 || image.channels === 4;
}

/** The colour as RGB: grey repeated, alpha dropped (see {@link splitAlpha}). An RGB image is returned as it is. */
export function toRgb(image: Image): Image {
  return image.channels === 3 ? image : mapPixels(image, 3, image.channels < 3 ? [0, 0, 0] : [0, 1, 2]);
}

/** One channel of colour instead of three where all pixels are grey; else the image as it is. */
export function withoutNeutralColour(image: Image): Image {
  const { channels, data } = image;
  if (channels < 3) return image;
  for (let k = 0; k < data.length; k += channels)
    if (data[k] !== data[k + 1] || data[k] !== data[k + 2]) return image;
  return channels === 3 ? mapPixels(image, 1, [0]) : mapPixels(image, 2, [0, 3]);
}

/** The image as RGBA, for a canvas: grey repeated, opaque where it has no alpha. */
export function toRgba(image: Image): Image {
  if (image.channels === 4) return image;
  const { color, alpha } = splitAlpha(image);
  const opaque = makeImage(
    new Uint8Array(image.width * image.height).fill(255),
    image.width,
    image.height,
    1,
  );
  return mergeAlpha(toRgb(color), alpha ?? opaque);
}

/** Colour (grey or RGB) and alpha (one channel), as two images; alpha is undefined where there is none. */
export function splitAlpha(image: Image): { color: Image; alpha: Image | undefined } {
  switch (image.channels) {
    case 2:
      return { color: mapPixels(image, 1, [0]), alpha: mapPixels(image, 1, [1]) };
    case 4:
      return { color: mapPixels(image, 3, [0, 1, 2]), alpha: mapPixels(image, 1, [3]) };
    default:
      return { color: image, alpha: undefined };
  }
}

/**
 * Puts an alpha channel behind a grey or RGB image of the same size.
 * @throws ShapeError
 */
export function mergeAlpha(color: Image, alpha: Image): Image {
  const { width, height, channels, data } = color;
  if (hasAlpha(color) || alpha.channels !== 1 || alpha.width !== width || alpha.height !== height) {
    throw new ShapeError(
      `mergeAlpha: expected grey or RGB and one channel of the same size, got ${describe(color)} and ${describe(alpha)}`,
    );
  }
  const out = new Uint8Array(width * height * (channels + 1));
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < channels; c++) out[pixel * (channels + 1) + c] = data[pixel * channels + c] as number;
    out[pixel * (channels + 1) + channels] = alpha.data[pixel] as number;
  }
  return makeImage(out, width, height, channels + 1);
}

/**
 * The rectangle of `width` by `height` pixels whose top left corner is (`left`, `top`), copied.
 * @throws ShapeError when it reaches outside of the image
 */
export function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const inside = [left, top, width, height].every(Number.isSafeInteger) && left >= 0 && top >= 0;
  if (!inside || width < 1 || height < 1 || left + width > image.width || top + height > image.height) {
    throw new ShapeError(
      `crop: ${width}x${height} pixels at (${left}, ${top}) do not lie within ${describe(image)}`,
    );
  }
  const rowBytes = width * image.channels;
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * image.channels;
    out.set(image.data.subarray(start, start + rowBytes), y * rowBytes);
  }
  return makeImage(out, width, height, image.channels);
}

/** A new image whose channel c is channel `from[c]` of the old one. */
function mapPixels(image: Image, channels: number, from: readonly number[]): Image {
  const pixels = image.width * image.height;
  const out = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < channels; c++) {
      out[pixel * channels + c] = image.data[pixel * image.channels + (from[c] as number)] as number;
    }
  }
  return makeImage(out, image.width, image.height, channels);
}

function describe(image: Image): string {
  return `${image.width}x${image.height}x${image.channels}`;
}
