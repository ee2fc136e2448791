/** A picture of any size as the square of bytes that networks learn from. */
import { imresize } from "../../engine/data/index.ts";
import type { Image } from "../../engine/io/image.ts";

/** What the pictures of a set become. */
export interface PictureForm {
  /** Width and height in pixels. */
  readonly size: number;
  /** 1: grey by BT.601's luma; 3: RGB. */
  readonly channels: 1 | 3;
  /** What shows through transparent pixels, from 0 to 255. */
  readonly background: readonly [red: number, green: number, blue: number];
}

export const WHITE = [255, 255, 255] as const;

/** Times larger than asked for from which a picture is first reduced by averaging, which costs a tenth of the bicubic kernel. */
const MUCH_LARGER = 8;

/**
 * The central square of a picture, resized (bicubic, antialiased) in [size, size, channels]. The same numbers in every host,
 * which the hosts' own resizing would not give.
 */
export function squarePicture(image: Image, form: PictureForm): Uint8Array {
  const { size, channels } = form;
  const shorter = Math.min(image.width, image.height);
  const factor = shorter >= MUCH_LARGER * size ? Math.floor(shorter / (MUCH_LARGER / 2) / size) : 1;
  const side = Math.floor(shorter / factor);
  const square = centre(image, form, side * factor);
  const reduced = factor === 1 ? square : average(square, side, channels, factor);
  if (side === size) return reduced;
  const raster = { width: side, height: side, channels, data: reduced };
  return imresize(raster, { width: size, height: size }, { roundEachPass: false }).data;
}

/** The central `side` by `side` pixels over the background, in the channels asked for. */
function centre(image: Image, { channels, background }: PictureForm, side: number): Uint8Array {
  const { width, height, channels: given, data } = image;
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const colours = given < 3 ? 1 : 3;
  const opaque = given === 1 || given === 3;
  const out = new Uint8Array(side * side * channels);
  if (given === channels) {
    for (let y = 0; y < side; y++) {
      const from = ((top + y) * width + left) * given;
      out.set(data.subarray(from, from + side * given), y * side * given);
    }
    return out;
  }
  const rgb = [0, 0, 0] as [number, number, number];
  let to = 0;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const from = ((top + y) * width + left + x) * given;
      const alpha = opaque ? 255 : (data[from + colours] as number);
      for (let c = 0; c < 3; c++) {
        const colour = data[from + (colours === 1 ? 0 : c)] as number;
        rgb[c] = Math.round((colour * alpha + (background[c] as number) * (255 - alpha)) / 255);
      }
      if (channels === 1) out[to++] = luma(rgb);
      else for (const value of rgb) out[to++] = value;
    }
  return out;
}

/** Grey as BT.601 sees it; a grey colour stays as it is. */
const luma = ([red, green, blue]: readonly [number, number, number]): number =>
  Math.round(0.299 * red + 0.587 * green + 0.114 * blue);

/** Means of `factor` by `factor` pixels: [side, side, channels]. */
function average(square: Uint8Array, side: number, channels: number, factor: number): Uint8Array {
  const out = new Uint8Array(side * side * channels);
  const row = side * factor * channels;
  const sums = new Uint32Array(side * channels);
  for (let y = 0; y < side; y++) {
    sums.fill(0);
    for (let i = 0; i < factor; i++) {
      let from = (y * factor + i) * row;
      for (let x = 0; x < side; x++)
        for (let j = 0; j < factor; j++)
          for (let c = 0; c < channels; c++)
            sums[x * channels + c] = (sums[x * channels + c] as number) + (square[from++] as number);
    }
    for (let i = 0; i < sums.length; i++)
      out[y * sums.length + i] = Math.round((sums[i] as number) / (factor * factor));
  }
  return out;
}
