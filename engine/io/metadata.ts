/**
 * What a photograph's file says of it beside its pixels, EXIF and XMP: found in PNG, JPEG and WebP, and put into results. Colour
 * profiles are no part of it, since pixels become sRGB.
 * Sources: PNG 3rd ed. 11.3.3.1 and 11.3.4.5, CIPA DC-008 (EXIF) 4.5-4.7, XMP part 3, RFC 9649 2.7.
 */
import { expectBytes } from "../errors.ts";
import { joined } from "./png-writer.ts";

export interface Metadata {
  /** A TIFF header and what follows. */
  readonly exif?: Uint8Array;
  /** A packet of XML. */
  readonly xmp?: Uint8Array;
}

const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const PNG_XMP = "XML:com.adobe.xmp\0\0\0\0\0";

/** Nothing where there is none, where the file is of another kind, or damaged. */
export function readMetadata(bytes: Uint8Array): Metadata {
  expectBytes("readMetadata", bytes);
  try {
    const start = text(bytes, 0, 16);
    if (start.startsWith("\x89PNG")) return fromPng(bytes);
    if (start.startsWith("\xff\xd8")) return fromJpeg(bytes);
    return start.startsWith("RIFF") && start.startsWith("WEBP", 8) ? fromWebp(bytes) : {};
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

function fromPng(bytes: Uint8Array): Metadata {
  const found: { exif?: Uint8Array; xmp?: Uint8Array } = {};
  for (let at = 8; at < bytes.length; ) {
    const length = viewOf(bytes).getUint32(at);
    const type = text(bytes, at + 4, 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === "eXIf") found.exif = data;
    if (type === "iTXt" && text(data, 0, PNG_XMP.length) === PNG_XMP)
      found.xmp = data.subarray(PNG_XMP.length);
    at += 12 + length;
  }
  return found;
}

function fromJpeg(bytes: Uint8Array): Metadata {
  const found: { exif?: Uint8Array; xmp?: Uint8Array } = {};
  // Segments up to the start of the scan.
  for (let at = 2; bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const data = bytes.subarray(at + 4, at + 2 + viewOf(bytes).getUint16(at + 2));
    if (bytes[at + 1] === 0xe1 && text(data, 0, 6) === EXIF) found.exif ??= data.subarray(6);
    if (bytes[at + 1] === 0xe1 && text(data, 0, XMP.length) === XMP) found.xmp ??= data.subarray(XMP.length);
    at += 4 + data.length;
  }
  return found;
}

function fromWebp(bytes: Uint8Array): Metadata {
  const found: { exif?: Uint8Array; xmp?: Uint8Array } = {};
  for (const { type, data } of riffChunks(bytes)) {
    if (type === "EXIF") found.exif = text(data, 0, 6) === EXIF ? data.subarray(6) : data;
    if (type === "XMP ") found.xmp = data;
  }
  return found;
}

/** A WebP whose EXIF data nobody finds. */
export function withoutExif(webp: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = webp.slice();
  // A chunk of another name is passed over.
  for (const { type, data } of riffChunks(copy))
    if (type === "EXIF") copy.set(bytesOf("JUNK"), data.byteOffset - copy.byteOffset - 8);
  return copy;
}

/** Of a result: upright, and as large as it is. Data that make no sense are left out. */
export function metadataOfResult({ exif, xmp }: Metadata, width: number, height: number): Metadata {
  const renewed = exif && renewExif(exif, width, height);
  return { ...(renewed && { exif: renewed }), ...(xmp && { xmp: withoutOrientation(xmp) }) };
}

/** XMP may say the orientation once more. */
function withoutOrientation(xmp: Uint8Array): Uint8Array {
  const packet = new TextDecoder().decode(xmp);
  return new TextEncoder().encode(
    packet.replace(/(tiff:Orientation(?:="|>))\d/g, (_, before: string) => `${before}1`),
  );
}

const ORIENTATION = 0x0112;
const EXIF_OFFSET = 0x8769;
const PIXEL_X = 0xa002;
const PIXEL_Y = 0xa003;

function renewExif(exif: Uint8Array, width: number, height: number): Uint8Array | undefined {
  const renewed = exif.slice();
  const view = viewOf(renewed);
  const little = text(exif, 0, 2) === "II";
  const entries = (offset: number, visit: (tag: number, type: number, value: number) => void) => {
    const count = view.getUint16(offset, little);
    for (let k = 0; k < count; k++) {
      const at = offset + 2 + 12 * k;
      visit(view.getUint16(at, little), view.getUint16(at + 2, little), at + 8);
    }
  };
  const write = (type: number, at: number, value: number) =>
    type === 3 ? view.setUint16(at, Math.min(value, 65535), little) : view.setUint32(at, value, little);
  try {
    entries(view.getUint32(4, little), (tag, type, value) => {
      if (tag === ORIENTATION) write(type, value, 1);
      if (tag === EXIF_OFFSET)
        entries(view.getUint32(value, little), (inner, kind, place) => {
          if (inner === PIXEL_X) write(kind, place, width);
          if (inner === PIXEL_Y) write(kind, place, height);
        });
    });
    return renewed;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A JPEG with these metadata; what does not fit into a segment of 64 KB is left out. */
export function jpegWith(file: Uint8Array, { exif, xmp }: Metadata): Uint8Array<ArrayBuffer> {
  const segments = [exif && [bytesOf(EXIF), exif], xmp && [bytesOf(XMP), xmp]].flatMap((parts) => {
    const data = parts && joined(parts);
    if (!data || data.length > 65533) return [];
    return [Uint8Array.of(0xff, 0xe1, (data.length + 2) >> 8, (data.length + 2) & 255), data];
  });
  // Behind the JFIF segment, which has to come first where there is one.
  const isJfif = file[2] === 0xff && file[3] === 0xe0;
  const at = isJfif ? 4 + viewOf(file).getUint16(4) : 2;
  return joined([file.subarray(0, at), ...segments, file.subarray(at)]);
}

/** A WebP with these metadata. @param alpha whether it has transparency */
export function webpWith(
  file: Uint8Array,
  { exif, xmp }: Metadata,
  { width, height, alpha }: { readonly width: number; readonly height: number; readonly alpha: boolean },
): Uint8Array<ArrayBuffer> {
  if (!exif && !xmp) return joined([file]);
  const kept = riffChunks(file).filter(({ type }) => !["VP8X", "EXIF", "XMP "].includes(type));
  const extended = new Uint8Array(10);
  extended[0] = (alpha ? 0x10 : 0) | (exif ? 0x08 : 0) | (xmp ? 0x04 : 0);
  const size = (at: number, value: number) =>
    extended.set([value & 255, (value >> 8) & 255, value >> 16], at);
  size(4, width - 1);
  size(7, height - 1);
  const chunks = [
    riffChunk("VP8X", extended),
    ...kept.map(({ type, data }) => riffChunk(type, data)),
    ...(exif ? [riffChunk("EXIF", exif)] : []),
    ...(xmp ? [riffChunk("XMP ", xmp)] : []),
  ];
  return riffChunk("RIFF", joined([bytesOf("WEBP"), ...chunks]));
}

function riffChunks(bytes: Uint8Array): { readonly type: string; readonly data: Uint8Array }[] {
  const list = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = viewOf(bytes).getUint32(at + 4, true);
    list.push({ type: text(bytes, at, 4), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  return list;
}

function riffChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = new Uint8Array(4);
  viewOf(size).setUint32(0, data.length, true);
  return joined([bytesOf(type), size, data, new Uint8Array(data.length & 1)]);
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const bytesOf = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));
const text = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));
