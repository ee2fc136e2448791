/** Writes uncompressed little-endian TIFF files (TIFF 6.0, one strip) of kinds that sharp does not write. */

export interface TiffKind {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bits: 8 | 16 | 32 | 64;
  /** 1 grey, 2 RGB, 8 CIELAB. */
  readonly photometric: 1 | 2 | 8;
  /** Numbers are IEEE floats. */
  readonly float?: boolean;
}

export function tiff(
  { width, height, channels, bits, photometric, float = false }: TiffKind,
  data: Uint8Array,
) {
  const SHORT = 3;
  const LONG = 4;
  const repeated = (value: number) => Array<number>(channels).fill(value);
  const tags: [tag: number, type: number, values: number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, repeated(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [photometric]],
    [273, LONG, [0]], // where the strip begins, filled in below
    [277, SHORT, [channels]],
    [278, LONG, [height]],
    [279, LONG, [data.length]],
    [339, SHORT, repeated(float ? 3 : 1)],
  ];
  const directory = 8;
  let free = directory + 2 + 12 * tags.length + 4;
  const extra = tags.reduce((sum, [, type, values]) => sum + spill(type, values.length), 0);
  const strip = free + extra;
  const bytes = new Uint8Array(strip + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0, directory]);
  view.setUint16(directory, tags.length, true);
  tags.forEach(([tag, type, values], k) => {
    const at = directory + 2 + 12 * k;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    const size = spill(type, values.length);
    let to = at + 8;
    if (size > 0) {
      view.setUint32(at + 8, free, true);
      to = free;
      free += size;
    }
    values.forEach((value, i) => {
      if (type === SHORT) view.setUint16(to + 2 * i, value, true);
      else view.setUint32(to + 4 * i, tag === 273 ? strip : value, true);
    });
  });
  bytes.set(data, strip);
  return bytes;
}

/** Bytes of values that do not fit into the entry itself. */
const spill = (type: number, count: number): number => {
  const size = (type === 3 ? 2 : 4) * count;
  return size > 4 ? size : 0;
};
