/** How a photograph's pixels lie in its file (CIPA DC-008, EXIF 4.6.4: tag 274), and how they are turned upright. */
import { type Image, makeImage } from "./image.ts";

const ORIENTATION = 0x0112;

/** 1 to 8; 1, upright, where the EXIF data (a TIFF header and what follows) say nothing that makes sense. */
export function orientationOf(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const little = exif[0] === 0x49;
  try {
    const directory = view.getUint32(4, little);
    for (let k = 0; k < view.getUint16(directory, little); k++) {
      const at = directory + 2 + 12 * k;
      if (view.getUint16(at, little) !== ORIENTATION) continue;
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** The image turned and mirrored as its orientation asks. */
export function upright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const mirrorsAcross = [2, 3, 7, 8].includes(orientation);
  const mirrorsDown = [3, 4, 6, 7].includes(orientation);
  const [w, h] = orientation >= 5 ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      // Its place in the file: first the axes are exchanged, then mirrored.
      const [u, v] = orientation >= 5 ? [y, x] : [x, y];
      const from =
        ((mirrorsDown ? height - 1 - v : v) * width + (mirrorsAcross ? width - 1 - u : u)) * channels;
      for (let c = 0; c < channels; c++) out[(y * w + x) * channels + c] = data[from + c] as number;
    }
  return makeImage(out, w, h, channels);
}
