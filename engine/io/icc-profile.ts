/** Colour profiles of three primaries and one curve, as ICC files of version 2 (ICC.1:2001-04) hold them. */

/** CIE x and y. */
export type Chromaticity = readonly [x: number, y: number];

/** Light (0 to 1) of a value from 0 to 1. */
export type Curve = (value: number) => number;

export interface ColourSpace {
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
  readonly white: Chromaticity;
  readonly curve: Curve;
}

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** XYZ of the white that profiles refer to. */
const D50: Vector = [0.9642, 1, 0.8249];

/** Bradford's cone responses. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** Entries of a curve: light of 8-bit values to well below a level. */
const CURVE_SIZE = 1024;

/** The bytes of a profile. */
export function iccProfile(space: ColourSpace): Uint8Array<ArrayBuffer> {
  const [red, green, blue] = columns(toD50(space));
  const curve = new Uint8Array(12 + 2 * CURVE_SIZE);
  const view = new DataView(curve.buffer);
  curve.set(ascii("curv"));
  view.setUint32(8, CURVE_SIZE);
  for (let k = 0; k < CURVE_SIZE; k++)
    view.setUint16(
      12 + 2 * k,
      Math.round(65535 * Math.min(Math.max(space.curve(k / (CURVE_SIZE - 1)), 0), 1)),
    );
  const description = new Uint8Array(12 + 7 + 78);
  description.set(ascii("desc"));
  new DataView(description.buffer).setUint32(8, 7);
  description.set(ascii("ganvas\0"), 12);
  const text = ascii("text\0\0\0\0CC0\0");
  return file([
    ["desc", description],
    ["cprt", text],
    ["wtpt", xyz(D50)],
    ["rXYZ", xyz(red)],
    ["gXYZ", xyz(green)],
    ["bXYZ", xyz(blue)],
    ["rTRC", curve],
    ["gTRC", curve],
    ["bTRC", curve],
  ]);
}

function file(tags: readonly (readonly [name: string, data: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const start = 128 + 4 + 12 * tags.length;
  const places = new Map<Uint8Array, number>();
  let end = start;
  for (const [, data] of tags)
    if (!places.has(data)) {
      places.set(data, end);
      end += Math.ceil(data.length / 4) * 4;
    }
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, end);
  view.setUint32(8, 0x02100000);
  bytes.set(ascii("mntrRGB XYZ "), 12);
  view.setUint16(24, 2026);
  view.setUint16(26, 1);
  view.setUint16(28, 1);
  bytes.set(ascii("acsp"), 36);
  bytes.set(xyz(D50).subarray(8), 68);
  view.setUint32(128, tags.length);
  tags.forEach(([name, data], k) => {
    const at = 132 + 12 * k;
    bytes.set(ascii(name), at);
    view.setUint32(at + 4, places.get(data) as number);
    view.setUint32(at + 8, data.length);
    bytes.set(data, places.get(data));
  });
  return bytes;
}

/** A tag of one colour, in 16.16 fixed point. */
function xyz(color: Vector): Uint8Array {
  const tag = new Uint8Array(20);
  tag.set(ascii("XYZ "));
  const view = new DataView(tag.buffer);
  color.forEach((value, k) => {
    view.setInt32(8 + 4 * k, Math.round(value * 65536));
  });
  return tag;
}

/** The matrix from light of the primaries to XYZ under D50. */
function toD50({ red, green, blue, white }: ColourSpace): Matrix {
  const primaries = transposed([light(red), light(green), light(blue)]);
  const amounts = apply(inverse(primaries), light(white));
  const toXyz = primaries.map((row) =>
    row.map((value, k) => value * (amounts[k] as number)),
  ) as unknown as Matrix;
  const [from, to] = [apply(BRADFORD, light(white)), apply(BRADFORD, D50)];
  const scaled = BRADFORD.map((row, k) =>
    row.map((value) => (value * (to[k] as number)) / (from[k] as number)),
  ) as unknown as Matrix;
  return multiply(multiply(inverse(BRADFORD), scaled), toXyz);
}

/** XYZ of luminance 1. */
const light = ([x, y]: Chromaticity): Vector => [x / y, 1, (1 - x - y) / y];

const columns = (m: Matrix): Matrix => transposed(m);
const transposed = (m: Matrix): Matrix => [0, 1, 2].map((k) => m.map((row) => row[k])) as unknown as Matrix;
const apply = (m: Matrix, v: Vector): Vector =>
  m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Vector;
const multiply = (a: Matrix, b: Matrix): Matrix =>
  transposed(columns(b).map((column) => apply(a, column)) as unknown as Matrix);

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const determinant = a * A + b * B + c * C;
  const adjugate: Matrix = [
    [A, c * h - b * i, b * f - c * e],
    [B, a * i - c * g, c * d - a * f],
    [C, b * g - a * h, a * e - b * d],
  ];
  return adjugate.map((row) => row.map((value) => value / determinant)) as unknown as Matrix;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
