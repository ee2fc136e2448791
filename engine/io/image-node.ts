/** Images in Node, decoded and encoded by sharp (libvips). */
import sharp, { type Sharp } from "sharp";
import { GanvasError, InputError } from "../errors.ts";
import { plainBytes, readFileBytes, writeFileAtomic } from "./fs-node.ts";
import { checkImageSize, type DecodeOptions, type Image, MAX_PIXELS, makeImage } from "./image.ts";
import { readImageHeader } from "./image-header.ts";

/** sharp's names of the formats that are read. Vector formats and documents are not: they have no pixels of their own. */
const FORMATS: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "gif", "tiff", "heif"]);
const FORMAT_LIST = "PNG, JPEG, WebP, AVIF, TIFF or GIF";

/**
 * Decodes a PNG, JPEG, WebP, AVIF, TIFF or GIF (first frame) to RGB, or RGBA where it has transparency. EXIF orientation is
 * applied, 16 bits are reduced to 8, grey, palette and CMYK become RGB, and an embedded colour profile is converted to sRGB.
 * The pixels of an untagged 8-bit PNG come out exactly as stored.
 * @param name the file's name, for messages
 * @throws InputError when it is no image, truncated or damaged, empty, or larger than the limit (told by its header)
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  options: DecodeOptions = {},
): Promise<Image> {
  if (bytes.length === 0) throw new InputError(`${name}: the file is empty`);
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const header = readImageHeader(bytes);
  if (header) checkImageSize(header.width, header.height, name, maxPixels);
  try {
    const { format, width, height } = await open(bytes).metadata();
    if (!FORMATS.has(format))
      throw new InputError(`${name}: ${format} files are not read; give ${FORMAT_LIST}`);
    checkImageSize(width, height, name, maxPixels);
    const { data, info } = await open(bytes)
      .autoOrient()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return makeImage(plainBytes(data), info.width, info.height, info.channels);
  } catch (error) {
    if (error instanceof GanvasError) throw error;
    throw new InputError(describeFailure((error as Error).message, name));
  }
}

/** Truncated or damaged data are errors, never grey pixels. The pixel limit is checked above, by the header. */
function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: "error", limitInputPixels: false });
}

function describeFailure(message: string, name: string): string {
  if (message.includes("unsupported image format")) return `${name}: not an image (expected ${FORMAT_LIST})`;
  const detail = message
    .split("\n")[0]
    ?.replace(/^Input buffer has corrupt header:\s*/, "")
    .trim();
  return `${name}: the image is truncated or damaged${detail ? ` (${detail})` : ""}`;
}

/**
 * Reads and decodes an image file, as {@link decodeImage}.
 * @throws InputError also when the file cannot be read
 */
export async function readImage(path: string, options: DecodeOptions = {}): Promise<Image> {
  return decodeImage(await readFileBytes(path), path, options);
}

/** Encodes as PNG: grey, grey with alpha, RGB or RGBA of 8 bits, lossless, without a colour profile (that is, sRGB). */
export async function encodePng(image: Image): Promise<Uint8Array> {
  const { data, width, height, channels } = makeImage(image.data, image.width, image.height, image.channels);
  const raw = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return plainBytes(
    await raw
      .toColourspace(channels < 3 ? "b-w" : "srgb")
      .png({ palette: false })
      .toBuffer(),
  );
}

/**
 * Writes a PNG file, whole or not at all.
 * @throws InputError when it cannot be written
 */
export async function writePng(path: string, image: Image): Promise<void> {
  await writeFileAtomic(path, await encodePng(image));
}
