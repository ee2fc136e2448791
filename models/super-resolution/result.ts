/** A result of the size that was asked for, strip by strip: what the network makes of an image, reduced or enlarged exactly. */
import { resizeStrips } from "../../engine/data/resize-strips.ts";
import { InputError } from "../../engine/errors.ts";
import { type Image, withoutNeutralColour } from "../../engine/io/image.ts";
import { type EnlargeOptions, enlargeInStrips } from "./enlarge.ts";
import { type ResultSize, resultSize } from "./result-name.ts";
import type { SuperResolver } from "./upscale.ts";

/** No file format holds more a side that anybody opens. */
const MOST_SIDE = 300_000;

export interface ResultOptions extends EnlargeOptions {
  /** By default the network's own factor. */
  readonly size?: ResultSize | undefined;
}

/** Rows of a result, and how large it is. */
export interface Result {
  readonly width: number;
  readonly height: number;
  readonly channels: Image["channels"];
  readonly strips: AsyncGenerator<{ readonly height: number; readonly data: Uint8Array }>;
}

/**
 * Enlarges by the network, then brings the result to the size that was asked for by bicubic interpolation, which is widened where
 * it shrinks (`imresize`).
 * @throws InputError for a size without pixels, or beyond all reason
 */
export function enlargeTo(
  image: Image,
  model: SuperResolver,
  { size = { scale: model.scale }, ...options }: ResultOptions = {},
): Result {
  const { width, height, scale } = resultSize(image, size);
  if (!(width >= 1 && Math.max(width, height) <= MOST_SIDE))
    throw new InputError(`upscale: a result of ${width}x${height} pixels cannot be made`);
  // Files of grey pictures take a third of the bytes.
  const plain = withoutNeutralColour(image);
  const own = enlargeInStrips(plain, model, options);
  const { channels } = plain;
  if (width === image.width * model.scale && height === image.height * model.scale)
    return { width, height, channels, strips: rowsOf(own) };
  const [sourceWidth, sourceHeight] = [image.width * model.scale, image.height * model.scale];
  const target = { sourceWidth, sourceHeight, width, height, scale: scale / model.scale };
  return { width, height, channels, strips: resizeStrips(rowsOf(own), target) };
}

async function* rowsOf(parts: AsyncGenerator<{ readonly image: Image }>): AsyncGenerator<Image> {
  for await (const { image } of parts) yield image;
}
