/** PNG files made and read without the libraries under test. */
import { unzlibSync, zlibSync } from "fflate";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { crc32 } from "../../../engine/io/crc32.ts";

/** A PNG from its parts: `rows` are the unpacked scanlines, each behind its filter byte. */
export function png(
  width: number,
  height: number,
  bits: number,
  colorType: number,
  rows: number[],
  chunks: Uint8Array[] = [],
): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([bits, colorType], 8);
  const parts = [
    chunk("IHDR", header),
    ...chunks,
    chunk("IDAT", zlibSync(Uint8Array.from(rows))),
    chunk("IEND", new Uint8Array(0)),
  ];
  return Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, ...parts.flatMap((part) => [...part])]);
}

/** One chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** An own decoder of 8-bit RGB PNGs (PNG 3rd ed. 9.2), to compare sharp with. */
export function decodeRgbPng(bytes: Uint8Array): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if ([...bytes.subarray(24, 29)].join() !== "8,2,0,0,0") throw new Error("not a plain RGB PNG of 8 bits");
  const packed: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49444154)
      packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const rows = unzlibSync(Buffer.concat(packed));
  const stride = width * 3;
  const out = new Uint8Array(stride * height);
  const at = (y: number, x: number) => (y < 0 || x < 0 ? 0 : (out[y * stride + x] as number));
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)] as number;
    for (let x = 0; x < stride; x++) {
      const [a, b, c] = [at(y, x - 3), at(y - 1, x), x < 3 ? 0 : at(y - 1, x - 3)];
      const predictions = [0, a, b, (a + b) >> 1, paeth(a, b, c)];
      out[y * stride + x] = (rows[y * (stride + 1) + 1 + x] as number) + (predictions[filter] as number);
    }
  }
  return makeImage(out, width, height, 3);
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** A smooth coloured test picture. */
export function picture(width: number, height: number, channels: number): Image {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels];
    return (40 * c + 5 * x + 3 * y) & 255;
  });
  return makeImage(data, width, height, channels);
}
