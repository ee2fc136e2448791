/** Pictures of one ramp of colours, coded in the ways that files have. */
import { zlibSync } from "fflate";
import sharp, { type Sharp } from "sharp";
import { type ColourSpace, iccProfile } from "../../../engine/io/icc-profile.ts";
import { chunk, png } from "./png-files.ts";

export const ADOBE_RGB: ColourSpace = {
  red: [0.64, 0.33],
  green: [0.21, 0.71],
  blue: [0.15, 0.06],
  white: [0.3127, 0.329],
  curve: (v) => v ** 2.19921875,
};

/** Colours that lie within sRGB when they are read as Display P3 or Adobe RGB, and greys. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  ...Array.from({ length: 16 }, (_, k) => [17 * k, 17 * k, 17 * k] as const),
  ...Array.from({ length: 16 }, (_, k) => [60 + 11 * k, 100 + 5 * k, 90 + 3 * k] as const),
  ...Array.from({ length: 16 }, (_, k) => [90 + 5 * k, 80 + 9 * k, 110 + 8 * k] as const),
];

const SIZE = COLOURS.length;

/** One row of all colours. */
export const rampPng = (chunks: Uint8Array[] = []): Uint8Array =>
  png(SIZE, 1, 8, 2, [0, ...COLOURS.flat()], chunks);

/** The corners of the cube of colours and what lies between, much of it beyond sRGB where it is of a wider space. */
export const vividPng = (chunks: Uint8Array[] = []): Uint8Array => {
  const levels = [0, 85, 170, 255];
  const colours = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => [r, g, b])));
  return png(colours.length, 1, 8, 2, [0, ...colours.flat()], chunks);
};

/** With as much alpha as a pixel's place. */
export const rampWithAlpha = (chunks: Uint8Array[] = []): Uint8Array =>
  png(SIZE, 1, 8, 6, [0, ...COLOURS.flatMap((c, k) => [...c, 100 + 3 * k])], chunks);

/** Of 16 bits: each byte twice, and a little. */
export const ramp16 = (chunks: Uint8Array[] = []): Uint8Array =>
  png(SIZE, 1, 16, 2, [0, ...COLOURS.flat().flatMap((value) => [value, value])], chunks);

export const profileChunk = (space: ColourSpace): Uint8Array =>
  chunk("iCCP", Uint8Array.from([0x61, 0, 0, ...zlibSync(iccProfile(space))]));

export const gammaChunk = (gamma: number): Uint8Array => chunk("gAMA", words(Math.round(gamma * 100_000)));

/** White, red, green, blue. */
export const primariesChunk = ({ white, red, green, blue }: ColourSpace): Uint8Array =>
  chunk("cHRM", words(...[white, red, green, blue].flat().map((value) => Math.round(value * 100_000))));

export const codesChunk = (primaries: number, transfer: number): Uint8Array =>
  chunk("cICP", Uint8Array.of(primaries, transfer, 0, 1));

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, k) => {
    view.setUint32(4 * k, value);
  });
  return bytes;
}

/** A JPEG, large enough that its blocks are of one colour each. */
export async function rampJpeg(make: (image: Sharp) => Sharp): Promise<Uint8Array> {
  const large = sharp(rampPng()).resize(SIZE * 16, 16, { kernel: "nearest" });
  return make(sharp(await large.png().toBuffer()))
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** What sRGB has for a colour of a space, in levels, by its definition. */
export function inSrgb(
  color: readonly [number, number, number],
  light: readonly (readonly number[])[],
  curve: (v: number) => number,
) {
  const linear = color.map((value) => curve(value / 255));
  return light.map((row) => {
    const sum = row.reduce((all, weight, k) => all + weight * (linear[k] as number), 0);
    const value = Math.min(Math.max(sum, 0), 1);
    return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
  });
}

export { COLOURS };
