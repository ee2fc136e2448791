/** Results of the upscale page within the engine's thread: made strip by strip, kept as blobs, cut and encoded from there. */
import { init, warmUp } from "../../engine/index.ts";
import { type Image, makeImage } from "../../engine/io/image.ts";
import { encodeCanvas } from "../../engine/io/image-browser.ts";
import { jpegWith, metadataOfResult, pngFile, readMetadata, webpWith } from "../../engine/io/index.ts";
import { enlargeTo } from "../../models/super-resolution/result.ts";
import type { ResultSize } from "../../models/super-resolution/result-name.ts";
import type { SuperResolver } from "../../models/super-resolution/upscale.ts";
import type { CallOptions, Enlarged, FileWishes } from "./engine-calls.ts";

/** Enlarges an image, telling every tile. */
export async function enlarge(
  image: Image,
  model: SuperResolver,
  size: ResultSize | undefined,
  { onProgress, signal }: CallOptions<"upscale">,
): Promise<Enlarged> {
  await init();
  const { width, height, channels, strips } = enlargeTo(image, model, {
    size,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.({ done, total }),
    onTile: (tile) => onProgress?.({ tile: { ...tile, scale: model.scale } }),
  });
  const parts: Blob[] = [];
  await warmUp(
    async () => {
      for await (const { data } of strips) parts.push(new Blob([data as Uint8Array<ArrayBuffer>]));
    },
    (compiled, asked) => onProgress?.({ compiled, asked }),
  );
  return { width, height, channels, pixels: new Blob(parts) };
}

/** Bytes of rows that are read at a time. */
const BAND = 1 << 25;

async function* bands(result: Enlarged, top = 0, bottom = result.height) {
  const stride = result.width * result.channels;
  const rows = Math.max(1, Math.floor(BAND / stride));
  for (let y = top; y < bottom; y += rows) {
    const end = Math.min(y + rows, bottom);
    const bytes = await result.pixels.slice(y * stride, end * stride).arrayBuffer();
    yield { y, rows: end - y, data: new Uint8Array(bytes) };
  }
}

/** A rectangle of a result. */
export async function partOf(
  result: Enlarged,
  region: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Promise<Image> {
  const { channels } = result;
  const { left, top, width, height } = region;
  const pixels = new Uint8Array(width * height * channels);
  for await (const { y, rows, data } of bands(result, top, top + height))
    for (let row = 0; row < rows; row++) {
      const from = (row * result.width + left) * channels;
      pixels.set(data.subarray(from, from + width * channels), (y - top + row) * width * channels);
    }
  return makeImage(pixels, width, height, channels);
}

const MIME = { png: "image/png", jpg: "image/jpeg", webp: "image/webp", avif: "image/avif" } as const;

/** @throws InputError where this browser cannot write the format, or not so large */
export async function encode(result: Enlarged, { format, quality, metadataOf }: FileWishes): Promise<Blob> {
  const { width, height, channels } = result;
  const source = metadataOf ? readMetadata(new Uint8Array(await metadataOf.arrayBuffer())) : {};
  const metadata = metadataOfResult(source, width, height);
  const type = MIME[format];
  if (format === "png") {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const blobs: Blob[] = [];
    for await (const part of pngFile({ width, height, channels, ...metadata }, bands(result))) {
      parts.push(part);
      // Handed to the browser by and by, which keeps them where there is room.
      if (parts.length >= 64) blobs.push(new Blob(parts.splice(0)));
    }
    return new Blob([...blobs, ...parts], { type });
  }
  const encoded = await encodeCanvas(result, bands(result), type, quality / 100);
  if (!metadata.exif && !metadata.xmp) return encoded;
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  const alpha = channels === 2 || channels === 4;
  const file =
    format === "jpg"
      ? jpegWith(bytes, metadata)
      : format === "webp"
        ? webpWith(bytes, metadata, { width, height, alpha })
        : bytes;
  return new Blob([file], { type });
}
