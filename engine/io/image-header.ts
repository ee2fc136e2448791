/**
 * Kind and size of an encoded image from its first bytes, so that an absurd size is refused before anything is decoded.
 * Sources: PNG 3rd ed. 11.2.1 (IHDR), ITU T.81 B.2.2 (SOFn), RFC 9649 2 (WebP), GIF89a 18.
 */
import { expectBytes } from "../errors.ts";

/** What a header says. The size is that of the stored pixels, before any EXIF orientation. */
export interface ImageHeader {
  readonly format: "png" | "jpeg" | "webp" | "gif";
  readonly width: number;
  readonly height: number;
}

/** Reads the header of a PNG, JPEG, WebP or GIF; undefined for anything else or a header cut short. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  expectBytes("readImageHeader", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readPng(view) ?? readJpeg(view) ?? readWebp(view) ?? readGif(view);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a DataView read behind the end: cut short
    throw error;
  }
}

function readPng(view: DataView): ImageHeader | undefined {
  if (view.getUint32(0) !== 0x89504e47 || tag(view, 12) !== "IHDR") return undefined;
  return { format: "png", width: view.getUint32(16), height: view.getUint32(20) };
}

function readJpeg(view: DataView): ImageHeader | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let position = 2;
  for (;;) {
    if (view.getUint8(position) !== 0xff) return undefined;
    const marker = view.getUint8(position + 1);
    if (marker === 0xff) {
      position += 1; // fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { format: "jpeg", height: view.getUint16(position + 5), width: view.getUint16(position + 7) };
    }
    position += 2 + view.getUint16(position + 2);
  }
}

function readWebp(view: DataView): ImageHeader | undefined {
  if (tag(view, 0) !== "RIFF" || tag(view, 8) !== "WEBP") return undefined;
  switch (tag(view, 12)) {
    case "VP8X":
      return { format: "webp", width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { format: "webp", width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case "VP8 ":
      return {
        format: "webp",
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    default:
      return undefined;
  }
}

function readGif(view: DataView): ImageHeader | undefined {
  if (tag(view, 0) !== "GIF8") return undefined;
  return { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function tag(view: DataView, position: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(position + i)));
}

function uint24(view: DataView, position: number): number {
  return view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
}
