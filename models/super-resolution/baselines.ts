/** Upscaling by four without a network: what every model is compared with. */
import { imresize } from "../../engine/data/imresize.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";

function upscale(image: Image, kernel: "bicubic" | "nearest"): Image {
  const { width, height, data } = imresize(image, { scale: 4 }, { kernel, roundEachPass: false });
  return makeImage(data, width, height, image.channels);
}

/** MATLAB's bicubic: symmetric border, rounded once at the end. [h, w, c] -> [4h, 4w, c]. */
export async function bicubic(image: Image): Promise<Image> {
  return upscale(image, "bicubic");
}

/** Every pixel repeated four times in each direction. [h, w, c] -> [4h, 4w, c]. */
export async function nearest(image: Image): Promise<Image> {
  return upscale(image, "nearest");
}

/** The upscalers that need no weights, by the name that a user types. */
export const BASELINES = { bicubic, nearest } as const;
