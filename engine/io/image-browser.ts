/**
 * Images in a page or worker, decoded and encoded by the browser.
 *
 * Nothing may touch the pixels on the way but the conversion of a profile's colours to sRGB: no premultiplied alpha, which rounds the
 * colours of transparent pixels. A 2D canvas always premultiplies, so it serves opaque images only; transparent ones are
 * read back through WebGL and encoded from an ImageBitmap.
 */
import { GanvasError, InputError } from "../errors.ts";
import {
  checkImageSize,
  type DecodeOptions,
  hasAlpha,
  type Image,
  MAX_PIXELS,
  makeImage,
  toRgb,
  toRgba,
} from "./image.ts";
import { foreignFormat, notBuiltIn } from "./image-formats.ts";
import { type ImageHeader, readImageHeader } from "./image-header.ts";
import { readMetadata, withoutExif } from "./metadata.ts";
import { orientationOf, upright } from "./orientation.ts";
import { withProfile } from "./png-colour.ts";

/** Bytes of a file in which its header, behind EXIF data and a thumbnail, is looked for. */
const HEADER_BYTES = 1 << 20;

/** Pixels as they are. */
const UNTOUCHED: ImageBitmapOptions = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
/** Colours in sRGB. */
const IN_SRGB: ImageBitmapOptions = { premultiplyAlpha: "none", colorSpaceConversion: "default" };

/**
 * Decodes whatever the browser can (PNG, JPEG, WebP, AVIF, GIF's first frame) to RGB, or RGBA where a pixel is transparent.
 * EXIF orientation is applied; embedded colour profiles, and what a PNG says of its colours, are converted to sRGB;
 * of CMYK in the browser's own way.
 * @param name the file's name, for messages; by default the File's own
 * @throws InputError when it is no image, damaged, empty, or larger than the limit (told by its header where it has one)
 */
export async function decodeImage(
  blob: Blob,
  name = nameOf(blob),
  options: DecodeOptions = {},
): Promise<Image> {
  if (blob.size === 0) throw new InputError(`${name}: the file is empty`);
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const start = new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer());
  const header = readImageHeader(start);
  if (header) checkImageSize(header.width, header.height, name, maxPixels);
  const { source, orientation } = await prepared(blob, header);
  const bitmap = await createImageBitmap(source, IN_SRGB).catch(() => {
    const foreign = foreignFormat(start);
    if (foreign) throw new InputError(notBuiltIn(name, `${foreign} in this browser`, "PNG, JPEG or WebP"));
    const what = header ? "the image is truncated or damaged" : "not an image that this browser can read";
    throw new InputError(`${name}: ${what}`);
  });
  try {
    const { width, height } = bitmap;
    checkImageSize(width, height, name, maxPixels);
    const pixels = readPixels2d(bitmap, name);
    const image = isOpaque(pixels)
      ? toRgb(makeImage(pixels, width, height, 4))
      : makeImage(readPixelsWebgl(bitmap) ?? pixels, width, height, 4);
    return upright(image, orientation);
  } finally {
    bitmap.close();
  }
}

/**
 * A PNG says its colours in ways that browsers follow or not; see `withProfile`. A WebP says by EXIF how its pixels lie, which some
 * browsers follow: none is told, and it is done here.
 */
async function prepared(
  blob: Blob,
  header: ImageHeader | undefined,
): Promise<{ readonly source: Blob; readonly orientation: number }> {
  if (header?.format === "png")
    return { source: new Blob([withProfile(new Uint8Array(await blob.arrayBuffer()))]), orientation: 1 };
  if (header?.format !== "webp") return { source: blob, orientation: 1 };
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const { exif } = readMetadata(bytes);
  const orientation = exif ? orientationOf(exif) : 1;
  return { source: orientation === 1 ? blob : new Blob([withoutExif(bytes)]), orientation };
}

function nameOf(blob: Blob): string {
  return blob instanceof File ? blob.name : "image";
}

function readPixels2d(bitmap: ImageBitmap, name: string): Uint8Array {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new InputError(`${name}: this browser has no canvas of ${width}x${height} pixels`);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

/** RGBA bytes as decoded; undefined where WebGL is not to be had or its textures are too small. */
function readPixelsWebgl(bitmap: ImageBitmap): Uint8Array | undefined {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return undefined;
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // browsers keep few contexts alive; give this one back now
  return failed ? undefined : pixels;
}

/**
 * Encodes as PNG, lossless: RGB, or RGBA where the image has alpha.
 * @throws InputError when the image is larger than the browser can encode
 */
export async function encodePng(image: Image): Promise<Blob> {
  const { width, height, data } = toRgba(makeImage(image.data, image.width, image.height, image.channels));
  try {
    const pixels = new ImageData(new Uint8ClampedArray(data), width, height);
    const canvas = new OffscreenCanvas(width, height);
    if (hasAlpha(image)) {
      canvas
        .getContext("bitmaprenderer")
        ?.transferFromImageBitmap(await createImageBitmap(pixels, UNTOUCHED));
    } else {
      canvas.getContext("2d", { alpha: false })?.putImageData(pixels, 0, 0);
    }
    return await canvas.convertToBlob({ type: "image/png" });
  } catch (error) {
    if (error instanceof GanvasError) throw error;
    throw new InputError(
      `this browser cannot encode ${width}x${height} pixels as PNG (${(error as Error).message})`,
    );
  }
}

/**
 * Encodes rows as they come in a format that the browser writes: JPEG on white, WebP, AVIF in some.
 * @param quality 0 to 1
 * @throws InputError when the browser does not write the format, or nothing so large
 */
export async function encodeCanvas(
  { width, height, channels }: Pick<Image, "width" | "height" | "channels">,
  strips: AsyncIterable<{ readonly y: number; readonly rows: number; readonly data: Uint8Array }>,
  type: string,
  quality: number,
): Promise<Blob> {
  const name = type.slice("image/".length).toUpperCase();
  const problem = (why: string) =>
    new InputError(
      `this browser cannot encode ${width}x${height} pixels as ${name} (${why}); PNG has no such limit`,
    );
  let blob: Blob;
  try {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("it has no canvas of this size");
    for await (const { y, rows, data } of strips) {
      const { data: rgba } = toRgba(makeImage(data, width, rows, channels));
      context.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, rows), 0, y);
    }
    if (type === "image/jpeg") {
      context.globalCompositeOperation = "destination-over";
      context.fillStyle = "white";
      context.fillRect(0, 0, width, height);
    }
    blob = await canvas.convertToBlob({ type, quality });
  } catch (error) {
    if (error instanceof GanvasError) throw error;
    throw problem((error as Error).message);
  }
  // A browser that does not know the format gives PNG.
  if (blob.type !== type) throw problem("it does not write this format");
  return blob;
}
