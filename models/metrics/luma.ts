/** Luma of 8-bit RGB in studio range (16 to 235), float64 (MODELS 8.2). */
import type { Image } from "../../engine/io/image.ts";
import type { Plane } from "./plane.ts";

/** "bt601": MATLAB's rgb2ycbcr, the custom of the super-resolution literature. "bt709": what daala's tools read. */
export type LumaStandard = "bt601" | "bt709";

/** Luma of one pixel. */
export const LUMA: Record<LumaStandard, (r: number, g: number, b: number) => number> = {
  bt601: (r, g, b) => 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255,
  bt709: (r, g, b) => 16 + (219 * (0.2126 * r + 0.7152 * g + 0.0722 * b)) / 255,
};

/**
 * The luma plane of an image.
 *
 * Grey images count as RGB with three equal channels, so theirs too lies in 16 to 235: taking the grey value itself
 * would lower PSNR by 20 log10(255/219) = 1.32 dB. Alpha is ignored.
 *
 * @param round half up to integers
 */
export function luma(image: Image, standard: LumaStandard, round = false): Plane {
  const { width, height, channels, data } = image;
  const of = LUMA[standard];
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const plane = new Float64Array(width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += channels) {
    const y = of(data[at] as number, data[at + green] as number, data[at + blue] as number);
    plane[i] = round ? Math.floor(y + 0.5) : y;
  }
  return { width, height, data: plane };
}
