/** Images in Node, decoded and encoded by sharp (libvips). */
import type { Sharp } from "sharp";
import { GanvasError, InputError } from "../errors.ts";
import { plainBytes, readFileBytes, writeFileAtomic } from "./fs-node.ts";
import { checkImageSize, type DecodeOptions, type Image, MAX_PIXELS, makeImage } from "./image.ts";
import { foreignFormat, notBuiltIn } from "./image-formats.ts";
import { readImageHeader } from "./image-header.ts";
import { withProfile } from "./png-colour.ts";
import { loadSharp } from "./sharp-node.ts";

/** sharp's names of the formats that are read. Vector formats and documents are not: they have no pixels of their own. */
const FORMATS: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "gif", "tiff", "heif"]);
const FORMAT_LIST = "PNG, JPEG, WebP, AVIF, TIFF or GIF";

/**
 * Decodes a PNG, JPEG, WebP, AVIF, TIFF or GIF (first frame) to RGB, or RGBA where it has transparency. EXIF orientation is
 * applied, 16 bits are reduced to 8, grey, palette and CMYK become RGB, and an embedded colour profile, or what a PNG says of its colours, is converted to sRGB.
 * Floats from 0 to 1 are scaled to bytes, without a change of their curve.
 * The pixels of an untagged 8-bit PNG come out exactly as stored.
 * @param name the file's name, for messages
 * @throws InputError when it is no image, truncated or damaged, empty, of a format that is not built in, or larger than the
 *   limit (told by its header)
 */
export async function decodeImage(
  file: Uint8Array,
  name: string,
  options: DecodeOptions = {},
): Promise<Image> {
  const bytes = withProfile(file as Uint8Array<ArrayBuffer>, (note) => options.onNote?.(`${name}: ${note}`));
  if (bytes.length === 0) throw new InputError(`${name}: the file is empty`);
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const header = readImageHeader(bytes);
  if (header) checkImageSize(header.width, header.height, name, maxPixels);
  const sharp = await loadSharp();
  // Truncated or damaged data are errors, never grey pixels. The pixel limit is checked above, by the header.
  const open = () => sharp(bytes, { failOn: "error", limitInputPixels: false });
  try {
    const { format, width, height, pages = 1, depth, space, icc } = await open().metadata();
    if (!FORMATS.has(format))
      throw new InputError(`${name}: ${format} files are not read; give ${FORMAT_LIST}`);
    checkImageSize(width, height, name, maxPixels);
    if (pages > 1)
      options.onNote?.(
        `${name}: it has ${pages} ${format === "tiff" ? "pages" : "frames"}; only the first is used`,
      );
    if (depth === "float" && (space === "scrgb" || space === "b-w"))
      return await decodeFloats(open(), name, options);
    // sharp takes 16 bits with a profile through Display P3, and would leave them there.
    const source = depth === "ushort" && icc ? open().pipelineColourspace("srgb") : open();
    const { data, info } = await source
      .autoOrient()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return makeImage(plainBytes(data), info.width, info.height, info.channels);
  } catch (error) {
    if (error instanceof GanvasError) throw error;
    throw new InputError(describeFailure((error as Error).message, name, bytes));
  }
}

/** Black to white is 0 to 1, else 0 to 255, else 0 to 65535: what the numbers fit into. */
async function decodeFloats(image: Sharp, name: string, { onNote }: DecodeOptions): Promise<Image> {
  const { space } = await image.metadata();
  const { data, info } = await (space === "scrgb" ? image.toColourspace("scrgb") : image)
    .autoOrient()
    .raw({ depth: "float" })
    .toBuffer({ resolveWithObject: true });
  const floats = new Float32Array(plainBytes(data).slice().buffer);
  const largest = floats.reduce((most, value) => (value > most ? value : most), 0);
  const white = largest <= 1 ? 1 : largest <= 255 ? 255 : 65535;
  if (white > 1) onNote?.(`${name}: its numbers reach ${largest}; ${white} is taken for white`);
  const levels = Uint8ClampedArray.from(floats, (value) => (value / white) * 255);
  return makeImage(new Uint8Array(levels.buffer), info.width, info.height, info.channels);
}

/** What libvips says where it has no code for a kind of file, such as CIELAB or 64 bits in TIFF. */
const NO_CODE = /not been built in|not supported|bad labq format|samples out of range/;

function describeFailure(message: string, name: string, bytes: Uint8Array): string {
  const foreign = foreignFormat(bytes) ?? (NO_CODE.test(message) ? "this kind of image" : undefined);
  if (foreign) return notBuiltIn(name, foreign, FORMAT_LIST);
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
  const sharp = await loadSharp();
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
