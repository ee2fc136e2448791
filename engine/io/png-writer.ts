/**
 * PNG files that are written as their rows come, the same in every host. Each row is filtered in the way that leaves the smallest
 * numbers (PNG 3rd ed. 9 and 12.7), then deflated by the host's own zlib.
 */
import { crc32 } from "./crc32.ts";

/** What a file says beside its pixels. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; all of 8 bits, in sRGB. */
  readonly channels: 1 | 2 | 3 | 4;
  /** EXIF data, a TIFF header and what follows. */
  readonly exif?: Uint8Array | undefined;
  /** An XMP packet, XML as UTF-8. */
  readonly xmp?: Uint8Array | undefined;
}

const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** Bytes of an IDAT chunk, about. */
const CHUNK = 1 << 18;

/** The file in pieces. @param strips whole rows, from top to bottom, `height` in all */
export async function* pngFile(
  header: PngHeader,
  strips: AsyncIterable<{ readonly data: Uint8Array }>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { width, height, channels, exif, xmp } = header;
  const start = new Uint8Array(13);
  const view = new DataView(start.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  start.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  yield Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  yield pngChunk("IHDR", start);
  yield pngChunk("sRGB", Uint8Array.of(0));
  if (exif) yield pngChunk("eXIf", exif);
  if (xmp) yield pngChunk("iTXt", joined([ascii("XML:com.adobe.xmp\0\0\0\0\0"), xmp]));
  let [pending, bytes]: [Uint8Array[], number] = [[], 0];
  for await (const part of deflated(filteredRows(strips, width * channels, channels))) {
    pending.push(part);
    bytes += part.length;
    if (bytes < CHUNK) continue;
    yield pngChunk("IDAT", joined(pending));
    [pending, bytes] = [[], 0];
  }
  yield pngChunk("IDAT", joined(pending));
  yield pngChunk("IEND", new Uint8Array(0));
}

/** Length, type, data and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(data.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(ascii(type), 4);
  chunk.set(data, 8);
  view.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)));
  return chunk;
}

async function* deflated(parts: AsyncGenerator<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await parts.return(undefined)),
  });
  const reader = source.pipeThrough(new CompressionStream("deflate")).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}

/** Rows as they are deflated: the number of a filter, and what it leaves. */
async function* filteredRows(
  strips: AsyncIterable<{ readonly data: Uint8Array }>,
  stride: number,
  pixel: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let above = new Uint8Array(stride);
  const tried = Array.from({ length: 5 }, () => new Uint8Array(stride));
  for await (const { data } of strips) {
    const rows = data.length / stride;
    const out = new Uint8Array(data.length + rows);
    for (let y = 0; y < rows; y++) {
      const row = data.subarray(y * stride, (y + 1) * stride);
      const filter = bestFilter(row, above, pixel, tried);
      out[y * (stride + 1)] = filter;
      out.set(tried[filter] as Uint8Array, y * (stride + 1) + 1);
      above = row.slice();
    }
    if (rows > 0) yield out;
  }
}

/** Tries all five. @returns the one whose results, taken as signed bytes, are the smallest in sum */
function bestFilter(row: Uint8Array, above: Uint8Array, pixel: number, tried: readonly Uint8Array[]): number {
  const [none, sub, up, average, paeth] = tried as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const sums = [0, 0, 0, 0, 0];
  let [s0, s1, s2, s3, s4] = [0, 0, 0, 0, 0];
  for (let i = 0; i < row.length; i++) {
    const x = row[i] as number;
    const b = above[i] as number;
    const a = i < pixel ? 0 : (row[i - pixel] as number);
    const c = i < pixel ? 0 : (above[i - pixel] as number);
    const toA = Math.abs(b - c);
    const toB = Math.abs(a - c);
    const toC = Math.abs(a + b - 2 * c);
    const nearest = toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    none[i] = x;
    sub[i] = x - a;
    up[i] = x - b;
    average[i] = x - ((a + b) >> 1);
    paeth[i] = x - nearest;
    s0 += size(x);
    s1 += size(sub[i] as number);
    s2 += size(up[i] as number);
    s3 += size(average[i] as number);
    s4 += size(paeth[i] as number);
  }
  [sums[0], sums[1], sums[2], sums[3], sums[4]] = [s0, s1, s2, s3, s4];
  return sums.indexOf(Math.min(...sums));
}

const size = (byte: number): number => (byte < 128 ? byte : 256 - byte);

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
