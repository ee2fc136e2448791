import type { Image } from "../../../engine/io/image.ts";

/** An RGB image whose pixel at (x, y) is (x, y, tag): a crop of it says where it came from. At most 256 pixels a side. */
export function positionImage(width: number, height: number, tag: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, tag], (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}
