/** Results written in Node as they come: PNG row by row, other formats by sharp from the whole picture. */
import { InputError } from "../errors.ts";
import { plainBytes, writeFileAtomic } from "./fs-node.ts";
import type { Image } from "./image.ts";
import { jpegWith, type Metadata, webpWith } from "./metadata.ts";
import { type PngHeader, pngFile } from "./png-writer.ts";
import { loadSharp } from "./sharp-node.ts";

/** Largest side that a format can have. */
const MOST_SIDE = { png: 2 ** 31 - 1, jpg: 65_500, webp: 16_383, avif: 16_384 } as const;

export interface PictureFile extends Pick<PngHeader, "width" | "height" | "channels"> {
  readonly format: keyof typeof MOST_SIDE;
  /** 1 to 100, of formats with losses. Default 90. */
  readonly quality?: number | undefined;
  readonly metadata?: Metadata | undefined;
}

/** Refuses what the format cannot hold. @throws InputError */
export function checkPictureFile(path: string, { format, width, height }: PictureFile): void {
  if (Math.max(width, height) > MOST_SIDE[format])
    throw new InputError(
      `${path}: ${format.toUpperCase()} holds at most ${MOST_SIDE[format]} pixels a side, not ${width}x${height}; take PNG, or make it smaller`,
    );
}

/**
 * Writes a picture of sRGB bytes, whole or not at all.
 * @param strips its rows, from top to bottom
 * @throws InputError when it cannot be written, or the format cannot hold it; and what `strips` throws
 */
export async function writePicture(
  path: string,
  file: PictureFile,
  strips: AsyncIterable<Pick<Image, "data">>,
): Promise<void> {
  checkPictureFile(path, file);
  const { width, height, channels, format, quality = 90, metadata = {} } = file;
  if (format === "png") return writeFileAtomic(path, pngFile({ ...file, ...metadata }, strips));
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for await (const strip of strips) {
    data.set(strip.data, at);
    at += strip.data.length;
  }
  const raw = (await loadSharp())(data, {
    raw: { width, height, channels },
    limitInputPixels: false,
  }).toColourspace(channels < 3 ? "b-w" : "srgb");
  const alpha = channels === 2 || channels === 4;
  switch (format) {
    case "jpg": {
      const opaque = alpha ? raw.flatten({ background: "white" }) : raw;
      const jpeg = await opaque.jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();
      return writeFileAtomic(path, jpegWith(plainBytes(jpeg), metadata));
    }
    case "webp": {
      const webp = await raw.webp({ quality }).toBuffer();
      return writeFileAtomic(path, webpWith(plainBytes(webp), metadata, { width, height, alpha }));
    }
    case "avif":
      return writeFileAtomic(path, plainBytes(await raw.avif({ quality, effort: 2 }).toBuffer()));
  }
}
