/** What stands on the stage: results and their bicubic counterparts, whole where they are small, else by the part looked at. */
import { createLargePicture } from "../../components/large-picture.ts";
import { createPicture, type Picture, WHOLE } from "../../components/picture.ts";
import type { Size } from "../../components/viewport.ts";
import type { Image } from "../../engine-bridge.ts";
import type { CallEngine, Enlarged } from "../../engine-calls.ts";

export interface Sources {
  readonly call: CallEngine;
  readonly signal: AbortSignal;
  /** Called when the stage has to be drawn anew. */
  readonly onLoad: () => void;
}

const isSmall = ({ width, height }: Size): boolean => width * height <= WHOLE;

/** @param reduced a copy of the result of at most a screen's size */
export async function pictureOfResult(
  result: Enlarged,
  reduced: HTMLCanvasElement,
  { call, signal, onLoad }: Sources,
): Promise<Picture> {
  const { width, height, channels } = result;
  if (isSmall(result))
    return createPicture(await call("part", [result, { left: 0, top: 0, width, height }], { signal }));
  const hasAlpha = channels === 2 || channels === 4;
  return createLargePicture({
    width,
    height,
    hasAlpha,
    reduced,
    onLoad,
    load: (region) => call("part", [result, region]),
  });
}

/** The photo enlarged by bicubic interpolation to a size. */
export async function bicubicPicture(
  image: Image,
  size: Size,
  { call, signal, onLoad }: Sources,
): Promise<Picture> {
  if (isSmall(size)) return createPicture(await call("bicubic", [image, size], { signal }));
  const reduced = document.createElement("canvas");
  const far = await createPicture(image);
  const by = Math.min(1, Math.sqrt(2 ** 22 / (image.width * image.height)));
  reduced.width = Math.max(1, Math.round(image.width * by));
  reduced.height = Math.max(1, Math.round(image.height * by));
  const context = reduced.getContext("2d");
  if (context) far.draw(context, { scale: by, x: 0, y: 0 }, reduced);
  const factor = size.width / image.width;
  return createLargePicture({
    ...size,
    hasAlpha: far.hasAlpha,
    reduced,
    onLoad,
    async load({ left, top, width, height }) {
      // With what bicubic interpolation sees around it.
      const [x0, y0] = [left, top].map((at) => Math.max(Math.floor(at / factor) - REACH, 0)) as [
        number,
        number,
      ];
      const x1 = Math.min(Math.ceil((left + width) / factor) + REACH, image.width);
      const y1 = Math.min(Math.ceil((top + height) / factor) + REACH, image.height);
      const part = cut(image, x0, y0, x1 - x0, y1 - y0);
      const large = { width: Math.round(part.width * factor), height: Math.round(part.height * factor) };
      const made = await call("bicubic", [part, large]);
      const [dx, dy] = [left - Math.round(x0 * factor), top - Math.round(y0 * factor)];
      return cut(made, dx, dy, Math.min(width, made.width - dx), Math.min(height, made.height - dy));
    },
  });
}

const REACH = 3;

function cut(image: Image, left: number, top: number, width: number, height: number): Image {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { width, height, channels, data };
}
